"""Rows in the database for tests, and the moments around which they lie."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
STARTED = datetime(2026, 5, 16, 9, 30, tzinfo=UTC)
PERIOD_START = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
PERIOD_END = datetime(2026, 12, 16, 9, 30, tzinfo=UTC)
Row = TypeVar("Row", bound=SQLModel)
_numbers = count(1)


def number() -> int:
    """A fresh number, for what has to be unique."""
    return next(_numbers)


async def _make(session: AsyncSession, kind: type[Row], over: dict[str, Any], **given: Any) -> Row:
    return await added(session, kind(**{**given, **over}))


async def added(session: AsyncSession, row: Row) -> Row:
    session.add(row)
    await session.flush()
    return row
