"""The loop that drains queues: in the web process by default, in `portal worker` at scale."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from portal_app.jobs.queue import Queue
from portal_app.jobs.timers import Timer
from portal_app.kit.waiting import any_of

logger = logging.getLogger(__name__)
IDLE_SECONDS: Final = 1.0
Listen: TypeAlias = Callable[[Callable[[], None]], Callable[[], None]]


@dataclass(frozen=True)
class JobLoop:
    """Drains *queues*; each of *signals* wakes it at once when its process has appended something.

    Rows of other processes and retries are found by asking once a second. What comes within
    *gather_seconds* is handled together, for queues that are better at many rows than at one.
    """

    queues: tuple[Queue[Any], ...]
    signals: tuple[Listen, ...] = ()
    timers: tuple[Timer, ...] = ()
    gather_seconds: float = 0.0

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Until *stop* is set; then finishes what it has claimed and returns."""
        wake = asyncio.Event()
        silence = [listen(wake.set) for listen in self.signals]
        try:
            while not stop.is_set():
                wake.clear()
                handled = await self._drained_safely()
                if not handled:
                    await any_of(wake, stop, seconds=IDLE_SECONDS)
                if self.gather_seconds and (wake.is_set() or 0 < handled < self._most):
                    await any_of(stop, seconds=self.gather_seconds)
        finally:
            for stop_listening in silence:
                stop_listening()

    @property
    def _most(self) -> int:
        """Rows of a round that found more than it could take."""
        return sum(queue.batch for queue in self.queues)

    async def drain_once(self) -> int:
        """Handle one batch of each queue; returns how many rows were handled, well or not."""
        return sum([await drain(queue) for queue in self.queues])

    async def _drained_safely(self) -> int:
        try:
            for timer in self.timers:
                await timer.run_if_due()
            return await self.drain_once()
        except Exception:
            # The database may be away for a moment; the loop has to outlive that.
            logger.exception("the jobs loop could not work and will try again")
            return 0


async def drain(queue: Queue[Any]) -> int:
    """Handle one batch of *queue*."""
    if not await queue.has_due():
        return 0
    rows = await queue.claim()
    await queue.work(rows)
    return len(rows)
