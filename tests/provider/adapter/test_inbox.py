"""From Stripe's events to our tables, in whatever order and number they come.

Orders are shuffled from fixed seeds, four here and fifty in `make soak` (no hypothesis: orders have
nothing to shrink to).
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import stripe

from portal_app.ingest.handling import InboxHandler
from portal_app.ingest.models import Change, InboxEvent
from portal_app.ingest.observing import BUDGET_SECONDS
from portal_app.jobs.queue import LEASE
from portal_app.kit.clock import FrozenClock
from portal_app.kit.db import Database, database
from portal_app.kit.errors import ProviderUnavailable
from portal_app.memberships.models import Membership
from portal_app.notifications.models import OutboxMessage
from portal_app.provider.errors import MalformedObject
from portal_app.provider.stripe_objects import StripeObjects
from tests.conftest import Clocks
from tests.provider.adapter.account import count, customer, imported, one, price, rows
from tests.provider.adapter.inbox_world import drain, events, lively, receive
from tests.provider.sandbox_server import KEY, SandboxServer


class Counting(StripeObjects):
    """Notes each object that is fetched, and fails as told; *clock* is the one it observes by."""

    clock: FrozenClock

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fetched: Counter[str] = Counter()
        self.failures: dict[str, Exception] = {}

    async def _noted(self, kind: str, one: str, fetch: Any) -> Any:
        self.fetched[f"{kind} {one}"] += 1
        if kind in self.failures:
            raise self.failures[kind]
        return await fetch(one)

    async def customer(self, customer_id: str) -> Any:
        return await self._noted("customer", customer_id, super().customer)

    async def subscription(self, subscription_id: str) -> Any:
        return await self._noted("subscription", subscription_id, super().subscription)

    async def invoice(self, invoice_id: str) -> Any:
        return await self._noted("invoice", invoice_id, super().invoice)


@pytest.fixture
async def source(sandbox: SandboxServer, clocks: Clocks) -> AsyncIterator[Counting]:
    source = Counting(KEY, sandbox.origin)
    source.clock = clocks.wall
    yield source
    await source.close()


@pytest.mark.parametrize("seed", range(50 if os.environ.get("PORTAL_SOAK") else 4))
async def test_events_in_any_order_and_number_end_where_an_import_ends(
    seed: int,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: Counting,
    companies: Database,
) -> None:
    chance = Random(seed)  # noqa: S311 -- the same order each time
    arrived = lively(client, sandbox)
    arrived += chance.sample(arrived, len(arrived) // 3)
    chance.shuffle(arrived)
    while arrived:
        size = chance.randint(1, 30)
        some, arrived = arrived[:size], arrived[size:]
        await receive(companies, some)
        source.clock.advance(timedelta(seconds=1))
        await drain(source)
    assert [row for row in await rows(companies, InboxEvent) if row.handled_at is None] == []
    assert {row.stripe_status for row in await rows(companies, Membership)} == {
        "past_due",
        "canceled",
        "complete",
    }
    source.clock.advance(timedelta(minutes=1))
    report = await imported(source, companies)
    assert {kind: counts.written for kind, counts in report.kinds.items() if counts.written} == {}
    assert await count(companies, OutboxMessage) == 0


async def test_the_last_event_alone_brings_all_that_it_needs(
    client: stripe.StripeClient, sandbox: SandboxServer, source: Counting, companies: Database
) -> None:
    buyer = customer(client)
    client.v1.subscriptions.create(
        {"customer": buyer.id, "items": [{"price": price(client, 2900)}]}
    )
    paid = [event for event in events(sandbox) if event["type"] == "invoice.paid"]
    await receive(companies, paid[-1:])
    await drain(source)
    membership = await one(companies, Membership)
    assert (membership.stripe_status, membership.price_minor) == ("active", 2900)
    assert await count(companies, InboxEvent) == 1


async def test_a_plan_that_is_arranged_is_fetched_where_nobody_knows_it(
    client: stripe.StripeClient, sandbox: SandboxServer, source: Counting, companies: Database
) -> None:
    buyer, now, then = customer(client), price(client, 2900), price(client, 900)
    sub = client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": now}]})
    schedule = client.v1.subscription_schedules.create({"from_subscription": sub.id})
    begun = schedule.phases[0]
    client.v1.subscription_schedules.update(
        schedule.id,
        {
            "phases": [
                {
                    "items": [{"price": now}],
                    "start_date": begun.start_date,
                    "end_date": begun.end_date,
                },
                {"items": [{"price": then}]},
            ]
        },
    )
    await receive(companies, [one for one in events(sandbox) if one["type"] == "invoice.paid"])
    await drain(source)
    membership = await one(companies, Membership)
    assert membership.scheduled_change["stripe_price_id"] == then
    assert "plan_id" in membership.scheduled_change


async def test_many_events_of_an_object_are_one_fetch(
    client: stripe.StripeClient, sandbox: SandboxServer, source: Counting, companies: Database
) -> None:
    buyer = customer(client)
    for number in range(30):
        client.v1.customers.update(buyer.id, {"name": f"Ada {number}"})
    await receive(companies, events(sandbox))
    await drain(source)
    assert source.fetched[f"customer {buyer.id}"] == 1
    assert all(row.handled_at for row in await rows(companies, InboxEvent))


async def test_what_happened_while_nobody_looked_is_told_to_nobody_twice(
    client: stripe.StripeClient, sandbox: SandboxServer, source: Counting, companies: Database
) -> None:
    customer(client)
    await receive(companies, events(sandbox))
    await drain(source)
    told = await count(companies, Change)
    async with companies.unit_of_work() as session:
        for row in await rows(companies, InboxEvent):
            row.handled_at = None
            await session.merge(row)
    assert await drain(source) > 0
    assert await count(companies, Change) == told


async def test_a_provider_that_is_away_delays_only_what_it_is_needed_for(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: Counting,
    companies: Database,
    clocks: Clocks,
) -> None:
    buyer = customer(client)
    client.v1.subscriptions.create(
        {"customer": buyer.id, "items": [{"price": price(client, 2900)}]}
    )
    await receive(companies, events(sandbox))
    source.failures["subscription"] = ProviderUnavailable("away")
    await drain(source)
    waiting = [row for row in await rows(companies, InboxEvent) if row.handled_at is None]
    # The invoice waits too: it is told to the membership, which is not there yet.
    assert {row.type.rpartition(".")[0] for row in waiting} >= {"customer.subscription", "invoice"}
    assert {row.type.partition(".")[0] for row in waiting}.isdisjoint({"product", "payment_method"})
    assert all(row.attempts == 1 and row.dead_at is None for row in waiting)
    assert {row.last_error for row in waiting} == {"ProviderUnavailable: away"}
    source.failures.clear()
    assert await drain(source) == 0
    clocks.wall.advance(timedelta(seconds=13))
    await drain(source)
    assert all(row.handled_at for row in await rows(companies, InboxEvent))
    assert (await one(companies, Membership)).stripe_status == "active"


async def test_an_object_that_cant_be_read_stops_no_other_and_is_read_once_it_can(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: Counting,
    companies: Database,
    clocks: Clocks,
) -> None:
    customer(client)
    source.failures["customer"] = MalformedObject("customer", "cus_1", "email")
    price(client, 500)
    await receive(companies, events(sandbox))
    await drain(source)
    by_type = {row.type: row for row in await rows(companies, InboxEvent)}
    waiting = by_type["customer.created"]
    assert (waiting.handled_at, waiting.dead_at) == (None, None)
    assert waiting.last_error == "MalformedObject: customer cus_1: email"
    assert by_type["price.created"].handled_at is not None
    # It may have been a proxy's mistake, or one of ours that an upgrade mends.
    source.failures.clear()
    clocks.wall.advance(timedelta(seconds=13))
    await drain(source)
    assert all(row.handled_at for row in await rows(companies, InboxEvent))


async def test_a_provider_that_hangs_is_given_back_before_the_lease_ends(
    companies: Database, source: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=BUDGET_SECONDS * 2) <= LEASE

    async def hang(_customer_id: str) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(source, "customer", hang)
    event = {"type": "customer.updated", "data": {"object": {"id": "cus_1"}}}
    row = InboxEvent(id="in_1", stripe_event_id="evt_1", type="customer.updated", payload=event)  # type: ignore[call-arg]
    failed = await InboxHandler(database, source, budget=0.05)([row])
    assert isinstance(failed["in_1"], ProviderUnavailable)
