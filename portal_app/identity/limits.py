"""How often one may ask: fixed windows in process memory, or in Redis when several processes serve.

Figures from research/quality.md §1.3. The limits of an address are forgiven when it is proved:
they are there against mail floods and guessing, and whoever reads the mailbox does neither.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from portal_app.identity.codes import keyed
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import TooManyRequests
from portal_app.kit.http.peer import network_of
from portal_app.settings import Mode, get_settings

logger = logging.getLogger(__name__)
_PRUNE_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """*count* times within *seconds*, counted from the first."""

    name: str
    count: int
    seconds: int


CODES_PER_ADDRESS = (Limit("code-mail-minute", 6, 60), Limit("code-mail-hour", 12, 3600))
CODES_PER_IP = (Limit("code-ip-hour", 30, 3600),)
TRIES_PER_BROWSER = (Limit("try-browser", 30, 600),)
TRIES_PER_IP = (Limit("try-ip-hour", 120, 3600),)


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
def counter() -> Counter:
    """The process's counter; tests call `counter.cache_clear()`."""
    url = get_settings().redis_url
    return RedisCounter(Redis.from_url(url)) if url else MemoryCounter()


async def admit_request(address_key: str, ip: str) -> None:
    """Count a request for a code; raises TooManyRequests."""
    await _count(CODES_PER_IP, _network(ip))
    await _count(CODES_PER_ADDRESS, address_key)


async def admit_try(browser_token: str, ip: str) -> None:
    """Count an attempt to use a code or link; raises TooManyRequests."""
    await _count(TRIES_PER_IP, _network(ip))
    await _count(TRIES_PER_BROWSER, browser_token)


async def forgive(address_key: str) -> None:
    """The address was proved: what was asked for it before no longer counts."""
    for limit in CODES_PER_ADDRESS:
        await counter().forget(_key(limit, address_key))


async def _count(limits: tuple[Limit, ...], subject: str | None) -> None:
    if subject is None:
        return
    for limit in limits:
        count, left = await counter().hit(_key(limit, subject), limit.seconds)
        if count > limit.count:
            logger.warning("rate limit reached", extra={"fields": {"limit": limit.name}})
            raise TooManyRequests("Too many tries. Wait a little and try again.", retry_after=left)


def _key(limit: Limit, subject: str) -> str:
    # No address or IP stands in Redis in plain text.
    return f"{limit.name}:{keyed(subject)}"


def _network(ip: str) -> str | None:
    """What is counted as one visitor; loopback is nobody in sandbox mode."""
    return network_of(ip, count_loopback=get_settings().mode is not Mode.SANDBOX)
