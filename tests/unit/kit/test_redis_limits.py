"""Rate limits in a real Redis, shared by two processes' counters."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from redis.asyncio import Redis

from portal_app.kit.limits import RedisCounter
from tests.redis_server import running_redis


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with running_redis() as url:
        yield url


async def test_processes_count_together_and_windows_end(redis_url: str) -> None:
    one, two = (Redis.from_url(redis_url) for _ in range(2))
    first, second = RedisCounter(one), RedisCounter(two)
    counts = [await counter.hit("key", 60) for counter in (first, second, first)]
    assert [count for count, _ in counts] == [1, 2, 3]
    assert all(0 < left <= 60 for _, left in counts)
    await second.forget("key")
    assert (await first.hit("key", 60))[0] == 1
    assert (await first.hit("short", 1))[0] == 1
    await asyncio.sleep(1.1)
    assert (await first.hit("short", 1))[0] == 1
    await one.aclose()
    await two.aclose()


async def test_without_redis_each_process_counts_for_itself() -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:1")
    counter = RedisCounter(nowhere)
    assert [(await counter.hit("key", 60))[0] for _ in range(3)] == [1, 2, 3]
    await counter.forget("key")
    assert (await counter.hit("key", 60))[0] == 1
    await nowhere.aclose()
