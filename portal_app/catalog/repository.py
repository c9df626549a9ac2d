"""Reading what companies sell and who acts for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Creator, Plan, Product


async def plans_with_products(
    session: AsyncSession, plan_ids: Iterable[object]
) -> dict[object, tuple[Plan, Product]]:
    """By their ids, plans and what each buys; asks nothing where none is named."""
    named = {one for one in plan_ids if one}
    if not named:
        return {}
    statement = (
        select(Plan, Product)
        .join(Product, col(Product.id) == col(Plan.product_id))
        .where(col(Plan.id).in_(named))
    )
    return {row[0].id: (row[0], row[1]) for row in await session.execute(statement)}


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
