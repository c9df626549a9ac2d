"""What people are told, and that they are told it once; and who is told nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from portal_app.ingest.models import ImportCursor
from portal_app.invoices.models import InvoiceStatus, PaymentStatus
from portal_app.notifications.models import NoticePreference
from portal_app.notifications.notices import watch as watch_module
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.switches import switch_off, switch_on
from portal_app.notifications.notices.watch import look_for_notices
from tests.conftest import Clocks
from tests.factories import NOW, make_invoice, make_payment
from tests.notice_world import LATER, NoticeWorld, make_notice_world

ADA, BEN = "ada@example.com", "ben@example.com"


async def test_a_payment_is_told_once_to_who_paid(world: NoticeWorld) -> None:
    await world.paid(world.hers)
    assert await world.look() == 1
    assert await world.told() == [("receipt", ADA)]
    assert await world.look() == 0
    assert len(await world.mails()) == 1


async def test_invoice_and_payment_come_in_either_order(world: NoticeWorld) -> None:
    """A payment whose invoice is not known yet is nobody's; the invoice's event completes it."""
    async with world.db.unit_of_work() as session:
        payment = await make_payment(session, world.hers.customer, paid_at=LATER)
    await world.event("payment_intent.succeeded", payment.stripe_payment_intent_id)
    assert await world.look() == 0
    async with world.db.unit_of_work() as session:
        subscription = world.hers.stripe_subscription_id
        invoice = await make_invoice(
            session, world.hers.customer, stripe_subscription_id=subscription
        )
    await world.change(payment, invoice_id=invoice.id)
    await world.event("invoice.paid", invoice.stripe_invoice_id)
    assert await world.look() == 1
    assert await world.told() == [("receipt", ADA)]


@pytest.mark.parametrize(
    "over",
    [
        {"status": PaymentStatus.FAILED},
        {"amount_minor": 0},
        {"paid_at": NOW - timedelta(minutes=1)},
    ],
)
async def test_what_is_no_payment_since_then_is_not_told(
    world: NoticeWorld, over: dict[str, Any]
) -> None:
    await world.paid(world.hers, **over)
    assert await world.look() == 0


async def test_each_attempt_is_told_and_a_repeat_of_it_is_not(world: NoticeWorld) -> None:
    invoice = await world.failed(world.his)
    assert await world.look() == 1
    await world.event("invoice.payment_failed", invoice.stripe_invoice_id)
    assert await world.look() == 0
    await world.change(invoice, attempt_count=2, next_attempt_at=None)
    await world.event("invoice.payment_failed", invoice.stripe_invoice_id)
    assert await world.look() == 1
    assert await world.told() == [("payment_failed", BEN)] * 2


@pytest.mark.parametrize(
    "over",
    [
        {"status": InvoiceStatus.PAID},
        {"billing_reason": "subscription_create"},
        {"attempt_count": 0},
    ],
)
async def test_what_needs_no_word_gets_none(world: NoticeWorld, over: dict[str, Any]) -> None:
    """Paid by now, seen by who bought, or never tried."""
    await world.failed(world.his, **over)
    assert await world.look() == 0


async def test_a_refund_is_told_once_however_often_it_changes(world: NoticeWorld) -> None:
    refund = await world.refunded(world.his, status="pending")
    assert await world.look() == 1
    await world.change(refund, status="succeeded")
    await world.event("refund.updated", refund.stripe_refund_id)
    assert await world.look() == 0
    await world.refunded(world.his, status="failed")
    assert await world.look() == 0
    assert await world.told() == [("refund", BEN)]


async def test_nobodys_notices_go_to_nobody(world: NoticeWorld) -> None:
    """Also not to the address that Stripe has of an unclaimed customer."""
    await world.paid(world.unclaimed)
    await world.failed(world.unclaimed)
    await world.refunded(world.unclaimed)
    assert await world.look() == 0
    assert await world.mails() == []


async def test_without_a_switch_nobody_is_told(db: Any, clocks: Clocks) -> None:
    world = await make_notice_world(db, on=False)
    await world.paid(world.hers)
    assert await world.look() == 0
    async with db.unit_of_work() as session:
        await switch_on(session, NOTICES.values())
    clocks.wall.advance(timedelta(minutes=1))
    assert await world.look() == 1, "it happened an hour after the switch"


async def test_what_was_before_the_switch_is_told_to_nobody(
    world: NoticeWorld, clocks: Clocks
) -> None:
    receipt = [NOTICES["receipt"]]
    async with world.db.unit_of_work() as session:
        await switch_off(session, receipt)
    await world.paid(world.hers)
    assert await world.look() == 0
    clocks.business.advance(timedelta(minutes=1))
    async with world.db.unit_of_work() as session:
        await switch_on(session, receipt)
    await world.event("invoice.paid", "in_unknown")
    assert await world.look() == 0
    async with world.db.unit_of_work() as session:
        await switch_on(session, receipt)  # being on already, it begins no later
    await world.paid(world.his, paid_at=LATER + timedelta(minutes=1))
    assert await world.look() == 0, "its event is from before the switch"


async def test_old_events_are_no_news(world: NoticeWorld, clocks: Clocks) -> None:
    """They came late: a receipt of three days ago is on the page, and in nobody's mailbox."""
    clocks.business.advance(timedelta(days=3))
    clocks.wall.advance(timedelta(days=3))
    await world.paid(world.hers)
    assert await world.look() == 0


