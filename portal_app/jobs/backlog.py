"""How much waits in each queue, and for how long: for health checks, metrics and `doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Table, func, select

from portal_app.declarations.models import Declaration
from portal_app.ingest.models import InboxEvent
from portal_app.intents.models import Intent
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.notifications.models import OutboxMessage

# The first three tries of a failing row fit into this; what is later than it is stuck.
LATE: Final = timedelta(minutes=5)
_QUEUES: Final[dict[str, tuple[Any, str]]] = {
    "outbox": (OutboxMessage, "sent_at"),
    "inbox": (InboxEvent, "handled_at"),
    "intents": (Intent, "done_at"),
    "declarations": (Declaration, "handled_at"),
}


@dataclass(frozen=True, slots=True)
class Backlog:
    """Of one queue: rows not done yet, how late the latest is, and rows given up."""

    queue: str
    waiting: int
    late_by: timedelta
    dead: int

    @property
    def is_late(self) -> bool:
        return self.late_by > LATE


async def backlogs(database: Database) -> list[Backlog]:
    """One query a queue, over the rows that are not done: the index on due rows bounds it."""
    return [await _backlog(database, name) for name in _QUEUES]


async def _backlog(database: Database, name: str) -> Backlog:
    model, done = _QUEUES[name]
    table: Table = model.__table__
    columns, now = table.c, wall_now()
    alive = columns.dead_at.is_(None)
    statement = select(
        func.count(columns.id).filter(alive),
        func.min(columns.due_at).filter(alive),
        func.count(columns.dead_at),
    ).where(columns[done].is_(None))
    async with database.reading() as session:
        waiting, earliest, dead = (await session.execute(statement)).one()
    late_by = max(now - earliest, timedelta()) if earliest else timedelta()
    return Backlog(name, waiting, late_by, dead)
