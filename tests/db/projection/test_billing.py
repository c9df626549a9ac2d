"""Invoices, payments and one-time purchases, and what invoices tell about memberships."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from portal_app.catalog.projection import project_price
from portal_app.ingest.apply import apply_invoice, apply_refund
from portal_app.invoices.models import Invoice, InvoiceLine, Payment, Refund
from portal_app.invoices.projection import project_payment
from portal_app.kit.observed import Outcome
from portal_app.memberships.models import Member, Membership, MembershipEvent, MembershipSource
from portal_app.memberships.projection import project_checkout
from portal_app.provider.stripe.catalog import price_facts
from portal_app.provider.stripe.checkout import checkout_facts
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts, refund_facts
from tests.db.projection.conftest import Account
from tests.provider.adapter import objects

START = datetime(2024, 1, 31, 12, tzinfo=UTC)
PAID = objects.CREATED + 3600
UNPAID = {
    "status": "open",
    "amount_paid": 0,
    "amount_remaining": 2900,
    "status_transitions": {"finalized_at": objects.CREATED, "paid_at": None},
}


async def invoice(account: Account, *lines: Any, **over: Any) -> Outcome:
    outcome = await account.apply(apply_invoice, invoice_facts(objects.invoice(*lines, **over)))
    assert isinstance(outcome, Outcome)
    return outcome


async def told(account: Account) -> list[str]:
    return [kind for kind in await account.kinds() if kind not in {"created", "activated"}]


async def test_a_renewal_is_told_once(account: Account) -> None:
    await account.subscription()
    assert await invoice(account) is Outcome.WRITTEN
    assert await invoice(account) is Outcome.UNCHANGED
    assert await invoice(account, description="Thanks") is Outcome.WRITTEN
    assert await told(account) == ["renewed"]
    event = await account.one(MembershipEvent, kind="renewed")
    row = await account.one(Invoice)
    assert event.after == {"invoice_id": row.id, "amount_minor": 2900, "currency": "USD"}
    await invoice(account, id="in_2")
    assert await told(account) == ["renewed", "renewed"]


async def test_a_failure_and_the_recovery_are_told_once(account: Account) -> None:
    await account.subscription()
    await invoice(account, **{**UNPAID, "attempt_count": 0})
    assert await told(account) == []
    await invoice(account, **UNPAID)
    await invoice(account, **{**UNPAID, "attempt_count": 2})
    assert await told(account) == ["payment_failed"]
    await invoice(account, attempt_count=3)
    await invoice(account, attempt_count=3, description="Thanks")
    assert await told(account) == ["payment_failed", "recovered"]


async def test_a_payment_at_the_second_attempt_tells_of_the_first(account: Account) -> None:
    await account.subscription()
    times = {"finalized_at": objects.CREATED, "paid_at": PAID}
    await invoice(account, attempt_count=2, status_transitions=times)
    assert await told(account) == ["payment_failed", "recovered"]
    history = dict(await account.history())
    assert (history["payment_failed"], history["recovered"].hour) == (START, 13)


@pytest.mark.parametrize(
    "over",
    [
        {"billing_reason": "subscription_create"},
        {"billing_reason": "subscription_update"},
        {"status": "void"},
        {"parent": {"subscription_details": {"subscription": "sub_404"}}},
    ],
)
async def test_other_invoices_are_no_renewals(account: Account, over: dict[str, Any]) -> None:
    await account.subscription()
    await invoice(account, **{"attempt_count": 0, **over})
    assert await told(account) == []


async def test_the_first_charge_after_a_trial_is_not_a_renewal(account: Account) -> None:
    trial = {"trial_start": objects.CREATED - 9, "trial_end": objects.CREATED}
    await account.subscription(**trial)
    await invoice(account)
    assert "renewed" not in await account.kinds()


@pytest.mark.contradictory("its lines are made up")
async def test_lines_follow_the_invoice(account: Account) -> None:
    await invoice(account, objects.line(), objects.line(id="il_2", amount=100), status="draft")
    first = {row.position: row.id for row in await account.all(InvoiceLine)}
    assert await invoice(account, objects.line(amount=3000), status="draft") is Outcome.WRITTEN
    line = await account.one(InvoiceLine)
    assert (line.id, line.position, line.amount_minor) == (first[0], 0, 3000)


async def test_payments_are_linked_by_the_invoice(account: Account) -> None:
    await account.apply(project_payment, payment_facts(objects.intent()))
    await account.apply(project_payment, payment_facts(objects.intent(id="pi_other")))
    await invoice(account)
    row = await account.one(Invoice)
    assert (await account.one(Payment, stripe_payment_intent_id="pi_1")).invoice_id == row.id
    assert (await account.one(Payment, stripe_payment_intent_id="pi_other")).invoice_id is None
    # The payment itself says nothing about an invoice, and must not forget it.
    await account.apply(project_payment, payment_facts(objects.intent(description="New")))
    assert (await account.one(Payment, stripe_payment_intent_id="pi_1")).invoice_id == row.id


async def test_a_guests_payment_and_a_refund_of_it_are_unrelated(account: Account) -> None:
    guest = payment_facts(objects.intent(customer=None))
    assert await account.apply(project_payment, guest) is Outcome.UNRELATED
    facts = refund_facts(objects.refund())
    assert await account.apply(apply_refund, facts) is Outcome.UNRELATED
    assert await account.all(Payment) == await account.all(Refund) == []


async def test_a_refund_finds_its_payment_by_the_charge_too(account: Account) -> None:
    await account.apply(project_payment, payment_facts(objects.intent()))
    facts = refund_facts(objects.refund(payment_intent=None))
    assert await account.apply(apply_refund, facts) is Outcome.WRITTEN
    assert await account.apply(apply_refund, facts) is Outcome.UNCHANGED
    payment, refund = await account.one(Payment), await account.one(Refund)
    assert (refund.payment_id, refund.amount_minor) == (payment.id, 900)


async def _checkout(account: Account, **over: Any) -> Outcome:
    facts = checkout_facts(objects.checkout(**over))
    outcome = await account.apply(project_checkout, facts)
    assert isinstance(outcome, Outcome)
    return outcome


def _sold(**over: Any) -> dict[str, Any]:
    details = {"price_details": {"price": "price_2", "product": "prod_1"}}
    line = objects.line(amount=9900, pricing=details)
    return objects.one_time_invoice(line, **{"id": "in_9", "attempt_count": 1, **over})


async def _sold_invoice(account: Account, **over: Any) -> Outcome:
    outcome = await account.apply(apply_invoice, invoice_facts(_sold(**over)))
    assert isinstance(outcome, Outcome)
    return outcome


@pytest.fixture
async def course(account: Account) -> None:
    price = objects.price(id="price_2", recurring=None, unit_amount=9900)
    await account.apply(project_price, price_facts(price))


@pytest.mark.contradictory("its lines are made up")
@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("order", [*permutations(("session", "invoice", "again"))])
async def test_a_session_and_its_invoice_are_one_purchase_in_any_order(
    account: Account, order: tuple[str, ...]
) -> None:
    steps = {
        "session": lambda: _checkout(account, invoice="in_9"),
        "invoice": lambda: _sold_invoice(account),
        "again": lambda: _sold_invoice(account, description="Thanks"),
    }
    for step in order:
        await steps[step]()
    membership = await account.one(Membership)
    assert membership.source is MembershipSource.CHECKOUT
    assert membership.stripe_checkout_session_id == "cs_1"
    assert (membership.stripe_invoice_id, membership.price_minor) == ("in_9", 9900)
    assert (await account.one(Member)).membership_id == membership.id
    assert await account.kinds() == ["created"]


@pytest.mark.contradictory("its lines are made up")
@pytest.mark.usefixtures("course")
async def test_an_invoice_makes_a_membership_when_it_is_paid(account: Account) -> None:
    await _sold_invoice(account, **UNPAID)
    assert await account.all(Membership) == []
    await _sold_invoice(account)
    membership = await account.one(Membership)
    assert (membership.source, membership.stripe_invoice_id) == (MembershipSource.INVOICE, "in_9")
    assert membership.stripe_payment_intent_id == "pi_1"
    assert await _sold_invoice(account) is Outcome.UNCHANGED


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    "over",
    [
        {"mode": "setup"},
        {"mode": "subscription"},
        {"payment_status": "unpaid"},
        {"status": "open"},
        {"customer": None},
        {"customer": "cus_404"},
        {"line_items": objects.listed()},
    ],
)
async def test_sessions_that_are_no_purchase(account: Account, over: dict[str, Any]) -> None:
    assert await _checkout(account, **over) is Outcome.UNRELATED
    assert await account.all(Membership) == []


@pytest.mark.usefixtures("course")
async def test_what_was_paid_counts_and_not_the_price(account: Account) -> None:
    session = objects.checkout()
    session["line_items"]["data"][0] |= {"quantity": 3, "amount_total": 10000}
    await _checkout(account, line_items=session["line_items"])
    membership = await account.one(Membership)
    assert (membership.price_minor, membership.quantity) == (10000, 1)
