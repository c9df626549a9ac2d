"""Whose turn it is to compare our tables with the provider: one process at a time, for each kind.

A turn is a lease in the database that its holder renews; who dies loses it within LEASE, and at
once to a process on the same machine.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.ingest.models import Reconciliation
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database


class Kind(StrEnum):
    """EVENTS reads the provider's log, FULL compares by object, CARDS looks for expiring ones.

    PREVIEWS asks what will be charged next, NOTICES looks for what people are to be told. An import
    begins CARDS and NOTICES anew: their next turn has no *finished_at*, and tells nobody of what
    the import brought.
    """

    EVENTS = "events"
    FULL = "full"
    CARDS = "cards"
    PREVIEWS = "previews"
    NOTICES = "notices"


LEASE: Final = timedelta(seconds=60)
RENEW_SECONDS: Final = 15.0
# An event has the time at which its change began, and is listed when that is done.
OVERLAP: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """The row as it was when the turn began."""

    db: Database
    kind: Kind
    cursor_at: datetime | None
    finished_at: datetime | None

    async def finish(self, **values: datetime) -> None:
        """Note that it came to its end; *values* are further columns."""
        async with self.db.unit_of_work() as session:
            await _set(session, self.kind, finished_at=wall_now(), **values)


@asynccontextmanager
async def taken(db: Database, kind: Kind) -> AsyncIterator[Turn | None]:
    """The turn for as long as the block lasts; None when another process has it."""
    turn = await _take(db, kind)
    if turn is None:
        yield None
        return
    renewing = asyncio.create_task(_renew(db, kind))
    try:
        yield turn
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        async with db.unit_of_work() as session:
            await _set(session, kind, leased_until=None)


async def standing(db: Database) -> dict[Kind, Reconciliation]:
    """When each kind came to its end last; empty before the first import."""
    async with db.reading() as session:
        rows = (await session.scalars(select(Reconciliation))).all()
    return {Kind(row.kind): row for row in rows}


async def note_import(session: AsyncSession, *, log_position: datetime, whole: bool = True) -> None:
    """Everything is here as of *log_position*: the log is read on from there.

    *whole* when nothing was left out; a comparison that leaves out what is old is no such import.
    """
    now = wall_now()
    for kind in Kind:
        await _make(session, kind)
    await _set(session, Kind.EVENTS, finished_at=now, cursor_at=log_position)
    await _set(session, Kind.FULL, finished_at=now)
    await _set(session, Kind.NOTICES, finished_at=None)
    if whole:
        await _set(session, Kind.CARDS, finished_at=None)


async def _take(db: Database, kind: Kind) -> Turn | None:
    now = wall_now()
    async with db.unit_of_work() as session:
        await _make(session, kind)
        row = await session.get_one(Reconciliation, kind.value, with_for_update=True)
        if row.leased_until and row.leased_until > now and not _is_dead(row.holder):
            return None
        row.leased_until, row.holder = now + LEASE, f"{socket.gethostname()}:{os.getpid()}"
        return Turn(db, kind, row.cursor_at, row.finished_at)


def _is_dead(holder: str) -> bool:
    """Known of processes on this machine only; others lose their turn when it runs out."""
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # somebody else's, and alive
    return False


async def _renew(db: Database, kind: Kind) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        async with db.unit_of_work() as session:
            await _set(session, kind, leased_until=wall_now() + LEASE)


async def _make(session: AsyncSession, kind: Kind) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    await session.execute(
        dialect.insert(Reconciliation).values(kind=kind.value, holder="").on_conflict_do_nothing()
    )


async def _set(session: AsyncSession, kind: Kind, **values: datetime | None) -> None:
    await session.execute(
        update(Reconciliation).where(col(Reconciliation.kind) == kind).values(**values)
    )
