"""When next charges are previewed: soon after a change, by one process, and gently."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from portal_app.ingest import turns
from portal_app.ingest.turns import Kind
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.memberships.service import PreviewSource, Round, is_preview_due, refresh_previews

EVERY: Final = timedelta(seconds=1)
# Looking takes at most a twentieth of the time, however many memberships there are.
SHARE: Final = 20
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)


@dataclass
class PreviewWatch:
    """One process's part; the turn keeps a second one from asking for the same."""

    database: Callable[[], Database]
    source: PreviewSource
    _next_at: datetime | None = None
    _pause: timedelta = FIRST_PAUSE

    async def look_if_due(self) -> Round | None:
        """A round when something is due; None when nothing is, or another process is at it."""
        if self._next_at is not None and wall_now() < self._next_at:
            return None
        began = time.monotonic()
        due = await is_preview_due(self.database())
        self._next_at = wall_now() + max(EVERY, SHARE * timedelta(seconds=time.monotonic() - began))
        return await self._round() if due else None

    async def _round(self) -> Round | None:
        async with turns.taken(self.database(), Kind.PREVIEWS) as turn:
            if turn is None:
                return None
            done = await refresh_previews(self.database(), self.source)
        if done.away:
            self._next_at = wall_now() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        else:
            self._pause = FIRST_PAUSE
        return done
