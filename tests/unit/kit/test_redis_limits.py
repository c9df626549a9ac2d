"""Rate limits in a real Redis, shared by two processes' counters."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis.asyncio import Redis

from portal_app.kit.limits import RedisCounter

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="needs redis-server (make test installs it)"
)


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder: Path = tmp_path_factory.mktemp("redis")
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait(port: int) -> None:
    for _ in range(100):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("redis-server did not answer")


async def test_processes_count_together_and_windows_end(redis_port: int) -> None:
    one, two = (Redis.from_url(f"redis://127.0.0.1:{redis_port}") for _ in range(2))
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
