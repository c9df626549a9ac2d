"""One anonymous socket floods: how much the process grows, and what another session feels of it.

`python -m bench.flood`: a second process sends what it can to the demo portal and connects anew
whenever it is closed, under one tab's token and, in the second half, under a new one each time.
What another session feels is measured from its first moment on; rounds with and without it are
interleaved. Takes about a minute; Linux, since it reads /proc.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import orjson

from bench.demo_portal import demo_portal
from bench.events import milliseconds, others
from bench.flooder import BEGUN
from bench.tabs import resident_kb
from bench.tabs_open import percentile
from tests.portal_server import Portal

ROUNDS = 8
FLOOD_SECONDS = 4.0
GOALS = {"growth_mb": 20.0, "event": 2.0}
RESULTS = Path(__file__).parent / "results" / "flood.json"


async def events(http: aiohttp.ClientSession, portal: str, cookie: str) -> float:
    """p95 of another session's events, over as long as a flood lasts but for its end."""
    until, seconds = time.monotonic() + FLOOD_SECONDS - 1, list[float]()
    while time.monotonic() < until:
        seconds += await others(http, portal, cookie)
    return percentile(seconds, 0.95)


@asynccontextmanager
async def flooded(origin: str, mode: str, happened: Counter[str]) -> AsyncIterator[None]:
    """While somebody floods, who has begun: starting a process would count as a flood itself."""
    command = (sys.executable, "-m", "bench.flooder", origin, mode, str(FLOOD_SECONDS))
    flooder = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    if flooder.stdout is None or await flooder.stdout.readline() != BEGUN:
        raise RuntimeError("the flood did not begin")
    yield
    if flooder.returncode is not None:
        raise RuntimeError("the flood had ended before it was measured")
    happened.update(orjson.loads((await flooder.communicate())[0]))


async def measure(portal: Portal) -> dict[str, Any]:
    cookie = portal.cookie_of(portal.sign_in("ben@example.com"))
    idle, busy, happened = [], [], Counter[str]()
    async with aiohttp.ClientSession() as http:
        await others(http, portal.origin, cookie)
        before = resident_kb(portal.pid)
        for number in range(ROUNDS):
            mode = "new" if number >= ROUNDS // 2 else "one"
            idle.append(await events(http, portal.origin, cookie))
            async with flooded(portal.origin, mode, happened):
                busy.append(await events(http, portal.origin, cookie))
        grown = (resident_kb(portal.pid) - before) / 1024
    # By pairs, since a noisy neighbour of a whole round hits both of it.
    ratios = [round(one / quiet, 2) for one, quiet in zip(busy, idle, strict=True)]
    return {
        "growth_mb": round(grown, 1),
        "event": round(median(ratios), 2),
        "ratios": {"one": sorted(ratios[: ROUNDS // 2]), "new": sorted(ratios[ROUNDS // 2 :])},
        "flooded_p95_ms": milliseconds(median(busy)),
        "idle_p95_ms": milliseconds(median(idle)),
        "flood": dict(happened),
        "goals": GOALS,
        "machine": {"load_average": os.getloadavg()[0], "processors": os.cpu_count()},
    }


def main() -> None:
    """Exit with 1 when a goal is missed."""
    with demo_portal() as portal:
        result = asyncio.run(measure(portal))
    RESULTS.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")
    print(f"the process grows by {result['growth_mb']} MB (goal ≤ {GOALS['growth_mb']})")
    print(f"another session's event: {result['event']} × idle p95 (goal ≤ {GOALS['event']})")
    print(f"  {result}")
    sys.exit(any(result[name] > goal for name, goal in GOALS.items()))


if __name__ == "__main__":
    main()
