"""What a document is made of, read whole; who may have it is decided before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Company
from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.invoices.models import (
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
)
from portal_app.invoices.repository import owned_by
from portal_app.invoices.repository.details import company_of, lines_of, refunds_of


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRows:
    """An invoice with all that hangs on it, oldest first; *payments* are those that succeeded."""

    invoice: Invoice
    customer: Customer
    company: Company | None
    lines: Sequence[InvoiceLine]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRows:
    """A payment that succeeded; *invoice* with its *lines* where it was made for one."""

    payment: Payment
    customer: Customer
    company: Company | None
    invoice: Invoice | None
    lines: Sequence[InvoiceLine]
    refunds: Sequence[Refund]


async def read_invoice(
    session: AsyncSession, invoice_id: str, actor: Actor | None
) -> InvoiceRows | None:
    """The invoice *invoice_id*, if *actor* was billed; drafts are nobody's.

    Without an actor it is anybody's: the caller has checked another proof.
    """
    statement = select(Invoice).where(
        col(Invoice.id) == invoice_id, col(Invoice.status) != InvoiceStatus.DRAFT
    )
    if actor is not None:
        statement = owned_by(statement, col(Invoice.customer_id), actor)
    invoice = (await session.scalars(statement)).one_or_none()
    if invoice is None:
        return None
    paid = select(Payment).where(
        col(Payment.invoice_id) == invoice.id, col(Payment.status) == PaymentStatus.SUCCEEDED
    )
    payments = (
        await session.scalars(paid.order_by(col(Payment.created_at), col(Payment.id)))
    ).all()
    return InvoiceRows(
        invoice=invoice,
        customer=await session.get_one(Customer, invoice.customer_id),
        company=await company_of(session, invoice.company_id),
        lines=await lines_of(session, invoice.id),
        payments=payments,
        refunds=await refunds_of(session, [payment.id for payment in payments]),
    )


async def read_receipt(
    session: AsyncSession, payment_id: str, actor: Actor | None
) -> ReceiptRows | None:
    """The same for a payment, of which there is a receipt once it has succeeded."""
    statement = select(Payment).where(
        col(Payment.id) == payment_id, col(Payment.status) == PaymentStatus.SUCCEEDED
    )
    if actor is not None:
        statement = owned_by(statement, col(Payment.customer_id), actor)
    payment = (await session.scalars(statement)).one_or_none()
    if payment is None:
        return None
    invoice = await session.get(Invoice, payment.invoice_id) if payment.invoice_id else None
    return ReceiptRows(
        payment=payment,
        customer=await session.get_one(Customer, payment.customer_id),
        company=await company_of(session, payment.company_id),
        invoice=invoice,
        lines=await lines_of(session, invoice.id) if invoice else (),
        refunds=await refunds_of(session, [payment.id]),
    )
