"""All SQL about payment methods. `on_file(actor)` is the only way in for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.payment_methods.models import PaymentMethod


def on_file(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Attached methods of the actor's customers, each with its Customer."""
    return (
        select(PaymentMethod, Customer)
        .join(Customer, col(Customer.id) == col(PaymentMethod.customer_id))
        .where(
            col(Customer.person_id) == actor.person_id,
            col(Customer.deleted_at).is_(None),
            col(PaymentMethod.detached_at).is_(None),
        )
    )


async def methods_of(session: AsyncSession, actor: Actor) -> Sequence[PaymentMethod]:
    """Everything on file, newest first."""
    newest = (col(PaymentMethod.created_at).desc(), col(PaymentMethod.id).desc())
    return [row[0] for row in await session.execute(on_file(actor).order_by(*newest))]


async def find_method(
    session: AsyncSession, actor: Actor, method_id: str
) -> tuple[PaymentMethod, Customer] | None:
    row = (await session.execute(on_file(actor).where(col(PaymentMethod.id) == method_id))).first()
    return (row[0], row[1]) if row else None


async def find_by_stripe_id(
    session: AsyncSession, actor: Actor, stripe_id: str
) -> PaymentMethod | None:
    named = col(PaymentMethod.stripe_payment_method_id) == stripe_id
    return (await session.scalars(on_file(actor).where(named))).first()


async def find_copy(
    session: AsyncSession, actor: Actor, method_id: str
) -> tuple[PaymentMethod, Customer] | None:
    """What is on file of the same card or account, at the same customer, as one that has gone."""
    gone = aliased(PaymentMethod)
    same = and_(
        col(gone.id) == method_id,
        col(gone.customer_id) == col(PaymentMethod.customer_id),
        col(gone.kind) == col(PaymentMethod.kind),
        col(gone.fingerprint) == col(PaymentMethod.fingerprint),
        col(gone.fingerprint) != "",
    )
    row = (await session.execute(on_file(actor).join(gone, same))).first()
    return (row[0], row[1]) if row else None


async def same_card(session: AsyncSession, method: PaymentMethod) -> Sequence[PaymentMethod]:
    """Others on the same customer that are the same card or account (Stripe's fingerprint)."""
    if not method.fingerprint:
        return []
    statement = select(PaymentMethod).where(
        col(PaymentMethod.customer_id) == method.customer_id,
        col(PaymentMethod.fingerprint) == method.fingerprint,
        col(PaymentMethod.kind) == method.kind,
        col(PaymentMethod.detached_at).is_(None),
        col(PaymentMethod.id) != method.id,
    )
    return (await session.scalars(statement)).all()


def charged_by(
    method: type[PaymentMethod],
    *,
    own_method: SQLColumnExpression[Any],
    own_source: SQLColumnExpression[Any],
) -> ColumnElement[bool]:
    """ON clause: *method* is what Stripe charges, for a row that is joined with its Customer.

    Stripe takes the subscription's default method, else its default source, else the customer's
    default method, else the customer's default source
    (docs.stripe.com/api/subscriptions/object#subscription_object-default_payment_method). A source
    is stored as a payment method of the same id.
    """
    charged = func.coalesce(
        func.nullif(own_method, ""),
        func.nullif(own_source, ""),
        func.nullif(col(Customer.stripe_default_payment_method_id), ""),
        func.nullif(col(Customer.stripe_default_source_id), ""),
    )
    return and_(
        col(method.stripe_payment_method_id) == charged,
        col(method.customer_id) == col(Customer.id),
        col(method.detached_at).is_(None),
    )
