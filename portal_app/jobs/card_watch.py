"""When the watch over cards looks: one process at a time, and at once when a demo's clock jumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from portal_app.ingest import turns
from portal_app.ingest.turns import Kind
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.memberships.service import watch_cards

# By wall time, so that a mended card is noticed while a demo's clock stands still.
EVERY: Final = timedelta(minutes=10)
# By business time: what has changed by then may be due.
JUMP: Final = timedelta(hours=1)


@dataclass
class CardWatch:
    """Remembers when this process looked last; that others do too is harmless."""

    database: Callable[[], Database]
    _looked_at: datetime | None = None
    _as_of: datetime | None = None

    async def look_if_due(self) -> bool:
        wall, business = wall_now(), business_now()
        if not self._is_due(wall, business):
            return False
        self._looked_at, self._as_of = wall, business
        await look_at_cards(self.database())
        return True

    def _is_due(self, wall: datetime, business: datetime) -> bool:
        if self._looked_at is None or self._as_of is None:
            return True
        return wall - self._looked_at >= EVERY or abs(business - self._as_of) >= JUMP


async def look_at_cards(db: Database) -> int | None:
    """None when another process is at it, and before the first import: there is nothing to see.

    The first look after an import is quiet (design.md §5).
    """
    imported = (await turns.standing(db)).get(Kind.EVENTS)
    if imported is None or imported.cursor_at is None:
        return None
    async with turns.taken(db, Kind.CARDS) as turn:
        if turn is None:
            return None
        count = await watch_cards(db, business_now(), quiet=turn.finished_at is None)
        await turn.finish()
        return count
