"""Stripe invoices, payment intents and refunds become rows of the billing history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select

from portal_app.customers.models import Customer
from portal_app.customers.repository import by_stripe_id
from portal_app.customers.service import announce
from portal_app.invoices.models import Invoice, InvoiceLine, Payment, Refund
from portal_app.kit.observed import Outcome, changes, upsert
from portal_app.provider.facts import InvoiceFacts, InvoiceLineFacts, PaymentFacts, RefundFacts


async def project_invoice(
    session: AsyncSession, facts: InvoiceFacts, *, observed_at: datetime
) -> tuple[Invoice | None, Outcome]:
    """The invoice with its lines and links to its payments; unrelated without a known customer.

    An invoice stays with the customer who was billed, whoever holds the membership later.
    """
    customer = await by_stripe_id(session, facts.customer_id)
    if customer is None:
        return None, Outcome.UNRELATED
    values = {"customer_id": customer.id, **_invoice_values(facts)}
    key = {"stripe_invoice_id": facts.id}
    row, outcome = await upsert(session, Invoice, key, values, observed_at)
    if outcome is Outcome.STALE:
        return row, outcome
    lines_changed = await _project_lines(session, row, facts.lines)
    linked = await _link_payments(session, row, facts.payment_ids)
    if lines_changed or linked:
        outcome = Outcome.WRITTEN
    if outcome is Outcome.WRITTEN:
        announce(session, customer.person_id, "invoices")
    return row, outcome


def _invoice_values(facts: InvoiceFacts) -> dict[str, Any]:
    return {
        "stripe_subscription_id": facts.subscription_id,
        "number": facts.number,
        "status": facts.status,
        "billing_reason": facts.billing_reason,
        "description": facts.description,
        "currency": facts.total.currency,
        "subtotal_minor": facts.subtotal.minor,
        "discount_minor": facts.discount.minor,
        "tax_minor": facts.tax.minor,
        "total_minor": facts.total.minor,
        "amount_due_minor": facts.amount_due.minor,
        "amount_paid_minor": facts.amount_paid.minor,
        "amount_remaining_minor": facts.amount_remaining.minor,
        "period_start": facts.period_start,
        "period_end": facts.period_end,
        "due_at": facts.due_at,
        "finalized_at": facts.finalized_at,
        "paid_at": facts.paid_at,
        "attempt_count": facts.attempt_count,
        "next_attempt_at": facts.next_attempt_at,
        "hosted_url": facts.hosted_url,
        "created_at": facts.created_at,
    }


async def _project_lines(
    session: AsyncSession, invoice: Invoice, lines: tuple[InvoiceLineFacts, ...]
) -> bool:
    """Lines are matched by position: a draft may gain, lose and reorder them."""
    statement = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
    rows = (await session.execute(statement)).scalars().all()
    by_position = {row.position: row for row in rows}
    changed = False
    for position, line in enumerate(lines):
        values = _line_values(line)
        row = by_position.pop(position, None)
        if row is None:
            session.add(InvoiceLine(invoice_id=invoice.id, position=position, **values))
            changed = True
        elif changes(row, values):
            changed = True
    for superfluous in by_position.values():
        await session.delete(superfluous)
        changed = True
    return changed


def _line_values(line: InvoiceLineFacts) -> dict[str, Any]:
    return {
        "stripe_line_id": line.id,
        "stripe_price_id": line.price_id,
        "description": line.description,
        "quantity": line.quantity,
        "amount_minor": line.amount.minor,
        "proration": line.proration,
        "period_start": line.period_start,
        "period_end": line.period_end,
    }


async def _link_payments(
    session: AsyncSession, invoice: Invoice, payment_ids: tuple[str, ...]
) -> bool:
    """Only the invoice knows which payments were made for it (`invoice.payments`)."""
    if not payment_ids:
        return False
    statement = select(Payment).where(
        col(Payment.stripe_payment_intent_id).in_(payment_ids),
        or_(col(Payment.invoice_id).is_(None), col(Payment.invoice_id) != invoice.id),
    )
    payments = (await session.execute(statement)).scalars().all()
    for payment in payments:
        payment.invoice_id = invoice.id
    return bool(payments)


async def project_payment(
    session: AsyncSession, facts: PaymentFacts, *, observed_at: datetime
) -> Outcome:
    """A payment of nobody (a guest's) or of an unknown customer is unrelated."""
    customer = await by_stripe_id(session, facts.customer_id) if facts.customer_id else None
    if customer is None:
        return Outcome.UNRELATED
    values = {
        "customer_id": customer.id,
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
    key = {"stripe_payment_intent_id": facts.id}
    _, outcome = await upsert(session, Payment, key, values, observed_at)
    if outcome is Outcome.WRITTEN:
        announce(session, customer.person_id, "invoices")
    return outcome


async def project_refund(
    session: AsyncSession, facts: RefundFacts, *, observed_at: datetime
) -> Outcome:
    """A refund of a payment that is not here is unrelated."""
    payment = await _refunded_payment(session, facts)
    if payment is None:
        return Outcome.UNRELATED
    values = {
        "payment_id": payment.id,
        "status": facts.status,
        "reason": facts.reason,
        "currency": facts.amount.currency,
        "amount_minor": facts.amount.minor,
        "created_at": facts.created_at,
    }
    key = {"stripe_refund_id": facts.id}
    _, outcome = await upsert(session, Refund, key, values, observed_at)
    if outcome is Outcome.WRITTEN:
        customer = await session.get(Customer, payment.customer_id)
        announce(session, customer.person_id if customer else None, "invoices")
    return outcome


async def _refunded_payment(session: AsyncSession, facts: RefundFacts) -> Payment | None:
    if facts.payment_id is not None:
        where = Payment.stripe_payment_intent_id == facts.payment_id
    elif facts.charge_id is not None:
        where = Payment.stripe_charge_id == facts.charge_id
    else:
        return None
    return (await session.execute(select(Payment).where(where))).scalars().first()
