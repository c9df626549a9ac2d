"""Applying an observation of somebody else's object to a row of ours: the newer one wins.

Objects at the provider carry no version. What is compared instead is `observed_at`: wall time
before the fetch began (design.md §5). It moves forward with every apply, also when nothing
changed, so that an older fetch that arrives late can't undo what a newer one confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from portal_app.kit.lookup import locked, remember

Row = TypeVar("Row", bound=SQLModel)


class Outcome(StrEnum):
    """What an apply did."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    STALE = "stale"
    UNRELATED = "unrelated"


def changes(row: SQLModel, values: Mapping[str, object]) -> dict[str, Any]:
    """Set *values* on *row*; what differed, with the old values."""
    old = {name: getattr(row, name) for name in values}
    changed = {name: was for name, was in old.items() if was != values[name]}
    for name in changed:
        setattr(row, name, values[name])
    return changed


async def upsert(
    session: AsyncSession,
    model: type[Row],
    key: Mapping[str, object],
    values: Mapping[str, object],
    observed_at: datetime,
) -> tuple[Row, Outcome]:
    """Insert or update the row with *key*, unless it was observed later than *observed_at*.

    A new row is not flushed, so that those of a page go to the database together: whoever makes
    others refer to it flushes before.
    """
    row = await locked(session, model, **key)
    if row is None:
        row = model(**key, **values, observed_at=observed_at)
        session.add(row)
        for column in key:
            remember(session, row, column)
        return row, Outcome.WRITTEN
    if not take_turn(row, observed_at):
        return row, Outcome.STALE
    return row, Outcome.WRITTEN if changes(row, values) else Outcome.UNCHANGED


def take_turn(row: SQLModel, observed_at: datetime) -> bool:
    """Whether *observed_at* may be applied to *row*; if so, the row remembers it."""
    if getattr(row, "observed_at") > observed_at:  # noqa: B009 -- SQLModel has no such column itself.
        return False
    setattr(row, "observed_at", observed_at)  # noqa: B010
    return True
