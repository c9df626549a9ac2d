"""Invoices and payments of a person. The only way in is `owned_by`: what their customers paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment


def owned_by(statement: Select[Any], owner: Any, actor: Actor) -> Select[Any]:  # noqa: ANN401
    """*statement* cut down to rows whose customer (*owner*, a column) belongs to the actor.

    Past invoices stay with who paid them: holding a membership opens nobody else's.
    """
    return statement.join(Customer, col(Customer.id) == owner).where(
        col(Customer.person_id) == actor.person_id
    )


async def latest_invoices(
    session: AsyncSession,
    actor: Actor,
    *,
    stripe_subscription_ids: Sequence[str] = (),
    stripe_invoice_id: str | None = None,
    limit: int,
) -> list[Invoice]:
    """Newest invoices of some subscriptions, or the one invoice of a purchase; no drafts."""
    wanted: ColumnElement[bool]
    if stripe_subscription_ids:
        wanted = col(Invoice.stripe_subscription_id).in_(stripe_subscription_ids)
    elif stripe_invoice_id:
        wanted = col(Invoice.stripe_invoice_id) == stripe_invoice_id
    else:
        return []
    statement = (
        owned_by(select(Invoice), col(Invoice.customer_id), actor)
        .where(wanted, col(Invoice.status) != InvoiceStatus.DRAFT)
        .order_by(col(Invoice.issued_at).desc(), col(Invoice.id).desc())
        .limit(limit)
    )
    return list((await session.scalars(statement)).all())


async def payments_of_intent(
    session: AsyncSession, actor: Actor, stripe_payment_intent_id: str
) -> list[Payment]:
    """The payment behind a purchase that has no invoice; at most one."""
    statement = owned_by(select(Payment), col(Payment.customer_id), actor).where(
        col(Payment.stripe_payment_intent_id) == stripe_payment_intent_id
    )
    return list((await session.scalars(statement)).all())


async def last_attempts(
    session: AsyncSession, actor: Actor, invoice_ids: Iterable[str]
) -> dict[str, Payment]:
    """The newest payment of each invoice, by invoice id: what was tried, with which card."""
    wanted = sorted(set(invoice_ids))
    if not wanted:
        return {}
    statement = (
        owned_by(select(Payment), col(Payment.customer_id), actor)
        .where(col(Payment.invoice_id).in_(wanted))
        .order_by(col(Payment.created_at), col(Payment.id))
    )
    payments = (await session.scalars(statement)).all()
    return {str(payment.invoice_id): payment for payment in payments}


async def find_invoice(session: AsyncSession, actor: Actor, invoice_id: str) -> Invoice | None:
    """One of the actor's by its id (`inv_…`)."""
    statement = owned_by(select(Invoice), col(Invoice.customer_id), actor)
    found = await session.scalars(statement.where(col(Invoice.id) == invoice_id))
    return found.one_or_none()


async def invoice_of_payment(
    session: AsyncSession, actor: Actor, stripe_payment_intent_id: str
) -> Invoice | None:
    """What a payment intent of the actor's was made for."""
    statement = (
        owned_by(select(Invoice), col(Invoice.customer_id), actor)
        .join(Payment, col(Payment.invoice_id) == col(Invoice.id))
        .where(col(Payment.stripe_payment_intent_id) == stripe_payment_intent_id)
    )
    return (await session.scalars(statement)).one_or_none()
