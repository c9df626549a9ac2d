"""Stripe's invoices become rows of the billing history, with their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select

from portal_app.catalog.models import Product
from portal_app.customers.models import Customer
from portal_app.customers.repository import by_stripe_id
from portal_app.customers.service import announce
from portal_app.invoices.models import Invoice, InvoiceLine, InvoiceStatus, Payment
from portal_app.invoices.projection.totals import Tally
from portal_app.kit.lookup import found, locked, look_up
from portal_app.kit.observed import Outcome, changes, take_turn, upsert
from portal_app.provider.facts import InvoiceFacts, InvoiceLineFacts, PartyFacts, TaxFacts

Lines = dict[int, InvoiceLine]


async def project_invoices(
    session: AsyncSession, page: Sequence[InvoiceFacts], *, observed_at: datetime
) -> list[tuple[Invoice | None, Outcome]]:
    """Invoices with their lines and links to their payments; unrelated without a known customer.

    An invoice stays with the customer who was billed, whoever holds the membership later.
    """
    payments = [payment for facts in page for payment in facts.payment_ids]
    products = [line.product_id for facts in page for line in facts.lines]
    await look_up(session, Product, "stripe_product_id", products)
    await look_up(session, Customer, "stripe_customer_id", [facts.customer_id for facts in page])
    await look_up(session, Invoice, "stripe_invoice_id", [facts.id for facts in page], lock=True)
    await look_up(session, Payment, "stripe_payment_intent_id", payments, lock=True)
    tally = Tally()
    heads = [await _project_head(session, facts, observed_at, tally) for facts in page]
    await session.flush()  # for the lines, which refer to them
    known = await _lines_of(session, [row.id for row, _ in heads if row])
    projected: list[tuple[Invoice | None, Outcome]] = []
    for facts, (row, outcome) in zip(page, heads, strict=True):
        if row is None or outcome is Outcome.STALE:
            projected.append((row, outcome))
            continue
        parts = await _project_lines(session, row, facts.lines, known.get(row.id, {}))
        linked = await _link_payments(session, row, facts.payment_ids, tally)
        written = parts or linked or outcome is Outcome.WRITTEN
        projected.append((row, await _announced(session, row) if written else outcome))
    await tally.write(session)
    return projected


async def _project_head(
    session: AsyncSession, facts: InvoiceFacts, observed_at: datetime, tally: Tally
) -> tuple[Invoice | None, Outcome]:
    customer = await by_stripe_id(session, facts.customer_id)
    if customer is None:
        return None, Outcome.UNRELATED
    before = await locked(session, Invoice, stripe_invoice_id=facts.id)
    if before is not None:
        tally.take(before)
    values = {
        "customer_id": customer.id,
        "company_id": await _company_id(session, facts),
        **_invoice_values(facts),
    }
    key = {"stripe_invoice_id": facts.id}
    row, outcome = await upsert(session, Invoice, key, values, observed_at)
    tally.give(row)
    return row, outcome


async def _company_id(session: AsyncSession, facts: InvoiceFacts) -> str | None:
    """Whose product the first line that names one of ours is."""
    for line in facts.lines:
        if line.product_id is not None:
            product = await found(session, Product, stripe_product_id=line.product_id)
            if product is not None:
                return product.company_id
    return None


async def _announced(session: AsyncSession, row: Invoice) -> Outcome:
    customer = await session.get(Customer, row.customer_id)
    announce(session, customer.person_id if customer else None, "invoices")
    return Outcome.WRITTEN


def _invoice_values(facts: InvoiceFacts) -> dict[str, Any]:
    issued_at = facts.finalized_at or facts.created_at
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
        "balance_applied_minor": facts.balance_applied.minor,
        "credited_minor": facts.credited.minor,
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
        "snapshot": _snapshot(facts),
        "issued_at": issued_at,
        "billed_year": issued_at.year,
        "created_at": facts.created_at,
    }


def _snapshot(facts: InvoiceFacts) -> dict[str, Any]:
    """What `invoices.snapshot` reads."""
    return {
        "seller": _party(facts.seller),
        "buyer": _party(facts.buyer),
        "taxes": [_tax(tax) for tax in facts.taxes],
        "footer": facts.footer,
    }


def _party(party: PartyFacts) -> dict[str, Any]:
    return {
        "name": party.name,
        "email": party.email,
        "country": party.country,
        "address": dict(party.address),
        "tax_ids": [list(tax_id) for tax_id in party.tax_ids],
    }


def _tax(tax: TaxFacts) -> dict[str, Any]:
    return {
        "label": tax.label,
        "percentage": tax.percentage,
        "reason": tax.reason,
        "inclusive": tax.inclusive,
        "amount_minor": tax.amount.minor,
    }


async def _lines_of(session: AsyncSession, invoice_ids: list[str]) -> dict[str, Lines]:
    """The lines that are here, by invoice and position."""
    statement = select(InvoiceLine).where(col(InvoiceLine.invoice_id).in_(invoice_ids))
    known: defaultdict[str, Lines] = defaultdict(dict)
    for row in (await session.execute(statement)).scalars():
        known[row.invoice_id][row.position] = row
    return known


async def _project_lines(
    session: AsyncSession,
    invoice: Invoice,
    lines: tuple[InvoiceLineFacts, ...],
    by_position: Lines,
) -> bool:
    """Lines are matched by position: a draft may gain, lose and reorder them."""
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
        "discount_minor": line.discount.minor,
        "tax_minor": line.tax.minor,
        "proration": line.proration,
        "period_start": line.period_start,
        "period_end": line.period_end,
    }


async def _link_payments(
    session: AsyncSession, invoice: Invoice, payment_ids: tuple[str, ...], tally: Tally
) -> bool:
    """Only the invoice knows which payments were made for it (`invoice.payments`).

    What they gave back counts in the year of the invoice, which may have changed with its issue.
    """
    linked = False
    for payment_id in payment_ids:
        payment = await locked(session, Payment, stripe_payment_intent_id=payment_id)
        if payment is None:
            continue
        tally.take(payment)
        values = {
            "invoice_id": invoice.id,
            "company_id": invoice.company_id,
            "billed_year": invoice.billed_year,
        }
        linked = bool(changes(payment, values)) or linked
        tally.give(payment)
    return linked


async def drop_invoice(session: AsyncSession, stripe_id: str, *, observed_at: datetime) -> Outcome:
    """Take away a draft that was deleted at Stripe; no page has ever shown it.

    Anything that was finalized can't be deleted there (docs.stripe.com/api/invoices/delete).
    """
    row = await locked(session, Invoice, stripe_invoice_id=stripe_id)
    if row is None or row.status is not InvoiceStatus.DRAFT:
        return Outcome.UNRELATED
    if not take_turn(row, observed_at):
        return Outcome.STALE
    await session.execute(delete(InvoiceLine).where(col(InvoiceLine.invoice_id) == row.id))
    await session.delete(row)
    return Outcome.WRITTEN
