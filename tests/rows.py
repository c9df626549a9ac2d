"""Rows in the database for tests, and the moments around which they lie."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, select

from portal_app.kit.db import Database

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
STARTED = datetime(2026, 5, 16, 9, 30, tzinfo=UTC)
PERIOD_START = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
PERIOD_END = datetime(2026, 12, 16, 9, 30, tzinfo=UTC)
Row = TypeVar("Row", bound=SQLModel)
_numbers = count(1)


def number() -> int:
    """A fresh number, for what has to be unique."""
    return next(_numbers)


async def make_row(
    session: AsyncSession, kind: type[Row], over: dict[str, Any], /, **given: Any
) -> Row:
    """A row of *kind* with the facts *given*, where *over* does not say otherwise."""
    return await added(session, kind(**{**given, **over}))


async def added(session: AsyncSession, row: Row) -> Row:
    session.add(row)
    await session.flush()
    return row


async def all_of(db: Database, kind: type[Row]) -> list[Row]:
    """Every row of *kind*, in no order."""
    async with db.reading() as session:
        return list((await session.execute(select(kind))).scalars())
