"""How reads grow: the same requests with a thousand memberships and with a million.

`python -m bench.growth`: SQLite and PostgreSQL, in-process calls (no network), the middle of many;
the goal is ≤ 2 × from the smallest to the largest. Also says which index each read runs along and
fails when a plan has a full scan. Takes about ten minutes, most of it filling tables.
`python -m bench.growth 1000 10000` takes other sizes.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench import growth_api, loading, world
from bench.api_read import save
from portal_app.kit import db
from portal_app.kit.db import Database
from portal_app.settings import get_settings
from tests.postgres_server import running_postgres

SIZES: Final = (1_000, 1_000_000)
GOAL: Final = 2.0
CALLS: Final = 150


@contextmanager
def empty_databases(count: int) -> Iterator[dict[str, list[str]]]:
    """URLs of so many databases of each kind, thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        os.environ |= {"PORTAL_DATA_DIR": folder}
        get_settings.cache_clear()
        yield {
            "sqlite": [f"sqlite+aiosqlite:///{Path(folder) / f'{n}.db'}" for n in range(count)],
            "postgresql": [server.url(server.create()) for _ in range(count)],
        }


@dataclass
class Filled:
    """A database with *size* memberships and a client that reads it."""

    database: Database
    size: int
    client: growth_api.Client

    async def timed(self, name: str) -> float:
        """Microseconds of one read."""
        path = growth_api.reads(self.size)[name]
        db.install(self.database)
        start = time.perf_counter()
        await self.client.get(path)
        return (time.perf_counter() - start) * 1e6


async def _filled(url: str, size: int) -> Filled:
    database = Database(url)
    (key,) = await world.lay_foundation(database)
    world.load_memberships(url, range(size))
    loading.settle(url)
    return Filled(database, size, growth_api.Client(key))


async def _run(urls: Sequence[str], sizes: Sequence[int]) -> dict[str, Any]:
    """All sizes in turn, so that a noisy neighbour hits each of them."""
    several = [await _filled(url, size) for url, size in zip(urls, sizes, strict=True)]
    times: dict[str, list[int]] = {}
    for name in growth_api.reads(sizes[0]):
        rounds = [[await one.timed(name) for one in several] for _ in range(CALLS)]
        times[name] = [round(median(found)) for found in zip(*rounds, strict=True)]
    largest = several[-1].database
    plans = {name: await growth_api.explain(largest, name) for name in growth_api.STATEMENTS}
    for one in several:
        await one.database.close()
    return {
        "ratios": {name: round(found[-1] / found[0], 2) for name, found in times.items()},
        "microseconds": times,
        "full_scans": {
            name: lines for name, plan in plans.items() if (lines := growth_api.full_scans(plan))
        },
        "plans": plans,
    }


def report(kind: str, result: dict[str, Any]) -> bool:
    """Print ratios first; whether all are within the goal and no plan scans a table."""
    for name, ratio in result["ratios"].items():
        series = " → ".join(str(found) for found in result["microseconds"][name])
        mark = "" if ratio <= GOAL else f"  above {GOAL}"
        print(f"{kind:10} {ratio:5.2f} × {name:38} {series} µs{mark}")
    for name, lines in result["full_scans"].items():
        print(f"{kind:10} full scan in {name}: {lines}")
    return max(result["ratios"].values()) <= GOAL and not result["full_scans"]


def main() -> None:
    """Exit with 1 when a read grows by more than the goal, or scans."""
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    results, met = {}, True
    with empty_databases(len(sizes)) as urls:
        for kind, found in urls.items():
            results[kind] = asyncio.run(_run(found, sizes))
            met &= report(kind, results[kind])
    save("growth", {"sizes": list(sizes), "goal": GOAL, **results})
    sys.exit(not met)


if __name__ == "__main__":
    main()
