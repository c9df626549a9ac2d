"""Each rule finds what breaks it and nothing else, at once and slice by slice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import ActorKind
from portal_app.ingest.models import InboxEvent
from portal_app.intents.models import Intent
from portal_app.invariants import service
from portal_app.invariants.rules import RULES
from portal_app.invariants.service import Sweep, violations
from portal_app.invoices.models import InvoiceLine, InvoiceStatus, PaymentStatus, Refund
from portal_app.kit.db import Database
from portal_app.memberships.models import Membership
from portal_app.notifications.models import OutboxMessage
from tests.billing_factories import keep_totals
from tests.conftest import Clocks
from tests.factories import (
    HeldMembership,
    make_customer,
    make_declaration,
    make_invoice,
    make_member,
    make_membership,
    make_payment,
    make_payment_method,
    make_person,
    make_plan,
    make_subscription,
)
from tests.rows import NOW, PERIOD_START, STARTED, added, number

DAY = timedelta(days=1)
Break = Callable[[AsyncSession, HeldMembership], Awaitable[object]]
BREAKS: dict[str, Break] = {}


def breaks(rule: str) -> Callable[[Break], Break]:
    def register(way: Break) -> Break:
        BREAKS[rule] = way
        return way

    return register


@breaks("memberships.one_holding")
async def nobody_holds_it(_session: AsyncSession, held: HeldMembership) -> None:
    held.member.until_at = NOW


@breaks("memberships.one_subscription")
async def two_subscriptions(session: AsyncSession, held: HeldMembership) -> None:
    await make_subscription(session, held.membership)


@breaks("memberships.plan_of_product")
async def plan_of_another(session: AsyncSession, held: HeldMembership) -> None:
    held.membership.plan_id = (await make_plan(session)).id


@breaks("memberships.not_ended")
async def ended_and_active(_session: AsyncSession, held: HeldMembership) -> None:
    held.membership.ended_at = NOW


@breaks("memberships.own_method")
async def method_of_another(session: AsyncSession, held: HeldMembership) -> None:
    method = await make_payment_method(session, await make_customer(session))
    held.membership.stripe_default_payment_method_id = method.stripe_payment_method_id


@breaks("holdings.in_turn")
async def held_by_two_at_once(session: AsyncSession, held: HeldMembership) -> None:
    carl = await make_person(session, "carl@example.com")
    held.member.from_at = STARTED + DAY
    theirs = {"customer": held.customer, "from_at": STARTED, "until_at": STARTED + 2 * DAY}
    await make_member(session, held.membership, carl, **theirs)


@breaks("holdings.claimed")
async def claimed_but_not_held(_session: AsyncSession, held: HeldMembership) -> None:
    held.member.person_id, held.member.customer_id = None, held.customer.id


@breaks("customers.default_attached")
async def default_is_detached(session: AsyncSession, held: HeldMembership) -> None:
    method = await make_payment_method(session, held.customer, detached_at=NOW)
    held.customer.stripe_default_payment_method_id = method.stripe_payment_method_id


@breaks("invoices.add_up")
async def a_line_too_many(session: AsyncSession, held: HeldMembership) -> None:
    invoice = await make_invoice(session, held.customer)
    line = InvoiceLine(
        invoice_id=invoice.id,
        stripe_line_id=f"il_{number()}",
        position=0,
        amount_minor=2901,
        currency="USD",
        description="Room",
    )
    await added(session, line)


@breaks("invoices.lines_add_up")
async def a_tax_too_many(session: AsyncSession, held: HeldMembership) -> None:
    invoice = await make_invoice(session, held.customer, snapshot={"footer": ""})
    line = InvoiceLine(
        invoice_id=invoice.id,
        stripe_line_id=f"il_{number()}",
        position=0,
        amount_minor=2900,
        tax_minor=1,
    )
    await added(session, line)


@breaks("billing_totals.add_up")
async def a_payment_counted_twice(session: AsyncSession, held: HeldMembership) -> None:
    payment = await make_payment(session, held.customer, stripe_charge_id="ch_1")
    await keep_totals(session, payment, payment)


@breaks("invoices.paid_in_full")
async def paid_and_owed(session: AsyncSession, held: HeldMembership) -> None:
    await make_invoice(session, held.customer, amount_remaining_minor=1)


@breaks("invoices.not_after_end")
async def charged_after_the_end(session: AsyncSession, held: HeldMembership) -> None:
    held.membership.stripe_status = "canceled"
    held.membership.ended_at = PERIOD_START
    await make_invoice(
        session,
        held.customer,
        stripe_subscription_id=held.stripe_subscription_id,
        period_start=PERIOD_START,
        paid_at=PERIOD_START + DAY,
    )


@breaks("payments.refunds")
async def more_given_back(session: AsyncSession, held: HeldMembership) -> None:
    payment = await make_payment(session, held.customer)
    for _ in range(2):
        refund = Refund(
            payment_id=payment.id,
            stripe_refund_id=f"re_{number()}",
            status="succeeded",
            amount_minor=2000,
            currency="USD",
            created_at=NOW,
            observed_at=NOW,
        )
        await added(session, refund)


@breaks("payments.own_invoice")
async def of_another_bill(session: AsyncSession, held: HeldMembership) -> None:
    invoice = await make_invoice(session, await make_customer(session))
    await make_payment(session, held.customer, invoice, status=PaymentStatus.FAILED)


def intent(held: HeldMembership, **over: object) -> Intent:
    given = {"kind": "x", "about": held.customer.id, "actor_id": "user_1", "asked_at": NOW}
    times = {"created_at": NOW, "due_at": NOW}
    return Intent(actor_kind=ActorKind.CUSTOMER, **{**given, **times, **over})


@breaks("intents.outcome")
async def done_without_an_outcome(session: AsyncSession, held: HeldMembership) -> None:
    await added(session, intent(held, done_at=NOW))


@breaks("memberships.period")
async def long_over(_session: AsyncSession, held: HeldMembership) -> None:
    held.membership.current_period_end = NOW - 5 * DAY


@breaks("inbox.in_time")
async def an_old_event(session: AsyncSession, _held: HeldMembership) -> None:
    late = {"received_at": NOW - DAY, "due_at": NOW - DAY}
    await added(session, InboxEvent(stripe_event_id="evt_1", type="customer.updated", **late))


@breaks("outbox.in_time")
async def an_old_mail(session: AsyncSession, _held: HeldMembership) -> None:
    late = {"created_at": NOW - DAY, "due_at": NOW - DAY}
    await added(session, OutboxMessage(kind="x", recipient="ada@example.com", **late))


@breaks("intents.in_time")
async def an_old_intent(session: AsyncSession, held: HeldMembership) -> None:
    await added(session, intent(held, due_at=NOW - DAY))


@breaks("declarations.in_time")
async def an_old_declaration(session: AsyncSession, held: HeldMembership) -> None:
    await make_declaration(session, held.membership.company_id, due_at=NOW - DAY)


def test_every_rule_is_broken_here() -> None:
    assert set(BREAKS) == {rule.name for rule in RULES}


async def sound(session: AsyncSession) -> HeldMembership:
    """Ada's membership with a paid invoice, an owed one and a part given back; Ben's beside it."""
    ada, ben = await make_person(session), await make_person(session, "ben@example.com")
    held = await make_membership(session, ada)
    await make_membership(session, ben)
    method = await make_payment_method(session, held.customer)
    held.customer.stripe_default_payment_method_id = method.stripe_payment_method_id
    invoice = await make_invoice(session, held.customer)
    await make_payment(session, held.customer, invoice, refunded_minor=100)
    await make_invoice(session, held.customer, status=InvoiceStatus.OPEN)
    return held


@pytest.mark.contradictory("each in its own way")
@pytest.mark.parametrize("rule", BREAKS)
async def test_a_rule_finds_what_breaks_it_and_no_other_does(
    clocks: Clocks, db: Database, rule: str
) -> None:
    async with db.unit_of_work() as session:
        held = await sound(session)
    assert await violations(db) == []
    async with db.unit_of_work() as session:
        session.add_all(held[:-1])
        await BREAKS[rule](session, held)
    (found,) = await violations(db)
    assert (found.rule.name, len(found.ids)) == (rule, 1)
    assert found.rule.mend


@pytest.mark.contradictory("to be found in slices")
async def test_the_sweep_looks_at_a_slice_at_a_time_and_forgets_what_was_mended(
    clocks: Clocks, db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service, "SLICE", 2)
    ids = [f"mem_{place}" for place in range(5)]
    async with db.unit_of_work() as session:
        for place, one in enumerate(ids):
            bad = NOW if place in {1, 4} else None
            await make_membership(session, id=one, ended_at=bad)
    sweep, counts = Sweep(), []
    for _ in range(3):
        await sweep.run(db)
        counts.append(sweep.counts["memberships.not_ended"])
    assert counts == [1, 1, 2]
    assert {name for name, count in sweep.counts.items() if count} == {"memberships.not_ended"}
    assert "contradicts itself" in caplog.text
    async with db.unit_of_work() as session:
        for one in ids:
            (await session.get_one(Membership, one)).ended_at = None
    for _ in range(3):
        assert sweep.counts["memberships.not_ended"] == 2
        await sweep.run(db)
    assert sweep.counts["memberships.not_ended"] == 0
