"""Rows that a unit of work is about to need, read at once instead of one by one.

A projection asks for each row by itself. Whoever applies a whole page of observations looks the
page's rows up first; the projection then finds them without another question to the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, select

Row = TypeVar("Row", bound=SQLModel)
Known = dict[object, Any]


def _known(session: AsyncSession, model: type[SQLModel], column: str, *, lock: bool) -> Known:
    """What this unit of work looked up by *column*; None stands for a row that is not there."""
    tables: dict[tuple[type[SQLModel], str, bool], Known]
    tables = session.info.setdefault("looked_up", {})
    return tables.setdefault((model, column, lock), {})


async def look_up(
    session: AsyncSession,
    model: type[Row],
    column: str,
    values: Iterable[str | None],
    *,
    lock: bool = False,
) -> Sequence[Row]:
    """Read the rows whose unique *column* is among *values*, for the rest of the unit of work.

    With *lock* they are locked too (PostgreSQL), in the order of their ids as everywhere: others
    who lock several of them, as claiming does, then wait instead of dying of a deadlock.
    """
    known = _known(session, model, column, lock=lock)
    wanted = sorted({value for value in values if value is not None} - known.keys())
    if not wanted:
        return []
    target = col(getattr(model, column))
    statement = select(model).where(target.in_(wanted)).order_by(*inspect(model).primary_key)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    rows = (await session.execute(statement)).scalars().all()
    known |= dict.fromkeys(wanted)
    known |= {getattr(row, column): row for row in rows}
    return rows


async def found(session: AsyncSession, model: type[Row], **key: str) -> Row | None:
    """The row with this *key* (one unique column), as looked up or asked for now; not locked."""
    ((column, value),) = key.items()
    for lock in (False, True):
        known = _known(session, model, column, lock=lock)
        if value in known:
            row: Row | None = known[value]
            return row
    return (await session.execute(select(model).filter_by(**key))).scalar_one_or_none()


async def locked(session: AsyncSession, model: type[Row], **key: object) -> Row | None:
    """The row with exactly this *key*, locked until the unit of work ends (PostgreSQL)."""
    if len(key) == 1:
        ((column, value),) = key.items()
        known = _known(session, model, column, lock=True)
        if value in known:
            row: Row | None = known[value]
            return row
    statement = select(model).filter_by(**key).with_for_update()
    answer = await session.execute(statement.execution_options(populate_existing=True))
    return answer.scalar_one_or_none()


def remember(session: AsyncSession, row: SQLModel, column: str) -> None:
    """Let a row that was just made be found by *column*, whatever a look-up before it said."""
    value = getattr(row, column)
    for lock in (False, True):
        known = _known(session, type(row), column, lock=lock)
        if value in known:
            known[value] = row
