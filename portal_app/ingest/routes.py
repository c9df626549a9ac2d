"""`POST /webhooks/stripe`: whoever can sign may call it, and nobody learns why they could not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app.ingest.inbox import Intake
from portal_app.kit.db import Database
from portal_app.provider.webhooks import LARGEST_BODY, NotAnEvent, read_event

logger = logging.getLogger(__name__)
JSON: Final = "application/json"


def webhook_app(
    database: Callable[[], Database], *, secrets: tuple[str, ...], live: bool
) -> Starlette:
    """The route over the process's *database*, for events signed with one of *secrets*.

    An application of its own: all other routes and layers cost twice what storing an event does.
    """
    intake = Intake(database)

    async def receive(request: Request) -> Response:
        signature = request.headers.get("stripe-signature", "")
        try:
            event = read_event(await _body(request), signature, secrets=secrets, live=live)
        except (NotAnEvent, ClientDisconnect):
            # One answer for every reason, so that guessing teaches nothing.
            return Response(b'{"received":false}', 400, media_type=JSON)
        try:
            await intake.store(event)
        except SQLAlchemyError:
            logger.exception("a webhook could not be stored; its sender will try again")
            return Response(b'{"received":false}', 503, media_type=JSON)
        return Response(b'{"received":true}', 200, media_type=JSON)

    app = Starlette(routes=[Route("/webhooks/stripe", receive, methods=["POST"])])
    app.router.redirect_slashes = False
    return app


async def _body(request: Request) -> bytes:
    """At most one byte more than is allowed, however much is sent."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            break
    return body
