"""What `intake.py` measures: the whole portal, its worker stopped or not, and a raw twin."""

from __future__ import annotations

import asyncio
import sqlite3

import orjson
import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from portal_app import asgi
from portal_app.kit.ids import new_id
from portal_app.settings import Settings, get_settings


def portal() -> ASGIApp:
    """As it is served, with its jobs."""
    return asgi.application()


def without_worker() -> ASGIApp:
    """As it is served, while `portal worker` elsewhere is stopped."""
    app = asgi.application()
    from portal_app import portal_app as root  # noqa: PLC0415 -- after asgi has set the variables

    async def idle(_settings: Settings, stop: asyncio.Event) -> None:
        await stop.wait()

    root.run_jobs = idle
    return app


def twin() -> ASGIApp:
    """Starlette, the same signature check, and one synchronous insert with a commit each."""
    [secret] = get_settings().webhook_secrets
    path = get_settings().database_url.partition(":///")[2]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")

    async def receive(request: Request) -> Response:
        body = await request.body()
        stripe.WebhookSignature.verify_header(
            body, request.headers["stripe-signature"], secret, 300
        )
        event = orjson.loads(body)
        connection.execute(
            "INSERT INTO inbox (id, stripe_event_id, type, payload, received_at, due_at, attempts,"
            " last_error) VALUES (?, ?, ?, ?, datetime(), datetime(), 0, '')"
            " ON CONFLICT DO NOTHING",
            (new_id("in"), event["id"], event["type"], body.decode()),
        )
        return Response(b"{}", media_type="application/json")

    return Starlette(routes=[Route("/webhooks/stripe", receive, methods=["POST"])])
