"""Webhooks as Stripe sends them, signed by the SDK."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import stripe
from starlette.applications import Starlette

from portal_app.ingest.routes import webhook_app
from portal_app.kit.db import database

SECRET = "whsec_current"
PATH = "/webhooks/stripe"
ORIGIN = "http://localhost:3000"


def event(number: int = 1, **over: Any) -> dict[str, Any]:
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": "customer.updated",
        "livemode": False,
        "data": {"object": {"id": "cus_1", "object": "customer"}},
        **over,
    }


def signed(body: str, secret: str = SECRET, *, age: int = 0) -> dict[str, str]:
    """The headers of *body*, signed *age* seconds ago."""
    at = int(time.time()) - age
    header = stripe.WebhookSignature.generate_signature_header(body, secret, at)
    return {"Stripe-Signature": header, "Content-Type": "application/json"}


def application(*secrets: str, live: bool = False) -> Starlette:
    """The route alone, on the process's database."""
    return webhook_app(database, secrets=secrets or (SECRET,), live=live)


def sender(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)


async def send(
    client: httpx.AsyncClient, payload: Any, secret: str = SECRET, *, age: int = 0
) -> httpx.Response:
    body = payload if isinstance(payload, str) else json.dumps(payload)
    return await client.post(PATH, content=body.encode(), headers=signed(body, secret, age=age))
