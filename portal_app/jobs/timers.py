"""What is done every so often by each process with a jobs loop; doing it twice is harmless."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_app.kit.clock import wall_now


@dataclass
class Timer:
    """Runs *work* at the start and then *every* so often, by wall time."""

    every: timedelta
    work: Callable[[], Awaitable[object]]
    _next_at: datetime | None = None

    async def run_if_due(self) -> bool:
        """One that fails is due again after *every*, like one that went well."""
        now = wall_now()
        if self._next_at is not None and now < self._next_at:
            return False
        self._next_at = now + self.every
        await self.work()
        return True
