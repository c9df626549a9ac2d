"""The inbox as the webhook route sees it: events that arrive together are stored together.

Committing costs more than inserting, so whatever arrives while one transaction is being written
goes into the next one. Each event is answered after its commit (ADR 0011).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from portal_app.ingest.models import InboxEvent
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.failpoints import failpoint
from portal_app.kit.ids import new_id
from portal_app.provider.webhooks import SignedEvent

logger = logging.getLogger(__name__)
_listeners: set[Callable[[], None]] = set()


def listen(listener: Callable[[], None]) -> Callable[[], None]:
    """Call *listener* after each commit of this process with new events; returns how to stop."""
    _listeners.add(listener)
    return lambda: _listeners.discard(listener)


class Intake:
    """Stores events of one process; belongs to the event loop it is used in."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database
        self._waiting: list[tuple[SignedEvent, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def store(self, event: SignedEvent) -> None:
        """Returns once *event* is committed; one that is there already stays as it is.

        Raises SQLAlchemyError when the database took it neither with others nor alone.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, stored))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        await stored

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._write(batch)
        finally:
            self._writing = None

    async def _write(self, batch: Sequence[tuple[SignedEvent, asyncio.Future[None]]]) -> None:
        try:
            await insert(self._database(), [event for event, _ in batch])
        except Exception as error:  # noqa: BLE001 -- whoever waits must hear of it
            if len(batch) == 1 or not isinstance(error, SQLAlchemyError):
                for _, stored in batch:
                    _tell(stored, error)
                return
            logger.warning("events are stored one by one, because together they could not be")
            for one in batch:
                await self._write([one])
            return
        for _, stored in batch:
            _tell(stored)
        for listener in tuple(_listeners):
            listener()


def _tell(stored: asyncio.Future[None], error: Exception | None = None) -> None:
    if stored.done():  # its sender hung up
        return
    if error is None:
        stored.set_result(None)
    else:
        stored.set_exception(error)


async def insert(db: Database, events: Sequence[SignedEvent]) -> None:
    """In one transaction; Stripe's event id decides what is a repetition."""
    dialect = sqlite if db.is_sqlite else postgresql
    statement = dialect.insert(InboxEvent).on_conflict_do_nothing(
        index_elements=["stripe_event_id"]
    )
    now = wall_now()
    async with db.engine.begin() as connection:
        await connection.execute(statement, [_row(event, now) for event in events])
        failpoint("inbox.inserting")
    failpoint("inbox.stored")


async def insert_missing(db: Database, events: Sequence[SignedEvent]) -> int:
    """Those of *events* that never came, as if they came now; how many there were."""
    known = select(InboxEvent.stripe_event_id).where(
        col(InboxEvent.stripe_event_id).in_([event.id for event in events])
    )
    async with db.reading() as session:
        there = set((await session.execute(known)).scalars())
    missing = [event for event in events if event.id not in there]
    if missing:
        await insert(db, missing)
        for listener in tuple(_listeners):
            listener()
    return len(missing)


async def is_worked_off(db: Database) -> bool:
    """Whether no event waits, for its first attempt or for another one."""
    waiting = select(InboxEvent.id).where(
        col(InboxEvent.handled_at).is_(None), col(InboxEvent.dead_at).is_(None)
    )
    async with db.reading() as session:
        return (await session.execute(waiting.limit(1))).first() is None


def _row(event: SignedEvent, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id("in"),
        "stripe_event_id": event.id,
        "type": event.type,
        "payload": event.payload,
        "received_at": now,
        "due_at": now,
        "attempts": 0,
        "last_error": "",
    }
