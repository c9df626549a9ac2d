"""Rows that say whose open pages are out of date: read by web processes, then thrown away."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import CursorResult, delete, func, select
from sqlmodel import col

from portal_app.ingest.models import Change
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database

KEPT_FOR: Final = timedelta(hours=1)


async def prune_changes(db: Database) -> int:
    """Delete old rows; how many. The newest stays: SQLite would give its id away again."""
    newest = select(func.max(Change.id)).scalar_subquery()
    old = delete(Change).where(col(Change.at) < wall_now() - KEPT_FOR, col(Change.id) < newest)
    async with db.unit_of_work() as session:
        done = await session.execute(old)
    return done.rowcount if isinstance(done, CursorResult) else 0
