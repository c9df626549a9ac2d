"""All SQL about customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.kit.lookup import found


async def by_stripe_id(session: AsyncSession, stripe_customer_id: str) -> Customer | None:
    """The customer with Stripe's id (`cus_…`), deleted ones included."""
    return await found(session, Customer, stripe_customer_id=stripe_customer_id)


async def customers_of(session: AsyncSession, actor: Actor) -> Sequence[Customer]:
    """The actor's customers at Stripe, oldest first."""
    statement = (
        select(Customer)
        .where(col(Customer.person_id) == actor.person_id, col(Customer.deleted_at).is_(None))
        .order_by(col(Customer.created_at), col(Customer.id))
    )
    return (await session.scalars(statement)).all()


async def unclaimed(session: AsyncSession, address_key: str) -> Sequence[Customer]:
    """Customers that wait for whoever proves this address; locked, so that one person gets each."""
    statement = (
        select(Customer)
        .where(
            Customer.email_key == address_key,
            col(Customer.person_id).is_(None),
            col(Customer.deleted_at).is_(None),
        )
        .order_by(Customer.id)
        .with_for_update()
    )
    return (await session.execute(statement)).scalars().all()


async def not_seen_since(
    session: AsyncSession, moment: datetime, *, after_id: str = "", limit: int = 100
) -> Sequence[Customer]:
    """Undeleted customers last observed before *moment*, by id, from *after_id* on."""
    statement = (
        select(Customer)
        .where(
            Customer.observed_at < moment,
            col(Customer.deleted_at).is_(None),
            Customer.id > after_id,
        )
        .order_by(Customer.id)
        .limit(limit)
    )
    return (await session.execute(statement)).scalars().all()
