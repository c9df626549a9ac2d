"""Everything about one entry of the billing history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Company
from portal_app.identity.actor import Actor
from portal_app.invoices.models import (
    Dispute,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Payment,
    Refund,
)
from portal_app.invoices.repository.owned import owned_by

# What bills a period, in Stripe's words; others come between (invoice_object-billing_reason).
_REGULAR: Final = ("subscription_create", "subscription_cycle", "subscription")
_COMPARABLE: Final = (InvoiceStatus.PAID, InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)


async def find_payment(session: AsyncSession, actor: Actor, payment_id: str) -> Payment | None:
    statement = owned_by(select(Payment), col(Payment.customer_id), actor)
    found = await session.scalars(statement.where(col(Payment.id) == payment_id))
    return found.one_or_none()


async def lines_of(session: AsyncSession, invoice_id: str) -> Sequence[InvoiceLine]:
    statement = select(InvoiceLine).where(col(InvoiceLine.invoice_id) == invoice_id)
    return (await session.scalars(statement.order_by(col(InvoiceLine.position)))).all()


async def refunds_of(session: AsyncSession, payment_ids: Sequence[str]) -> Sequence[Refund]:
    statement = select(Refund).where(col(Refund.payment_id).in_(payment_ids))
    ordered = statement.order_by(col(Refund.created_at), col(Refund.id))
    return (await session.scalars(ordered)).all()


async def disputes_of(session: AsyncSession, payment_ids: Sequence[str]) -> Sequence[Dispute]:
    statement = select(Dispute).where(col(Dispute.payment_id).in_(payment_ids))
    ordered = statement.order_by(col(Dispute.created_at), col(Dispute.id))
    return (await session.scalars(ordered)).all()


async def invoice_before(session: AsyncSession, actor: Actor, invoice: Invoice) -> Invoice | None:
    """The actor's one before it of the same subscription, in the same currency; no void ones.

    A regular charge is compared with the regular one before: what a change cost in between would
    only hide what is different.
    """
    if invoice.stripe_subscription_id is None:
        return None
    statement = owned_by(select(Invoice), col(Invoice.customer_id), actor).where(
        col(Invoice.stripe_subscription_id) == invoice.stripe_subscription_id,
        col(Invoice.currency) == invoice.currency,
        col(Invoice.status).in_(_COMPARABLE),
        tuple_(col(Invoice.issued_at), col(Invoice.id)) < (invoice.issued_at, invoice.id),
    )
    if invoice.billing_reason in _REGULAR:
        statement = statement.where(col(Invoice.billing_reason).in_(_REGULAR))
    newest = statement.order_by(col(Invoice.issued_at).desc(), col(Invoice.id).desc()).limit(1)
    return (await session.scalars(newest)).one_or_none()


async def company_of(session: AsyncSession, company_id: str | None) -> Company | None:
    return await session.get(Company, company_id) if company_id else None
