"""A table as a queue: rows are leased, handled, and marked done, due again or dead.

At least once: a row whose process died is due again when its lease has run out.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Table, or_, select, update
from sqlmodel import SQLModel

from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import PortalError
from portal_app.kit.failpoints import failpoint
from portal_app.kit.redaction import redact

logger = logging.getLogger(__name__)
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
    batch: int = BATCH
    max_attempts: int = MAX_ATTEMPTS

    async def work(self, rows: Sequence[Row]) -> None:
        """Handle *rows*, side by side, and mark what became of each."""
        await asyncio.gather(*[self._work(row) for row in rows])

    async def _work(self, row: Row) -> None:
        try:
            await self.handle(row)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the row says so and waits
            await self.settle_failure(row, error)
        else:
            await self.finish([row])

    async def settle_failure(self, row: Row, error: Exception) -> None:
        """Due again later, or dead: at once after a GiveUp, else after the last attempt."""
        fields = {
            "queue": self.model.__tablename__,
            "row": row.id,  # type: ignore[attr-defined]
            "attempt": row.attempts,  # type: ignore[attr-defined]
        }
        if isinstance(error, GiveUp):
            logger.warning("a job was given up", extra={"fields": fields})
            await self.bury(row, error)
        else:
            # A refusal says what it is; of anything else we want to know where it came from.
            cause = None if isinstance(error, PortalError) else error
            logger.warning("a job failed", exc_info=cause, extra={"fields": fields})
            await self.postpone(row, error)

    @property
    def _table(self) -> Table:
        table: Table = self.model.__table__  # type: ignore[attr-defined]
        return table

    async def claim(self) -> Sequence[Row]:
        """Lease a batch of due rows, oldest first; nobody else gets them for LEASE."""
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
            .limit(self.batch)
            .with_for_update(skip_locked=True)
            # A common table expression that locks is evaluated once. PostgreSQL may plan a plain
            # subquery as a loop, evaluate it for each row, and so lease more than the batch.
            .cte("due")
        )
        claimed = (
            update(self.model)
            .where(columns.id.in_(select(due.c.id)))
            .values(leased_until=now + LEASE, attempts=columns.attempts + 1)
            .returning(self.model)
            .execution_options(synchronize_session=False)
        )
        async with database().unit_of_work(inline=True) as session:
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
        async with database().reading(inline=True) as session:
            return (await session.execute(due)).first() is not None

    async def finish(self, rows: Sequence[Row]) -> None:
        await self._write(rows, {self.done: wall_now(), "leased_until": None, "last_error": ""})

    async def postpone(self, row: Row, error: BaseException) -> None:
        """Due again after a pause that doubles with each attempt; dead after the last."""
        attempts = int(row.attempts)  # type: ignore[attr-defined]
        if attempts >= self.max_attempts:
            await self.bury(row, error)
            return
        due_at = wall_now() + pause_after(attempts)
        await self._write([row], {"due_at": due_at, "leased_until": None, **_said(error)})

    async def bury(self, row: Row, error: BaseException) -> None:
        """Not tried again by itself; kept for the operator to see and replay."""
        await self._write([row], {"dead_at": wall_now(), "leased_until": None, **_said(error)})

    async def _write(self, rows: Sequence[Row], values: dict[str, datetime | str | None]) -> None:
        columns = self._table.c
        identifiers: list[str] = [row.id for row in rows]  # type: ignore[attr-defined]
        written = (
            update(self._table)
            .where(columns.id.in_(identifiers), columns[self.done].is_(None))
            .values(**values)
        )
        async with database().unit_of_work(inline=True) as session:
            await session.execute(written)
        failpoint("jobs.settled")


@dataclass(frozen=True)
class BatchQueue(Queue[Row]):
    """A queue whose handler takes a whole batch; it returns why single rows failed, by id."""

    handle: Callable[[Sequence[Row]], Awaitable[Mapping[str, Exception]]]  # type: ignore[assignment]

    async def work(self, rows: Sequence[Row]) -> None:
        try:
            failed: Mapping[str, Exception] = await self.handle(rows)
        except Exception as error:  # noqa: BLE001 -- as above, for all of them
            failed = {row.id: error for row in rows}  # type: ignore[attr-defined]
        well = [row for row in rows if row.id not in failed]  # type: ignore[attr-defined]
        if well:
            await self.finish(well)
        for row in rows:
            if reason := failed.get(row.id):  # type: ignore[attr-defined]
                await self.settle_failure(row, reason)


def pause_after(attempts: int) -> timedelta:
    """10 s, 20 s, 40 s … at most an hour, each ±20 % so that a crowd does not come back as one."""
    doubled: timedelta = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return doubled * random.uniform(0.8, 1.2)  # noqa: S311 -- jitter is no secret


def _said(error: BaseException) -> dict[str, Any]:
    return {"last_error": redact(f"{type(error).__name__}: {error}")[:_LONGEST_ERROR]}
