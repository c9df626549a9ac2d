"""How much slower each page's database work is among 10⁶ memberships than among 10³: at most twice.

`python -m bench.page_growth [size]`: SQLite and PostgreSQL, both sizes of one kind side by side, so
that a noisy neighbour hits both; every statement is explained, and none may read a growing table
from end to end. Making 2 × 12 million rows takes most of its ten minutes.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import orjson
from alembic import command

from bench import bulk, plans
from bench.page_paths import PATHS, Reader, readers
from portal_app import registry
from portal_app.kit import db as kit_db
from portal_app.kit.db import Database
from tests.databases import alembic_config
from tests.postgres_server import running_postgres

assert registry  # noqa: S101 -- importing it maps every table
SMALL: Final = 1_000
LARGE: Final = 1_000_000
ROUNDS: Final = 150
GOAL: Final = 2.0
RESULTS = Path(__file__).parent / "results" / "page_growth.json"


@contextmanager
def two_databases(kind: str) -> Iterator[list[str]]:
    """URLs of two databases of *kind* at the newest schema."""
    with tempfile.TemporaryDirectory(prefix="portal-growth-") as folder:
        if kind == "sqlite":
            urls = [f"sqlite+aiosqlite:///{folder}/{name}.db" for name in ("small", "large")]
            yield _migrated(urls)
            return
        with running_postgres() as server:
            yield _migrated([server.url(server.create()) for _ in range(2)])


def _migrated(urls: list[str]) -> list[str]:
    for url in urls:
        command.upgrade(alembic_config(url), "head")
    return urls


async def filled(url: str, size: int) -> tuple[Database, list[Reader]]:
    """The database with the readers and a crowd of *size* memberships and invoices."""
    database = Database(url)
    actors = await bulk.subjects(database)
    started = time.perf_counter()
    await bulk.fill(database, size)
    print(f"  {size:>9,} of each made in {time.perf_counter() - started:.0f} s", flush=True)
    return database, await readers(database, actors)


async def _milliseconds(name: str, database: Database, reader: Reader) -> float:
    kit_db.install(database)  # some paths take the process's database
    started = time.perf_counter()
    await PATHS[name](database, reader)
    return (time.perf_counter() - started) * 1000


async def growth(small_url: str, large_url: str, size: int) -> dict[str, Any]:
    """Per path: median milliseconds at both sizes, their ratio, and any full scan."""
    small, large = await filled(small_url, SMALL), await filled(large_url, size)
    found = {name: await _compare(name, small, large) for name in PATHS}
    for database, _ in (small, large):
        await database.close()
    return found


async def _compare(
    name: str, small: tuple[Database, list[Reader]], large: tuple[Database, list[Reader]]
) -> dict[str, Any]:
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS):
        for taken, (database, who) in zip(times, (small, large), strict=True):
            taken.append(await _milliseconds(name, database, who[turn % len(who)]))
    with plans.listening(large[0]) as statements:
        await _milliseconds(name, *(large[0], large[1][0]))
    before, after = (median(taken[10:]) for taken in times)
    return {
        "ratio": round(after / before, 2),
        "small_ms": round(before, 2),
        "large_ms": round(after, 2),
        "full_scans": await plans.full_scans(large[0], statements),
    }


def main() -> None:
    """Print ratios first; exit with 1 when a path grows more than the goal, or scans."""
    size = int(sys.argv[1]) if sys.argv[1:] else LARGE
    results: dict[str, Any] = {"goal": GOAL, "small": SMALL, "large": size}
    failed = False
    for kind in ("sqlite", "postgresql"):
        print(kind, flush=True)
        with two_databases(kind) as urls:
            results[kind] = asyncio.run(growth(*urls, size))
        for name, one in results[kind].items():
            print(f"  {one['ratio']:5.2f} × {name:18} {one['small_ms']} → {one['large_ms']} ms")
            failed |= one["ratio"] > GOAL or bool(one["full_scans"])
            for scan in one["full_scans"]:
                print(f"        scans {scan}")
    RESULTS.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2) + b"\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
