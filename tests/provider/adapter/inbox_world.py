"""A sandbox account with a bit of everything, and its events put into the inbox."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx
import stripe

from portal_app.ingest.inbox import insert
from portal_app.jobs.loop import JobLoop
from portal_app.jobs.queues import inbox_queue
from portal_app.kit.db import Database
from portal_app.provider.objects import ObjectSource
from portal_app.provider.webhooks import SignedEvent
from tests.draining import drain_all
from tests.provider.adapter.account import DAY, customer, price
from tests.provider.sandbox_server import HEADERS, SandboxServer

Event = dict[str, Any]


def events(sandbox: SandboxServer) -> list[Event]:
    """All that happened at the account, oldest first."""
    found: list[Event] = []
    after: dict[str, str] = {}
    with httpx.Client(base_url=sandbox.origin, headers=HEADERS) as http:
        while True:
            page = http.get("/v1/events", params={"limit": 100, **after}).json()
            found += page["data"]
            if not page["has_more"]:
                return found[::-1]
            after = {"starting_after": found[-1]["id"]}


async def receive(db: Database, arrived: Iterable[Event]) -> None:
    given = [SignedEvent(event["id"], event["type"], event) for event in arrived]
    for start in range(0, len(given), 100):
        await insert(db, given[start : start + 100])


async def drain(source: ObjectSource) -> int:
    return await drain_all(JobLoop((inbox_queue(source),)))


def lively(client: stripe.StripeClient, sandbox: SandboxServer) -> list[Event]:
    """Renewals, a failed one, a refund, a detached card, a one-time purchase, an ending.

    Returns all that happened, as the account itself forgets events after thirty days.
    """
    buyer, other = customer(client), customer(client, "ben@example.com")
    plan = price(client, 2900)
    client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": plan}]})
    ending = client.v1.subscriptions.create(
        {"customer": other.id, "items": [{"price": plan}], "trial_period_days": 7}
    )
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "customer": other.id,
            "line_items": [{"price": price(client, 9900, recurring=None), "quantity": 1}],
            "success_url": "https://shop.example/",
        }
    )
    sandbox.raw("POST", f"/_sandbox/checkout/sessions/{session.id}/complete", json={})
    seen = events(sandbox)
    sandbox.advance(32 * DAY)
    paid = client.v1.payment_intents.list({"customer": buyer.id}).data[0]
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 500})
    client.v1.subscriptions.cancel(ending.id)
    bad = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": buyer.id})
    client.v1.customers.update(buyer.id, {"invoice_settings": {"default_payment_method": bad.id}})
    seen += events(sandbox)
    sandbox.advance(31 * DAY)
    spare = client.v1.payment_methods.attach("pm_card_mastercard", {"customer": other.id})
    client.v1.payment_methods.detach(spare.id)
    return list({event["id"]: event for event in [*seen, *events(sandbox)]}.values())
