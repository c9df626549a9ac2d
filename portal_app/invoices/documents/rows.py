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
        company=await _company(session, invoice.company_id),
        lines=await _lines(session, invoice.id),
        payments=payments,
        refunds=await _refunds(session, [payment.id for payment in payments]),
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
        company=await _company(session, payment.company_id),
        invoice=invoice,
        lines=await _lines(session, invoice.id) if invoice else (),
        refunds=await _refunds(session, [payment.id]),
    )


async def _company(session: AsyncSession, company_id: str | None) -> Company | None:
    return await session.get(Company, company_id) if company_id else None


async def _lines(session: AsyncSession, invoice_id: str) -> Sequence[InvoiceLine]:
    lines = select(InvoiceLine).where(col(InvoiceLine.invoice_id) == invoice_id)
    return (await session.scalars(lines.order_by(col(InvoiceLine.position)))).all()


async def _refunds(session: AsyncSession, payment_ids: Sequence[str]) -> Sequence[Refund]:
    refunds = select(Refund).where(col(Refund.payment_id).in_(payment_ids))
    found = await session.scalars(refunds.order_by(col(Refund.created_at), col(Refund.id)))
    return found.all()
