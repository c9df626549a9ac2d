"""`GET /memberships/{id}` and `GET /memberships` against its twins (`api_served.py`).

`python -m bench.api_read`: 10,000 memberships in SQLite, one granian worker each, 16 connections,
rounds interleaved so that a noisy neighbour hits all. Takes about three minutes.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import orjson

from bench import load, world
from bench.api_served import LIST, SIZE
from portal_app.kit.db import Database
from portal_app.settings import get_settings

ROWS: Final = 10_000
ROUNDS: Final = 5
SECONDS: Final = 3
# Each key may ask 600 times a minute; together they must be able to ask as often as they can.
KEYS: Final = 3000
APPS: Final = ("portal", "raw", "naive", "joined", "bare")
GOALS: Final = {"raw": 0.25, "naive": 5.0}
ROOT: Final = Path(__file__).parents[1]
SERVER: Final = (sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws")
Rates = dict[str, list[float]]


async def seed(url: str) -> list[str]:
    """Fill a new database; the keys that read it."""
    database = Database(url)
    keys = await world.lay_foundation(database, keys=KEYS)
    await database.close()
    world.load_memberships(url, range(ROWS))
    return keys


@contextmanager
def served(factory: str) -> Iterator[int]:
    """The port of one granian worker with `bench.api_served:<factory>`."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [*SERVER, "--host", "127.0.0.1", "--port", str(port), f"bench.api_served:{factory}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def measure(keys: Sequence[str]) -> dict[str, Any]:
    """Rates of each app for each kind of read, and the portal's as multiples of the others'."""
    own = [n for n in range(0, ROWS, 7) if n // 2 % world.PRODUCTS != world.PRODUCTS - 1]
    reads = {"retrieve": [f"{LIST}/mem_{n}" for n in own], "list": [f"{LIST}?first={SIZE}"]}
    rates: dict[str, Rates] = {kind: {app: [] for app in APPS} for kind in reads}
    with ExitStack() as servers:
        ports = {app: servers.enter_context(served(app)) for app in APPS}
        for _ in range(ROUNDS):
            for kind, paths in reads.items():
                for app in APPS:
                    rate = load.requests_per_second(ports[app], paths, keys=keys, seconds=SECONDS)
                    rates[kind][app].append(round(rate))
    return {
        "ratios": {kind: _ratios(found) for kind, found in rates.items()},
        "goals": GOALS,
        "client": load.client_name(),
        "requests_per_second": rates,
    }


def _ratios(rates: Rates) -> dict[str, float]:
    """The portal's rate over each other's, round by round, in the middle."""
    return {
        app: round(
            median(ours / theirs for ours, theirs in zip(rates["portal"], found, strict=True)), 3
        )
        for app, found in rates.items()
        if app != "portal"
    }


def report(result: dict[str, Any]) -> bool:
    """Print the ratios first; whether every goal was met."""
    met = True
    for kind, ratios in result["ratios"].items():
        for app, ratio in ratios.items():
            goal = GOALS.get(app)
            met &= goal is None or ratio >= goal
            print(f"{kind:8} {ratio:7.3f} × {app:5} {f'(goal ≥ {goal})' if goal else ''}")
    for kind, rates in result["requests_per_second"].items():
        for app, found in rates.items():
            print(f"  {kind:8} {app:6} {median(found):7.0f} req/s  {sorted(found)}")
    return met


def save(name: str, result: dict[str, Any]) -> None:
    """Keep *result* as `bench/results/<name>.json`."""
    target = ROOT / "bench" / "results" / f"{name}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")


def main() -> None:
    """Exit with 1 below a goal."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PORTAL_DATA_DIR": folder, "PORTAL_DATABASE_URL": ""}
        get_settings.cache_clear()
        result = measure(asyncio.run(seed(get_settings().database_url)))
    save("api_read", result)
    sys.exit(not report(result))


if __name__ == "__main__":
    main()
