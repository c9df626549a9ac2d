"""Waiting in place of being refused: for what costs much and is asked for by nobody known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

_PRUNE_ABOVE: Final = 10_000


class Pace:
    """So many at once for each key, then one every *gap* seconds: whoever comes faster waits.

    Who waits holds a place, so that of several sockets of one network none overtakes another.
    """

    def __init__(
        self,
        *,
        burst: int,
        gap: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.gap = gap
        self.ahead = burst * gap
        self.clock = clock
        self.sleep = sleep
        self._taken_until: dict[str, float] = {}

    async def turn(self, key: str, weight: float = 1.0) -> None:
        """Return when *key* may go on."""
        now = self.clock()
        self._prune(now)
        until = max(self._taken_until.get(key, 0.0), now) + weight * self.gap
        self._taken_until[key] = until
        if (wait := until - now - self.ahead) > 0:
            await self.sleep(wait)

    def _prune(self, now: float) -> None:
        if len(self._taken_until) > _PRUNE_ABOVE:
            self._taken_until = {key: at for key, at in self._taken_until.items() if at > now}
