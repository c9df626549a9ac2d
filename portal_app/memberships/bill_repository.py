"""Which membership a bill was for, and which bills a membership had."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Product
from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.memberships.models import Member, Membership, MembershipSubscription


async def titles_of_purchases(
    session: AsyncSession, actor: Actor, intents: Iterable[str]
) -> dict[str, str]:
    """What the actor's customers bought with payments that have no invoice, by payment intent."""
    wanted = sorted(set(intents))
    if not wanted:
        return {}
    statement = (
        select(col(Membership.stripe_payment_intent_id), col(Product.title))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .join(Customer, col(Customer.id) == col(Membership.customer_id))
        .where(
            col(Membership.stripe_payment_intent_id).in_(wanted),
            col(Customer.person_id) == actor.person_id,
        )
    )
    return {str(intent): title for intent, title in await session.execute(statement)}


async def holding_billed(
    session: AsyncSession,
    actor: Actor,
    *,
    subscription_id: str | None,
    invoice_id: str | None,
    intent_id: str | None,
) -> tuple[str, str] | None:
    """Id and product of the actor's open holding that was billed under one of these names."""
    names = [
        column == name
        for column, name in (
            (col(Membership.stripe_invoice_id), invoice_id),
            (col(Membership.stripe_payment_intent_id), intent_id),
        )
        if name
    ]
    if subscription_id:
        names.append(col(Membership.id).in_(_of_subscription(subscription_id)))
    if not names:
        return None
    statement = (
        select(col(Member.id), col(Product.title))
        .join(Membership, col(Membership.id) == col(Member.membership_id))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .where(
            col(Member.person_id) == actor.person_id, col(Member.until_at).is_(None), or_(*names)
        )
    )
    row = (await session.execute(statement)).first()
    return (row[0], row[1]) if row else None


def _of_subscription(subscription_id: str) -> Select[str]:
    link = MembershipSubscription
    return select(col(link.membership_id)).where(
        col(link.stripe_subscription_id) == subscription_id
    )
