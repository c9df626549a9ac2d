"""What a company sells, to choose from. Every query names the company."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Plan, Product


async def products_of(session: AsyncSession, company_id: str) -> Sequence[Product]:
    """By name, also those that aren't sold any more: people still hold them."""
    statement = (
        select(Product)
        .where(col(Product.company_id) == company_id)
        .order_by(col(Product.title), col(Product.id))
    )
    return (await session.scalars(statement)).all()


async def every_plan_of(session: AsyncSession, company_id: str) -> Sequence[Plan]:
    """Also those that aren't sold any more, and what is paid for once."""
    statement = (
        select(Plan)
        .join(Product, col(Product.id) == col(Plan.product_id))
        .where(col(Product.company_id) == company_id)
    )
    return (await session.scalars(statement)).all()


async def plans_of(session: AsyncSession, company_id: str) -> list[tuple[Plan, Product]]:
    """Recurring plans that are sold, by product and price."""
    statement = (
        select(Plan, Product)
        .join(Product, col(Product.id) == col(Plan.product_id))
        .where(
            col(Product.company_id) == company_id,
            col(Product.active),
            col(Plan.active),
            col(Plan.interval).is_not(None),
        )
        .order_by(col(Product.title), col(Product.id), col(Plan.currency), col(Plan.amount_minor))
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]
