"""Rows that did not go well: what an operator sees of them, and trying them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CursorResult, Table, and_, or_, select, update

from portal_app.declarations.models import Declaration
from portal_app.ingest.models import InboxEvent
from portal_app.intents.models import Intent
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.errors import InvalidInput
from portal_app.notifications.models import OutboxMessage

MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class _Kept:
    """A queue's table, the column that says *done*, and the one that says *what* a row is."""

    model: Any
    done: str
    what: str

    @property
    def table(self) -> Table:
        table: Table = self.model.__table__
        return table


_QUEUES: Final = {
    "inbox": _Kept(InboxEvent, "handled_at", "type"),
    "outbox": _Kept(OutboxMessage, "sent_at", "kind"),
    "intents": _Kept(Intent, "done_at", "kind"),
    "declarations": _Kept(Declaration, "handled_at", "kind"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A row that failed at least once; *dead* ones are not tried again by themselves."""

    queue: str
    id: str
    what: str
    attempts: int
    due_at: datetime
    dead: bool
    last_error: str


async def failing(db: Database, queue: str) -> list[Letter]:
    """Dead rows and rows that wait for another attempt, oldest first, MOST_SHOWN at most.

    Raises InvalidInput for a queue that there is not.
    """
    kept = _kept(queue)
    columns = kept.table.c
    statement = (
        select(
            columns.id,
            columns[kept.what],
            columns.attempts,
            columns.due_at,
            columns.dead_at.is_not(None),
            columns.last_error,
        )
        .where(columns[kept.done].is_(None))
        .where(or_(columns.dead_at.is_not(None), columns.last_error != ""))
        .order_by(columns.due_at, columns.id)
        .limit(MOST_SHOWN)
    )
    async with db.reading() as session:
        return [Letter(queue, *row) for row in await session.execute(statement)]


async def replay(db: Database, queue: str, ids: Sequence[str]) -> int:
    """Make rows due now as if they were new; without *ids* every dead one; how many there were.

    An inbox event may be replayed after it was handled, as it only makes us look again. A mail
    that was sent is never sent again, and no change is made twice. Raises InvalidInput for a queue
    that there is not.
    """
    kept = _kept(queue)
    columns, done = kept.table.c, kept.table.c[kept.done]
    chosen = and_(columns.dead_at.is_not(None), done.is_(None))
    if ids and queue == "inbox":
        chosen = or_(columns.id.in_(ids), columns.stripe_event_id.in_(ids))
    elif ids:
        chosen = and_(columns.id.in_(ids), done.is_(None))
    anew = {kept.done: None, "dead_at": None, "leased_until": None, "attempts": 0, "last_error": ""}
    written = update(kept.table).where(chosen).values(**anew, due_at=wall_now())
    async with db.unit_of_work() as session:
        result = await session.execute(written)
    return result.rowcount if isinstance(result, CursorResult) else 0


def _kept(queue: str) -> _Kept:
    if queue not in _QUEUES:
        raise InvalidInput(f"There is no queue {queue}, only {', '.join(_QUEUES)}.")
    return _QUEUES[queue]
