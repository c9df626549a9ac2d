"""What the webhooks did not tell is found, by one process at a time, and nobody is notified."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.ingest import reconciling, turns
from portal_app.ingest.events import Ref
from portal_app.ingest.models import Change, InboxEvent, Reconciliation
from portal_app.ingest.reconciling import (
    EVERY,
    reconcile_events,
    reconcile_fully,
    reconcile_if_due,
    what_is_due,
)
from portal_app.ingest.turns import LEASE, Kind
from portal_app.kit.clock import from_unix
from portal_app.kit.db import Database
from portal_app.kit.errors import ProviderUnavailable
from portal_app.memberships.models import MembershipEvent
from portal_app.notifications.models import OutboxMessage
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.stripe_objects import StripeObjects
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, count, customer, imported, price, rows
from tests.provider.adapter.inbox_world import drain, events, lively, receive
from tests.provider.sandbox_server import KEY, SandboxServer


def quiet(_kind: str, _count: int) -> None:
    """Nobody watches."""


@pytest.fixture
async def source(sandbox: SandboxServer) -> AsyncIterator[StripeObjects]:
    source = StripeObjects(KEY, sandbox.origin)
    yield source
    await source.close()


@pytest.fixture
def follow(sandbox: SandboxServer, clocks: Clocks) -> None:
    """Business time is the account's, as it is in a running portal."""
    clocks.business.at = from_unix(sandbox.now())


async def agrees(db: Database, source: StripeObjects, clocks: Clocks) -> bool:
    """Whether importing everything anew would write nothing."""
    clocks.wall.advance(timedelta(minutes=1))
    report = await imported(source, db)
    return report.written == 0


