"""Reading what companies sell and who acts for them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Creator, Plan, Product


async def plan_with_product(session: AsyncSession, plan_id: str) -> tuple[Plan, Product] | None:
    """A plan and what it buys."""
    statement = (
        select(Plan, Product)
        .join(Product, col(Product.id) == col(Plan.product_id))
        .where(col(Plan.id) == plan_id)
    )
    row = (await session.execute(statement)).first()
    return None if row is None else (row[0], row[1])


async def plans_by_id(session: AsyncSession, plan_ids: Sequence[str]) -> dict[str, Plan]:
    if not plan_ids:
        return {}
    found = await session.scalars(select(Plan).where(col(Plan.id).in_(plan_ids)))
    return {plan.id: plan for plan in found}


async def plans_on_sale(
    session: AsyncSession, company_id: str, currency: str
) -> list[tuple[Plan, Product]]:
    """Recurring plans of a company in a currency that can still be bought, with their products.

    A price that Stripe computes is stored with 0, as a free one is: neither can be compared.
    """
    statement = (
        select(Plan, Product)
        .join(Product, col(Product.id) == col(Plan.product_id))
        .where(
            col(Product.company_id) == company_id,
            col(Product.active),
            col(Plan.active),
            col(Plan.currency) == currency,
            col(Plan.interval).is_not(None),
            col(Plan.amount_minor) > 0,
        )
        .order_by(col(Plan.amount_minor), col(Plan.id))
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def creator_of(
    session: AsyncSession, company_id: str, *, person_id: str | None, address_key: str | None
) -> Creator | None:
    """The company's creator who is this person, or the place kept for this address."""
    person, key = col(Creator.person_id), col(Creator.email_key)
    statement = (
        select(Creator)
        .where(
            col(Creator.company_id) == company_id,
            or_(
                person.is_not(None) & (person == person_id),
                key.is_not(None) & (key == address_key),
            ),
        )
        .with_for_update()
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def open_invitations(session: AsyncSession, address_key: str) -> Sequence[Creator]:
    """Places that wait for whoever proves this address; locked, so that each is taken once."""
    statement = select(Creator).where(col(Creator.email_key) == address_key).order_by(Creator.id)
    return (await session.execute(statement.with_for_update())).scalars().all()
