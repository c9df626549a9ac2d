"""How often something may be done: fixed windows, counted in process memory or in Redis.

Redis (`PORTAL_REDIS_URL`) is for several processes that serve one portal. Whoever limits something
keeps its own rules and asks `counter_at` for the counter.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from portal_app.kit.clock import wall_now

logger = logging.getLogger(__name__)
_PRUNE_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """*count* times within *seconds*, counted from the first."""

    name: str
    count: int
    seconds: int


class Counter(Protocol):
    """Counts in windows: `hit` returns the count so far and the seconds until it starts anew."""

    async def hit(self, key: str, seconds: int) -> tuple[int, int]: ...

    async def forget(self, key: str) -> None: ...


@dataclass
class MemoryCounter:
    """For one process."""

    _windows: dict[str, tuple[float, int]] = field(default_factory=dict)

    async def hit(self, key: str, seconds: int) -> tuple[int, int]:
        now = wall_now().timestamp()
        ends, count = self._windows.get(key, (0.0, 0))
        if ends <= now:
            self._prune(now)
            ends, count = now + seconds, 0
        self._windows[key] = (ends, count + 1)
        return count + 1, max(1, round(ends - now))

    async def forget(self, key: str) -> None:
        self._windows.pop(key, None)

    def _prune(self, now: float) -> None:
        if len(self._windows) > _PRUNE_ABOVE:
            self._windows = {key: seen for key, seen in self._windows.items() if seen[0] > now}


class RedisCounter:
    """For several processes. While Redis is away each process counts for itself."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._own = MemoryCounter()

    async def hit(self, key: str, seconds: int) -> tuple[int, int]:
        name = f"portal:limit:{key}"
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(name, 0, ex=seconds, nx=True)
                pipe.incr(name)
                pipe.ttl(name)
                _, count, left = await pipe.execute()
        except RedisError:
            logger.warning("rate limits are counted per process, Redis is away")
            return await self._own.hit(key, seconds)
        return int(count), max(1, int(left))

    async def forget(self, key: str) -> None:
        await self._own.forget(key)
        try:
            await self._redis.delete(f"portal:limit:{key}")
        except RedisError:
            logger.warning("a rate limit could not be forgiven, Redis is away")


@lru_cache(maxsize=1)
def counter_at(redis_url: str | None) -> Counter:
    """The process's one counter; tests call `counter_at.cache_clear()`."""
    return RedisCounter(Redis.from_url(redis_url)) if redis_url else MemoryCounter()