async def test_events_that_never_came_are_found_and_applied(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    clocks.business.at = from_unix(sandbox.now())
    buyer = customer(client)
    plan = price(client, 2900)
    await imported(source, companies)
    client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": plan}]})
    arrived = [event for event in events(sandbox) if event["type"] == "invoice.created"]
    await receive(companies, arrived)
    report = await reconcile_events(source, companies)
    assert report is not None
    assert (report.seen > report.missing, report.missing > 3) == (True, True)
    clocks.wall.advance(timedelta(seconds=1))
    await drain(source)
    assert await agrees(companies, source, clocks)
    history = [(row.kind, row.actor_kind) for row in await rows(companies, MembershipEvent)]
    assert {actor for _, actor in history} == {"system"}
    assert await count(companies, OutboxMessage) == 0


async def test_a_second_run_writes_nothing(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    clocks.business.at = from_unix(sandbox.now())
    await imported(source, companies)
    lively(client, sandbox)
    clocks.business.at = from_unix(sandbox.now())
    await compare(source, companies, clocks)
    told = await count(companies, Change), await count(companies, MembershipEvent)
    assert await compare(source, companies, clocks) == (0, 0)
    assert (await count(companies, Change), await count(companies, MembershipEvent)) == told


async def compare(source: StripeObjects, db: Database, clocks: Clocks) -> tuple[int, int]:
    """Both ways; how many events were missing and how many rows written."""
    log = await reconcile_events(source, db)
    clocks.wall.advance(timedelta(seconds=1))
    await drain(source)
    clocks.wall.advance(timedelta(seconds=1))
    report = await reconcile_fully(source, db, progress=quiet)
    assert log is not None
    assert report is not None
    return log.missing, report.written


async def test_a_full_comparison_needs_no_events(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    """A card that was detached, a renewal that failed, an old invoice that is still open."""
    await imported(source, companies)
    lively(client, sandbox)
    sandbox.advance(90 * DAY)
    clocks.business.at = from_unix(sandbox.now())
    async with companies.unit_of_work() as session:
        read_to = update(Reconciliation).values(cursor_at=clocks.business.at)
        await session.execute(read_to.where(col(Reconciliation.kind) == Kind.EVENTS))
    clocks.wall.advance(timedelta(seconds=1))
    report = await reconcile_fully(source, companies, progress=quiet)
    assert report is not None
    assert report.kinds["open invoices"].seen == 1
    # Methods of whoever has nothing that could be charged are left alone; nothing else differs.
    clocks.wall.advance(timedelta(seconds=1))
    whole = await imported(source, companies)
    written = {kind for kind, counts in whole.kinds.items() if counts.written}
    assert written <= {"payment methods", "payments", "invoices", "refunds", "checkouts"}
    assert await count(companies, InboxEvent) == 0


async def test_the_methods_of_who_pays_are_compared(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    clocks.business.at = from_unix(sandbox.now())
    payer, former = customer(client), customer(client, "ben@example.com")
    plan = price(client, 2900)
    client.v1.subscriptions.create({"customer": payer.id, "items": [{"price": plan}]})
    await imported(source, companies)
    for one in (payer, former):
        client.v1.payment_methods.attach("pm_card_mastercard", {"customer": one.id})
    clocks.wall.advance(timedelta(seconds=1))
    await reconcile_fully(source, companies, progress=quiet)
    assert sorted(row.brand for row in await rows(companies, PaymentMethod)) == [
        "mastercard",
        "visa",
        "visa",
    ]


async def test_one_that_stopped_at_its_end_is_not_finished_and_goes_on_there(
    source: StripeObjects, companies: Database, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or deleted objects and wrong totals would wait for another week."""
    await imported(source, companies)
    clocks.wall.advance(EVERY[Kind.FULL])
    began_at, asked = clocks.wall.now(), list[datetime]()

    async def stopping(_session: AsyncSession, before: datetime) -> list[Ref]:
        asked.append(before)
        if len(asked) == 1:
            raise ProviderUnavailable("Away")
        return []

    monkeypatch.setattr(reconciling, "unlisted", stopping)
    with pytest.raises(ProviderUnavailable):
        await reconcile_fully(source, companies, progress=quiet)
    clocks.wall.advance(timedelta(minutes=1))
    assert await what_is_due(companies) is Kind.FULL
    await reconcile_if_due(source, companies)
    # What it had listed before it stopped is not asked for one by one.
    assert asked == [began_at, began_at]
    assert await what_is_due(companies) is None


async def test_nothing_is_compared_before_the_first_import(
    source: StripeObjects, companies: Database
) -> None:
    assert await what_is_due(companies) is None
    assert await reconcile_events(source, companies) is None
    await reconcile_if_due(source, companies)
    assert [row.finished_at for row in await rows(companies, Reconciliation)] == [None]


async def test_each_kind_comes_round_in_its_time(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    clocks.business.at = from_unix(sandbox.now())
    await imported(source, companies)
    assert await what_is_due(companies) is None
    clocks.wall.advance(EVERY[Kind.EVENTS])
    assert await what_is_due(companies) is Kind.EVENTS
    await reconcile_if_due(source, companies)
    assert await what_is_due(companies) is None
    clocks.wall.advance(EVERY[Kind.FULL])
    assert await what_is_due(companies) is Kind.FULL
    await reconcile_if_due(source, companies)
    assert await what_is_due(companies) is None


async def test_one_process_at_a_time_and_a_dead_one_is_succeeded(
    source: StripeObjects, companies: Database, clocks: Clocks
) -> None:
    await imported(source, companies)
    async with turns.taken(companies, Kind.EVENTS) as turn:
        assert turn is not None
        assert await reconcile_events(source, companies) is None
        assert await reconcile_fully(source, companies, progress=quiet) is not None
    assert await reconcile_events(source, companies) is not None
    async with companies.unit_of_work() as session:
        held: dict[str, Any] = {"leased_until": clocks.wall.now() + LEASE, "holder": "elsewhere:1"}
        lost = update(Reconciliation).values(**held)
        await session.execute(lost.where(col(Reconciliation.kind) == Kind.EVENTS))
    assert await reconcile_events(source, companies) is None
    clocks.wall.advance(LEASE)
    assert await reconcile_events(source, companies) is not None
    dead = await asyncio.create_subprocess_exec("true")
    await dead.wait()
    async with companies.unit_of_work() as session:
        held["leased_until"] = clocks.wall.now() + LEASE
        held["holder"] = f"{socket.gethostname()}:{dead.pid}"
        await session.execute(update(Reconciliation).values(**held))
    assert await reconcile_events(source, companies) is not None


async def test_one_that_broke_off_begins_again_where_it_began(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    clocks.business.at = from_unix(sandbox.now())
    await imported(source, companies)
    customer(client)
    before = (await turns.standing(companies))[Kind.EVENTS]
    fault = {"kind": "not_json", "times": 9, "method": "GET", "path": "/v1/events"}
    sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    with pytest.raises(ProviderUnavailable):
        await reconcile_events(source, companies)
    sandbox.raw("POST", "/_sandbox/faults", json={})
    after = (await turns.standing(companies))[Kind.EVENTS]
    assert (after.cursor_at, after.finished_at) == (before.cursor_at, before.finished_at)
    report = await reconcile_events(source, companies)
    assert report is not None
    assert report.missing >= 1


async def test_what_happens_during_an_import_is_read_in_the_log(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    """The log's position is taken before the first listing, also when the import is cut off."""
    customer(client)
    clocks.business.at = from_unix(sandbox.now())
    fault = {"kind": "not_json", "times": 9, "method": "GET", "path": "/v1/invoices"}
    sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    with pytest.raises(ProviderUnavailable):
        await imported(source, companies)
    sandbox.raw("POST", "/_sandbox/faults", json={})
    sandbox.advance(3 * DAY)
    client.v1.customers.update(
        client.v1.customers.list({}).data[0].id, {"email": "new@example.com"}
    )
    clocks.business.at = from_unix(sandbox.now())
    await imported(source, companies)
    report = await reconcile_events(source, companies)
    assert report is not None
    assert report.missing >= 1
    clocks.wall.advance(timedelta(seconds=1))
    await drain(source)
    assert await agrees(companies, source, clocks)