async def test_in_a_sandbox_an_events_age_is_counted_from_its_arrival(
    world: NoticeWorld, clocks: Clocks
) -> None:
    """Its clock has jumped by a month, with renewals on the way."""
    clocks.business.advance(timedelta(days=31))
    await world.paid(world.hers)
    assert await world.look(sandbox=True) == 1
    clocks.wall.advance(timedelta(days=3))
    await world.event("invoice.paid", "in_x", received_at=LATER)
    assert await world.look(sandbox=True) == 0


async def test_the_sandbox_is_on_by_itself(db: Any, clocks: Clocks) -> None:
    world = await make_notice_world(db, on=False)
    await world.paid(world.hers, paid_at=NOW - timedelta(minutes=1))
    assert await world.look(sandbox=True) == 0
    clocks.business.at = clocks.wall.at = LATER
    await world.paid(world.his)
    assert await world.look(sandbox=True) == 1
    async with db.unit_of_work() as session:
        await switch_off(session, NOTICES.values())
    await world.paid(world.hers)
    assert await world.look(sandbox=True) == 0, "what an operator switched off stays off"


async def test_before_an_import_nothing_is_looked_at(db: Any, clocks: Clocks) -> None:
    assert await look_for_notices(db, sandbox=True) is None


async def test_who_does_not_want_it_does_not_get_it(world: NoticeWorld) -> None:
    async with world.db.unit_of_work() as session:
        for kind in ("refund", "receipt"):
            session.add(
                NoticePreference(person_id=world.ada.id, kind=kind, wanted=False, changed_at=NOW)
            )
    await world.refunded(world.hers)
    await world.refunded(world.his)
    await world.paid(world.hers)
    assert await world.look() == 2
    assert await world.told() == [("receipt", ADA), ("refund", BEN)], "a receipt is required"


async def test_two_processes_tell_once(world: NoticeWorld) -> None:
    """One has the turn; and were it lost, the row would still keep the other from it."""
    await world.paid(world.hers)
    counts = await asyncio.gather(*[world.look() for _ in range(3)])
    assert sum(count or 0 for count in counts) == 1
    assert len(await world.mails()) == 1


async def test_what_breaks_off_is_told_by_the_next_look(
    world: NoticeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mail and memory are one transaction: neither is there without the other."""
    await world.paid(world.hers)
    with monkeypatch.context() as patched:

        def dies(*_given: Any, **_named: Any) -> None:
            raise ConnectionError

        patched.setattr(watch_module, "append_mail", dies)
        with pytest.raises(ConnectionError):
            await world.look()
    assert await world.mails() == []
    assert await world.look() == 1


async def test_an_import_under_way_tells_no_dates(world: NoticeWorld) -> None:
    """What has happened is still told: it needs an event, which no import makes."""
    async with world.db.unit_of_work() as session:
        session.add(ImportCursor(kind="customers", began_at=LATER))
    end = LATER + timedelta(days=6)
    await world.change(
        world.his.membership,
        stripe_status="trialing",
        current_period_start=LATER,
        current_period_end=end,
        trial_end_at=end,
    )
    await world.paid(world.hers)
    assert await world.look() == 1
    async with world.db.unit_of_work() as session:
        await session.delete(await session.get_one(ImportCursor, "customers"))
    assert await world.look() == 1
    assert await world.told() == [("receipt", ADA), ("trial_ending", BEN)]
