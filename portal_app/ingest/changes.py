"""Rows that say whose open pages are out of date: read by web processes, then thrown away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import CursorResult, delete, event, func, select
from sqlalchemy.orm import Session, object_session
from sqlmodel import col

from portal_app.ingest.models import Change
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database

KEPT_FOR: Final = timedelta(hours=1)
_NEWS: Final = "changes"
_listeners: set[Callable[[], None]] = set()


def listen(listener: Callable[[], None]) -> Callable[[], None]:
    """Call *listener* after each commit of this process with new rows; returns how to stop."""
    _listeners.add(listener)
    return lambda: _listeners.discard(listener)


@event.listens_for(Change, "after_insert")
def _note(_mapper: object, _connection: object, row: Change) -> None:
    session = object_session(row)
    if session is not None:
        session.info[_NEWS] = True


@event.listens_for(Session, "after_commit")
def _tell(session: Session) -> None:
    if session.info.pop(_NEWS, False):
        for listener in tuple(_listeners):
            listener()


async def prune_changes(db: Database) -> int:
    """Delete old rows; how many. The newest stays: SQLite would give its id away again."""
    newest = select(func.max(Change.id)).scalar_subquery()
    old = delete(Change).where(col(Change.at) < wall_now() - KEPT_FOR, col(Change.id) < newest)
    async with db.unit_of_work() as session:
        done = await session.execute(old)
    return done.rowcount if isinstance(done, CursorResult) else 0
