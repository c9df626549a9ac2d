"""A table as a queue: rows are leased, handled, and marked done, due again or dead.

At least once: a row whose process died is due again when its lease has run out.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Table, or_, select, update
from sqlmodel import SQLModel

from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.redaction import redact

LEASE: Final = timedelta(seconds=60)
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
MAX_ATTEMPTS: Final = 12
BATCH: Final = 10
_LONGEST_ERROR: Final = 500
Row = TypeVar("Row", bound=SQLModel)


class GiveUp(Exception):
    """Raised by a handler when trying again would not help; the row is dead at once."""


@dataclass(frozen=True)
class Queue(Generic[Row]):
    """A table with `id, due_at, leased_until, attempts, dead_at, last_error` and its handler.

    *done* names the column that says when a row was finished (`sent_at`, `handled_at`).
    """

    model: type[Row]
    done: str
    handle: Callable[[Row], Awaitable[None]]

    @property
    def _table(self) -> Table:
        table: Table = self.model.__table__  # type: ignore[attr-defined]
        return table

    async def claim(self, limit: int = BATCH) -> Sequence[Row]:
        """Lease up to *limit* due rows, oldest first; nobody else gets them for LEASE."""
        now, columns = wall_now(), self._table.c
        due = (
            select(columns.id)
            .where(
                columns[self.done].is_(None),
                columns.dead_at.is_(None),
                columns.due_at <= now,
                or_(columns.leased_until.is_(None), columns.leased_until <= now),
            )
            .order_by(columns.due_at, columns.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = (
            update(self.model)
            .where(columns.id.in_(due))
            .values(leased_until=now + LEASE, attempts=columns.attempts + 1)
            .returning(self.model)
            .execution_options(synchronize_session=False)
        )
        async with database().unit_of_work() as session:
            return (await session.execute(claimed)).scalars().all()

    async def has_due(self) -> bool:
        """Whether a claim would find something; takes no write lock."""
        now, columns = wall_now(), self._table.c
        due = (
            select(columns.id)
            .where(
                columns[self.done].is_(None),
                columns.dead_at.is_(None),
                columns.due_at <= now,
                or_(columns.leased_until.is_(None), columns.leased_until <= now),
            )
            .limit(1)
        )
        async with database().reading() as session:
            return (await session.execute(due)).first() is not None

    async def finish(self, row: Row) -> None:
        await self._write(row, {self.done: wall_now(), "leased_until": None, "last_error": ""})

    async def postpone(self, row: Row, error: BaseException) -> None:
        """Due again after a pause that doubles with each attempt; dead after the last."""
        attempts = int(row.attempts)  # type: ignore[attr-defined]
        if attempts >= MAX_ATTEMPTS:
            await self.bury(row, error)
            return
        due_at = wall_now() + pause_after(attempts)
        await self._write(row, {"due_at": due_at, "leased_until": None, **_said(error)})

    async def bury(self, row: Row, error: BaseException) -> None:
        """Not tried again by itself; kept for the operator to see and replay."""
        await self._write(row, {"dead_at": wall_now(), "leased_until": None, **_said(error)})

    async def _write(self, row: Row, values: dict[str, datetime | str | None]) -> None:
        columns = self._table.c
        identifier: str = row.id  # type: ignore[attr-defined]
        written = (
            update(self._table)
            .where(columns.id == identifier, columns[self.done].is_(None))
            .values(**values)
        )
        async with database().unit_of_work() as session:
            await session.execute(written)


def pause_after(attempts: int) -> timedelta:
    """10 s, 20 s, 40 s … at most an hour, each ±20 % so that a crowd does not come back as one."""
    doubled: timedelta = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return doubled * random.uniform(0.8, 1.2)  # noqa: S311 -- jitter is no secret


def _said(error: BaseException) -> dict[str, Any]:
    return {"last_error": redact(f"{type(error).__name__}: {error}")[:_LONGEST_ERROR]}
