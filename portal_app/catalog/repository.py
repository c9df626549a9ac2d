"""Reading what companies sell and how their portals behave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Plan, PortalConfiguration, Product


async def published_configurations(
    session: AsyncSession, company_ids: Iterable[str]
) -> dict[str, Configuration]:
    """The newest version of each company that has published one; the others use the defaults."""
    rows = await session.execute(_newest(sorted(set(company_ids))))
    return {row[0]: Configuration.read(row[1]) for row in rows}


def _newest(company_ids: list[str]) -> Select[str, dict[str, Any]]:
    company, version = col(PortalConfiguration.company_id), col(PortalConfiguration.version)
    newest = (
        select(company.label("company_id"), func.max(version).label("version"))
        .where(company.in_(company_ids))
        .group_by(company)
        .subquery()
    )
    matches = (company == newest.c.company_id) & (version == newest.c.version)
    return select(company, col(PortalConfiguration.body)).join(newest, matches)


async def plan_with_product(session: AsyncSession, plan_id: str) -> tuple[Plan, Product] | None:
    """A plan and what it buys."""
    statement = (
        select(Plan, Product)
        .join(Product, col(Product.id) == col(Plan.product_id))
        .where(col(Plan.id) == plan_id)
    )
    row = (await session.execute(statement)).first()
    return None if row is None else (row[0], row[1])
