"""The REST API as one ASGI app, dispatched for `/api/` in front of Reflex."""

from __future__ import annotations

import logging
import secrets

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_app.api import errors, memberships
from portal_app.kit.errors import PortalError

_log = logging.getLogger(__name__)


def create_api() -> ASGIApp:
    """Build the app; it answers full paths such as `/api/v1/memberships/mem_…`.

    There is no CORS header on any answer: keys belong on servers, not in browsers.
    """
    api = FastAPI(
        title="Billing portal",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # A redirect would be built from the Host header, which the caller chooses.
        redirect_slashes=False,
        exception_handlers={
            PortalError: errors.portal_error,
            HTTPException: errors.http_error,
            RequestValidationError: errors.malformed,
            Exception: errors.fault,
        },
    )
    # A plain route: FastAPI's dependencies would halve the rate (design.md §6, HTTP).
    api.add_route("/api/v1/memberships/{id}", memberships.retrieve, methods=["GET"])
    return Envelope(api)


class Envelope:
    """What every answer carries: no caching and a request id; and no fault goes unlogged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = f"req_{secrets.token_hex(10)}"
        scope[errors.REQUEST_ID] = request_id
        own = ((b"cache-control", b"no-store"), (b"x-request-id", request_id.encode()))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *own]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:  # noqa: BLE001 -- this is the edge
            # Starlette answers a fault (errors.fault) and raises it again; here it ends, so that
            # the server beneath never prints it around our redacting log.
            _log.exception("a request failed", extra={"fields": {"request_id": request_id}})
