"""What every answer of the API carries: no caching and a request id; no fault goes unlogged."""

from __future__ import annotations

import logging
import re
import secrets
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_app.api.errors import REQUEST_ID
from portal_app.kit.http.asgi import header

_log = logging.getLogger(__name__)
# What proxies and tracers send; anything else could forge lines of a log.
_SANE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,127}", re.ASCII)


class Envelope:
    """Stands around the whole API."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope[REQUEST_ID] = _request_id(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"]
                own = [(b"x-request-id", request_id.encode())]
                if not any(name == b"cache-control" for name, _ in given):
                    own.append((b"cache-control", b"no-store"))
                message["headers"] = [*given, *own]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:  # noqa: BLE001 -- this is the edge
            # Starlette answers a fault (errors.fault) and raises it again; here it ends, so that
            # the server beneath never prints it around our redacting log.
            _log.exception("a request failed", extra={"fields": {"request_id": request_id}})


def _request_id(scope: Scope) -> str:
    """The caller's own `X-Request-Id` when it is a sane one, else a fresh one."""
    given = header(scope, b"x-request-id")
    return given if _SANE.fullmatch(given) else f"req_{secrets.token_hex(10)}"
