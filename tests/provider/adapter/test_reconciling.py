"""After an outage, ours or Stripe's, one run makes the copy right, and a second finds nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from portal_app.ingest.events import affected
from portal_app.ingest.models import InboxEvent
from portal_app.ingest.reconciling import (
    EVENTS_EVERY,
    EVERYTHING_EVERY,
    OVERLAP,
    age,
    is_due,
    standing,
)
from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.kit.db import Database
from portal_app.kit.errors import ProviderUnavailable
from portal_app.memberships.models import MembershipEvent
from portal_app.notifications.models import OutboxMessage
from portal_app.provider.stripe_objects import StripeObjects
from tests.conftest import Clocks
from tests.provider.adapter.account import count, one, rows
from tests.provider.adapter.chaos import SandboxClock
from tests.provider.adapter.copies import copied
from tests.provider.adapter.inbox_world import drain, receive
from tests.provider.adapter.inprocess import Killed
from tests.provider.adapter.reconciling_world import Outage
from tests.provider.sandbox_server import KEY, free_port


@pytest.fixture
async def outage(companies: Database, clocks: Clocks) -> AsyncIterator[Outage]:
    outage = Outage(companies, clocks)
    await outage.imported()
    yield outage
    await outage.source.close()
    outage.story.account.close()


async def test_three_days_of_silence_are_made_up_for_in_one_run(
    outage: Outage, tmp_path: Path, migrated_sqlite: Path
) -> None:
    outage.much_happens()
    done = await outage.reconciled()
    assert done.read is None
    assert done.swept.missed > 20
    assert await copied(outage.db) == await outage.as_imported(tmp_path, migrated_sqlite)
    assert await count(outage.db, OutboxMessage) == 0
    authors = {event.actor_kind for event in await rows(outage.db, MembershipEvent)}
    assert authors == {"system"}


@pytest.mark.parametrize("full", [False, True])
async def test_a_second_run_writes_nothing(outage: Outage, full: bool) -> None:
    outage.much_happens()
    await outage.reconciled(full=full)
    before = outage.everything()
    done = await outage.reconciled(full=full)
    assert done.swept.missed == 0
    assert (done.read.written if done.read else 0, done.asked) == (0, 0)
    assert outage.everything() == before


async def test_many_missing_events_of_an_object_are_one_fetch(outage: Outage) -> None:
    for number in range(250):
        outage.api.customers.update(outage.ada, {"name": f"Ada {number}"})
    asked = len(outage.source.requests)
    done = await outage.reconciled()
    assert done.swept.missed >= 250
    assert outage.source.requests[asked:].count(f"/v1/customers/{outage.ada}") == 1
    assert all(row.handled_at for row in await rows(outage.db, InboxEvent))


async def test_what_arrived_by_itself_is_not_fetched_again(outage: Outage) -> None:
    await outage.reconciled()
    outage.api.customers.update(outage.ada, {"name": "Ada Lovelace"})
    await receive(outage.db, outage.story.account.emitted())
    await drain(outage.source)
    asked = len(outage.source.requests)
    await outage.reconciled()
    assert f"/v1/customers/{outage.ada}" not in outage.source.requests[asked:]


async def test_an_event_that_is_listed_late_is_not_overlooked(outage: Outage) -> None:
    await outage.reconciled()
    outage.api.customers.update(outage.ada, {"name": "Late"})
    [event] = outage.story.account.emitted()
    event["created"] -= int(OVERLAP.total_seconds()) - 60
    assert (await outage.reconciled()).swept.missed == 1


async def test_an_event_type_we_do_not_handle_is_kept(outage: Outage) -> None:
    await outage.reconciled()
    [kept] = [row for row in await rows(outage.db, InboxEvent) if row.type == "charge.succeeded"]
    assert affected(kept.payload) == ()
    assert kept.payload["data"]["object"]["amount"] == 2900
    assert kept.handled_at is not None


async def test_a_gap_longer_than_stripe_remembers_reads_everything(
    outage: Outage, tmp_path: Path, migrated_sqlite: Path
) -> None:
    outage.much_happens()
    outage.wait(31)
    assert not any(
        event["type"] == "customer.deleted" for event in outage.story.account.world.all("event")
    )
    done = await outage.reconciled()
    assert done.read is not None
    assert await copied(outage.db) == await outage.as_imported(tmp_path, migrated_sqlite)
    assert (await outage.reconciled()).read is None


async def test_what_was_deleted_longer_ago_than_stripe_remembers_goes_too(
    outage: Outage, tmp_path: Path, migrated_sqlite: Path
) -> None:
    draft = outage.api.invoices.create({"customer": outage.ada, "auto_advance": False})
    await outage.reconciled()
    outage.api.invoices.delete(draft.id)
    outage.wait(40)
    done = await outage.reconciled()
    assert done.asked == 1
    assert await copied(outage.db) == await outage.as_imported(tmp_path, migrated_sqlite)


async def test_once_a_week_everything_is_read(outage: Outage) -> None:
    await outage.reconciled()
    outage.tick(EVERYTHING_EVERY - timedelta(hours=1))
    assert (await outage.reconciled()).read is None
    outage.tick(timedelta(hours=1))
    assert (await outage.reconciled()).read is not None


@pytest.mark.parametrize("full", [False, True])
async def test_a_killed_run_is_finished_by_the_next(
    outage: Outage, full: bool, tmp_path: Path, migrated_sqlite: Path
) -> None:
    outage.much_happens()
    killed = 0
    for requests in range(9):
        outage.source.kill_after(requests)
        try:
            await outage.reconciled(full=full)
        except (Killed, BaseExceptionGroup):
            killed += 1
        outage.wait(0.5)
        outage.api.customers.update(outage.ada, {"name": f"Ada {requests}"})
    assert killed >= 2
    outage.source.kill_after(None)
    await outage.reconciled(full=full)
    assert await copied(outage.db) == await outage.as_imported(tmp_path, migrated_sqlite)


async def test_while_stripe_is_away_nothing_is_forgotten(outage: Outage) -> None:
    outage.much_happens()
    before = await standing(outage.db)
    away = StripeObjects(KEY, f"http://127.0.0.1:{free_port()}")
    here, outage.source = outage.source, away  # type: ignore[assignment]
    with pytest.raises(ProviderUnavailable):
        await outage.reconciled()
    await away.close()
    after = await standing(outage.db)
    assert before and after
    assert (after.events_until, after.read_at) == (before.events_until, before.read_at)
    outage.source = here
    assert (await outage.reconciled()).swept.missed > 20


async def test_the_timer_waits_for_the_first_import_and_then_an_hour(
    companies: Database, clocks: Clocks
) -> None:
    assert not await is_due(companies)
    assert await age(companies) is None
    outage = Outage(companies, clocks)
    await outage.imported()
    assert await is_due(companies)
    await outage.reconciled()
    assert not await is_due(companies)
    outage.tick(EVENTS_EVERY)
    assert await is_due(companies)
    assert (await age(companies) or timedelta()) >= EVENTS_EVERY


async def test_a_smaller_import_narrows_nothing(outage: Outage) -> None:
    await outage.imported(since=outage.clocks.wall.now())
    state = await standing(outage.db)
    assert state is not None
    assert state.since is None


async def test_what_an_import_left_out_stays_out_unless_an_event_brings_it(
    companies: Database, clocks: Clocks
) -> None:
    outage = Outage(companies, clocks)
    failing = outage.shop.attach(outage.ada, "pm_card_chargeCustomerFail")
    outage.shop.set_default(outage.ada, failing)
    outage.wait(33)
    [unpaid] = outage.api.invoices.list({"status": "open"}).data
    today = SandboxClock(outage.story.account).now()
    await outage.imported(since=today)
    await outage.reconciled(full=True)
    assert await rows(companies, Invoice) == []

    outage.api.invoices.update(unpaid.id, {"description": "A reminder"})
    await outage.reconciled()
    outage.api.invoices.void_invoice(unpaid.id)
    outage.wait(40)
    done = await outage.reconciled()
    assert done.read is not None
    voided = await one(companies, Invoice, stripe_invoice_id=unpaid.id)
    assert voided.status is InvoiceStatus.VOID
    state = await standing(companies)
    assert state is not None
    assert state.since == today
