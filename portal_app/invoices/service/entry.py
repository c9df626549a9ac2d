"""One entry of the billing history with everything that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.invoices.errors import EntryNotFound
from portal_app.invoices.models import Dispute, Invoice, InvoiceLine, InvoiceStatus, Refund
from portal_app.invoices.repository import details, find_invoice
from portal_app.invoices.repository.entries import Entry, entries_at
from portal_app.invoices.repository.history import Key
from portal_app.invoices.rules.explain import Part, bill_of, explain
from portal_app.kit.ids import has_prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetails:
    """*previous* is what *parts* compare it with: the invoice before of the same subscription.

    *company* is whose product it was, empty where nobody knows.
    """

    entry: Entry
    company: str
    lines: Sequence[InvoiceLine] = ()
    refunds: Sequence[Refund] = ()
    disputes: Sequence[Dispute] = ()
    previous: Invoice | None = None
    parts: tuple[Part, ...] = ()


async def get_entry(session: AsyncSession, actor: Actor, given_id: object) -> EntryDetails:
    """By the id of an invoice or a payment; a payment of an invoice answers with that.

    Raises EntryNotFound for anything else: unknown, malformed, somebody else's, a draft.
    """
    key = await _key(session, actor, given_id if isinstance(given_id, str) else "")
    (entry,) = await entries_at(session, [key])
    invoice = entry.invoice
    payment_ids = [payment.id for payment in entry.payments]
    company_id = entry.payment.company_id if invoice is None else invoice.company_id
    company = await details.company_of(session, company_id)
    lines = [] if invoice is None else await details.lines_of(session, invoice.id)
    previous, parts = await _compared(session, actor, invoice, lines)
    return EntryDetails(
        entry=entry,
        company=company.title if company else "",
        lines=lines,
        refunds=await details.refunds_of(session, payment_ids) if payment_ids else (),
        disputes=await details.disputes_of(session, payment_ids) if payment_ids else (),
        previous=previous,
        parts=parts,
    )


async def _key(session: AsyncSession, actor: Actor, given_id: str) -> Key:
    """One query for every kind of miss among ids of our form."""
    invoice_id: str | None = given_id
    if has_prefix(given_id, "pay"):
        payment = await details.find_payment(session, actor, given_id)
        if payment is not None and payment.stands_alone:
            return Key(payment.created_at, payment.id, None)
        invoice_id = payment.invoice_id if payment else None
    elif not has_prefix(given_id, "inv"):
        raise EntryNotFound
    invoice = await find_invoice(session, actor, invoice_id) if invoice_id else None
    if invoice is None or invoice.status is InvoiceStatus.DRAFT:
        raise EntryNotFound
    return Key(invoice.issued_at, invoice.id, invoice.id)


async def _compared(
    session: AsyncSession, actor: Actor, invoice: Invoice | None, lines: Sequence[InvoiceLine]
) -> tuple[Invoice | None, tuple[Part, ...]]:
    if invoice is None:
        return None, ()
    previous = await details.invoice_before(session, actor, invoice)
    if previous is None:
        return None, ()
    earlier = await details.lines_of(session, previous.id)
    return previous, explain(bill_of(previous, earlier), bill_of(invoice, lines))
