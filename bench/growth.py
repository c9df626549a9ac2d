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
Times = dict[str, list[float]]


@contextmanager
def empty_databases() -> Iterator[dict[str, str]]:
    """A URL for each kind of database, thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder, running_postgres() as postgres:
        sqlite = f"sqlite+aiosqlite:///{Path(folder) / 'growth.db'}"
        os.environ |= {"PORTAL_DATA_DIR": folder}
        get_settings.cache_clear()
        yield {"sqlite": sqlite, "postgresql": postgres}


async def measured(key: str, size: int, calls: int) -> dict[str, float]:
    """Microseconds of each read, the middle of *calls*."""
    api = growth_api.Client(key)
    found = {}
    for name, path in growth_api.reads(size).items():
        times = []
        for _ in range(calls):
            start = time.perf_counter()
            await api.get(path)
            times.append(time.perf_counter() - start)
        found[name] = round(median(times) * 1e6)
    return found


async def _run(url: str, sizes: Sequence[int]) -> dict[str, Any]:
    database = Database(url)
    db.install(database)
    (key,) = await world.lay_foundation(database)
    filled, times = 0, {}
    for size in sizes:
        world.load_memberships(url, range(filled, size))
        loading.settle(url)
        filled = size
        times[str(size)] = await measured(key, size, CALLS)
    plans = {name: await growth_api.explain(database, name) for name in growth_api.STATEMENTS}
    await database.close()
    first, last = times[str(sizes[0])], times[str(sizes[-1])]
    ratios = {name: round(last[name] / first[name], 2) for name in first}
    scans = {name: lines for name, plan in plans.items() if (lines := growth_api.full_scans(plan))}
    return {"ratios": ratios, "microseconds": times, "full_scans": scans, "plans": plans}


def report(kind: str, result: dict[str, Any]) -> bool:
    """Print ratios first; whether all are within the goal and no plan scans a table."""
    for name, ratio in result["ratios"].items():
        series = " → ".join(str(found[name]) for found in result["microseconds"].values())
        mark = "" if ratio <= GOAL else f"  above {GOAL}"
        print(f"{kind:10} {ratio:5.2f} × {name:38} {series} µs{mark}")
    for name, lines in result["full_scans"].items():
        print(f"{kind:10} full scan in {name}: {lines}")
    return max(result["ratios"].values()) <= GOAL and not result["full_scans"]


def main() -> None:
    """Exit with 1 when a read grows by more than the goal, or scans."""
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    with empty_databases() as urls:
        results = {kind: asyncio.run(_run(url, sizes)) for kind, url in urls.items()}
    met = [report(kind, result) for kind, result in results.items()]
    save("growth_api", {"goal": GOAL, **results})
    sys.exit(not all(met))


if __name__ == "__main__":
    main()
