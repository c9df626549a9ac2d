"""A sandbox account with ten thousand events, and how long they take to be worked off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import stripe

from portal_app.catalog.models import Company
from portal_app.ingest.inbox import insert
from portal_app.jobs.loop import JobLoop
from portal_app.jobs.queues import inbox_queue
from portal_app.kit import db
from portal_app.kit.clock import wall_now
from portal_app.provider.stripe_objects import StripeObjects
from portal_app.provider.webhooks import SignedEvent
from tests.draining import drain_all

EVENTS = 10_000
KEY = "sk_test_benchbenchbenchbenchbenchbench"
# What one new subscriber causes: customer, card, subscription, invoice, payment.
PER_CUSTOMER = 10


def fill(base: str) -> list[dict[str, Any]]:
    """Subscribe new customers until there are EVENTS events; all of them, oldest first."""
    client = stripe.StripeClient(
        KEY,
        base_addresses={"api": base},
        http_client=stripe.HTTPXClient(allow_sync_methods=True),
    )
    product = client.v1.products.create({"name": "Room"})
    price = client.v1.prices.create(
        {
            "product": product.id,
            "unit_amount": 2900,
            "currency": "usd",
            "recurring": {"interval": "month"},
        }
    )

    def subscribe(number: int) -> None:
        customer = client.v1.customers.create(
            {
                "email": f"customer{number}@example.com",
                "payment_method": "pm_card_visa",
                "invoice_settings": {"default_payment_method": "pm_card_visa"},
            }
        )
        client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})

    made, found = 0, []
    with ThreadPoolExecutor(4) as pool:
        while len(found) < EVENTS:
            more = max((EVENTS - len(found)) // PER_CUSTOMER, 20)
            list(pool.map(subscribe, range(made, made + more)))
            made += more
            found = list(_events(base))
    return found[::-1][:EVENTS]


def _events(base: str) -> Iterator[dict[str, Any]]:
    after: dict[str, str] = {}
    with httpx.Client(headers={"Authorization": f"Bearer {KEY}"}, timeout=60) as http:
        while True:
            params: dict[str, str] = {"limit": "100", **after}
            page = http.get(f"{base}/v1/events", params=params).json()
            yield from page["data"]
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}


async def drain(url: str, base: str, given: list[dict[str, Any]]) -> float:
    """Seconds until every one of *given* is worked on, in a database that knows none of it."""
    database = db.Database(url)
    db.install(database)
    source = StripeObjects(KEY, base)
    try:
        async with database.unit_of_work() as session:
            company = Company(
                id="biz_1", title="Bench", route="bench", is_default=True, created_at=wall_now()
            )
            session.add(company)
        for start in range(0, len(given), 20):
            # A little at a time, so that they are due in the order they happened, as in life.
            some = given[start : start + 20]
            await insert(database, [SignedEvent(one["id"], one["type"], one) for one in some])
        began = time.perf_counter()
        handled = await drain_all(JobLoop((inbox_queue(source),)))
        took = time.perf_counter() - began
    finally:
        await source.close()
        await database.close()
    if handled != len(given):
        raise RuntimeError(f"{handled} of {len(given)} events were worked on")
    return took


def spoil(base: str, answers: list[dict[str, Any]]) -> None:
    """Let the sandbox's answers go wrong from now on."""
    headers = {"Authorization": f"Bearer {KEY}"}
    reply = httpx.post(f"{base}/_sandbox/faults", json={"answers": answers}, headers=headers)
    reply.raise_for_status()


def measure(url: str, base: str, given: list[dict[str, Any]]) -> float:
    return asyncio.run(drain(url, base, given))
