"""Payment intents, refunds and disputes become rows of the billing history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from portal_app.customers.models import Customer
from portal_app.customers.repository import by_stripe_id
from portal_app.customers.service import announce
from portal_app.invoices.models import Dispute, Payment, Refund
from portal_app.invoices.projection.totals import Tally
from portal_app.kit.lookup import locked, look_up
from portal_app.kit.observed import Outcome, upsert
from portal_app.provider.facts import DisputeFacts, PaymentFacts, RefundFacts

Row = TypeVar("Row", Refund, Dispute)


async def project_payments(
    session: AsyncSession, page: Sequence[PaymentFacts], *, observed_at: datetime
) -> list[Outcome]:
    """A payment of nobody (a guest's) or of an unknown customer is unrelated."""
    await look_up(session, Customer, "stripe_customer_id", [facts.customer_id for facts in page])
    ids = [facts.id for facts in page]
    await look_up(session, Payment, "stripe_payment_intent_id", ids, lock=True)
    tally = Tally()
    outcomes = [await _project(session, facts, observed_at, tally) for facts in page]
    await tally.write(session)
    return outcomes


async def project_payment(
    session: AsyncSession, facts: PaymentFacts, *, observed_at: datetime
) -> Outcome:
    """One payment, as a webhook tells of it."""
    (outcome,) = await project_payments(session, [facts], observed_at=observed_at)
    return outcome


async def _project(
    session: AsyncSession, facts: PaymentFacts, observed_at: datetime, tally: Tally
) -> Outcome:
    customer = await by_stripe_id(session, facts.customer_id) if facts.customer_id else None
    if customer is None:
        return Outcome.UNRELATED
    key = {"stripe_payment_intent_id": facts.id}
    values = _values(facts) | {"customer_id": customer.id}
    before = await locked(session, Payment, **key)
    if before is None:
        values["billed_year"] = facts.created_at.year  # until an invoice says otherwise
    else:
        tally.take(before)
    row, outcome = await upsert(session, Payment, key, values, observed_at)
    tally.give(row)
    if outcome is Outcome.WRITTEN:
        announce(session, customer.person_id, "invoices")
    return outcome


def _values(facts: PaymentFacts) -> dict[str, Any]:
    return {
        "stripe_charge_id": facts.charge_id,
        "status": facts.status,
        "description": facts.description,
        "currency": facts.amount.currency,
        "amount_minor": facts.amount.minor,
        "refunded_minor": facts.refunded.minor,
        "method_kind": facts.method_kind,
        "method_brand": facts.method_brand,
        "method_last4": facts.method_last4,
        "failure_code": facts.failure_code,
        "paid_at": facts.paid_at,
        "created_at": facts.created_at,
    }


async def project_refund(
    session: AsyncSession, facts: RefundFacts, *, observed_at: datetime
) -> tuple[Refund | None, Outcome]:
    """A refund of a payment that is not here is unrelated."""
    values = {"status": facts.status, "reason": facts.reason, "created_at": facts.created_at}
    return await _of_payment(session, Refund, facts, values, observed_at)


async def project_dispute(
    session: AsyncSession, facts: DisputeFacts, *, observed_at: datetime
) -> Outcome:
    """A dispute of a payment that is not here is unrelated."""
    values = {
        "status": facts.status,
        "reason": facts.reason,
        "funds_withdrawn": facts.funds_withdrawn,
        "respond_by": facts.respond_by,
        "created_at": facts.created_at,
    }
    return (await _of_payment(session, Dispute, facts, values, observed_at))[1]


_KEYS: Final[dict[type[Any], str]] = {Refund: "stripe_refund_id", Dispute: "stripe_dispute_id"}


async def _of_payment(
    session: AsyncSession,
    model: type[Row],
    facts: RefundFacts | DisputeFacts,
    values: dict[str, Any],
    observed_at: datetime,
) -> tuple[Row | None, Outcome]:
    """What happened to a payment's money, and the word to whoever paid."""
    payment = await _payment_of(session, facts)
    if payment is None:
        return None, Outcome.UNRELATED
    amount = {"currency": facts.amount.currency, "amount_minor": facts.amount.minor}
    values = {"payment_id": payment.id, **amount, **values}
    row, outcome = await upsert(session, model, {_KEYS[model]: facts.id}, values, observed_at)
    if outcome is Outcome.WRITTEN:
        customer = await session.get(Customer, payment.customer_id)
        announce(session, customer.person_id if customer else None, "invoices")
    return row, outcome


async def _payment_of(session: AsyncSession, facts: RefundFacts | DisputeFacts) -> Payment | None:
    if facts.payment_id is not None:
        where = Payment.stripe_payment_intent_id == facts.payment_id
    elif facts.charge_id is not None:
        where = Payment.stripe_charge_id == facts.charge_id
    else:
        return None
    return (await session.execute(select(Payment).where(where))).scalars().first()
