"""What benchmarks fill their databases with still fits the tables."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlmodel import SQLModel

from bench import history_growth, world
from portal_app.invoices.models import Invoice, InvoiceLine, Payment
from portal_app.kit.db import Database
from portal_app.memberships.models import Member, Membership


async def _count(database: Database, model: type[SQLModel]) -> int:
    async with database.reading() as session:
        return (await session.scalar(select(func.count()).select_from(model))) or 0


async def test_a_company_with_memberships(db: Database, database_url: str) -> None:
    assert len(await world.lay_foundation(db, keys=2)) == 2
    world.load_memberships(database_url, range(30))
    counts = [await _count(db, model) for model in (Membership, Member, Invoice, Payment)]
    assert counts == [30, 30, 3, 3]


async def test_a_customers_long_history(db: Database, database_url: str) -> None:
    filled = await history_growth.filled(database_url, 16)
    counts = [await _count(db, model) for model in (Invoice, InvoiceLine, Payment)]
    assert counts == [16, 16, 16]
    for path in history_growth.PATHS.values():
        await path(filled)
    await filled.database.close()
