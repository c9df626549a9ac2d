"""Where an import stands, kept beside what it wrote, so that a killed one can go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import delete, select

from portal_app.ingest.models import ImportCursor
from portal_app.ingest.report import Counts
from portal_app.ingest.turns import note_import
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database

# What an older import has read is no longer the account as it is; it is read anew.
Rows = dict[str, ImportCursor]

GOES_ON_FOR: Final = timedelta(hours=24)


class Cursors:
    """One cursor for each kind of object, of one import."""

    def __init__(
        self, db: Database, rows: Rows, began_at: datetime, since: datetime | None
    ) -> None:
        self._db, self._rows = db, rows
        self.began_at, self.since = began_at, since
        self.goes_on = bool(rows)

    @classmethod
    async def opened(cls, db: Database, *, since: datetime | None) -> Cursors:
        """Those of an import that stopped on its way and had the same limits, else new ones.

        A limit that moves on at midnight, as a comparison's does, is still the same: the import
        goes on with the one that it began with.
        """
        now = wall_now()
        async with db.unit_of_work() as session:
            rows = {
                row.kind: row for row in (await session.execute(select(ImportCursor))).scalars()
            }
            going_on = all(
                _is_same(row.since, since) and row.began_at > now - GOES_ON_FOR
                for row in rows.values()
            )
            if rows and not going_on:
                await session.execute(delete(ImportCursor))
                rows = {}
        began_at = min((row.began_at for row in rows.values()), default=now)
        since = next((row.since for row in rows.values()), since)
        return cls(db, rows, began_at, since)

    def after(self, kind: str) -> str | None:
        row = self._rows.get(kind)
        return row.after if row else None

    def finished(self, kind: str) -> bool:
        row = self._rows.get(kind)
        return row is not None and row.finished

    def counts(self, kind: str) -> Counts:
        row = self._rows.get(kind)
        if row is None:
            return Counts()
        return Counts(
            seen=row.seen, written=row.written, skipped=row.skipped, unrelated=row.unrelated
        )

    async def move(
        self, session: AsyncSession, kind: str, more: Counts, *, after: str | None, finished: bool
    ) -> None:
        """In the unit of work that wrote what *more* counts: go on behind *after* next time."""
        counts = self.counts(kind).plus(more)
        row = ImportCursor(
            kind=kind,
            after=after,
            finished=finished,
            seen=counts.seen,
            written=counts.written,
            skipped=counts.skipped,
            unrelated=counts.unrelated,
            since=self.since,
            began_at=self.began_at,
        )
        self._rows[kind] = await session.merge(row)

    def restart(self) -> None:
        """Read what is unfinished from its beginning: the object to go on behind is gone."""
        self._rows = {kind: row for kind, row in self._rows.items() if row.finished}

    async def forget(self, log_position: datetime) -> None:
        """The import is complete: the next one begins anew, reconciliation goes on from here."""
        async with self._db.unit_of_work() as session:
            await session.execute(delete(ImportCursor))
            whole = self.since is None
            await note_import(session, log_position=log_position, whole=whole)


def _is_same(stored: datetime | None, asked: datetime | None) -> bool:
    """Also where the stored one leaves out less, by no more than a day."""
    if stored is None or asked is None:
        return stored is asked
    return timedelta(0) <= asked - stored <= GOES_ON_FOR
