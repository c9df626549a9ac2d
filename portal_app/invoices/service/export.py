"""The whole history for a file, read a piece at a time so that memory stays flat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from portal_app.identity.actor import Actor
from portal_app.invoices.repository.entries import Entry, entries_at
from portal_app.invoices.repository.history import Cursor, keys_of, own_customers
from portal_app.invoices.rules.wanted import Wanted
from portal_app.kit.db import Database

PER_READ: Final = 200


async def read_all(
    db: Database, actor: Actor, wanted: Wanted, now: datetime
) -> AsyncIterator[list[Entry]]:
    """Every entry, newest first. A transaction a piece: a slow reader holds none open."""
    cursor = None
    while True:
        async with db.reading() as session:
            customers = await own_customers(session, actor)
            keys = await keys_of(session, customers, wanted, now, cursor=cursor, limit=PER_READ)
            entries = await entries_at(session, keys)
        if entries:
            yield entries
        if len(keys) < PER_READ:
            return
        cursor = Cursor(key=keys[-1])
