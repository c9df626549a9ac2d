"""2,000 idle sockets: what each costs the portal in memory, against the empty app in the same run.

`python -m bench.idle`: signed-in tabs on the orders page, thirty a person, which then do nothing
but answer pings; Linux, since it reads /proc. Takes a few minutes; a busy machine needs longer.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from bench import tabs_open
from bench.demo_portal import demo_portal
from bench.tabs import HYDRATED, PER_SESSION, resident_kb
from bench.tabs_open import Tab
from tests.portal_server import Portal

SOCKETS = int(os.environ.get("BENCH_SOCKETS", "2000"))
WARM = 20
AT_ONCE = 10
GOAL = 1.5
IDLE_SECONDS = 5
RESULTS = Path(__file__).parent / "results" / "idle.json"


async def opened(stack: AsyncExitStack, tabs: Sequence[Tab]) -> list[asyncio.Task[None]]:
    """They stay open with *stack*; a task that ends is a socket that was closed."""
    staying = []
    for first in range(0, len(tabs), AT_ONCE):
        batch = [await stack.enter_async_context(tab) for tab in tabs[first : first + AT_ONCE]]
        await asyncio.gather(*(tab.open(HYDRATED) for tab in batch))
        staying += [asyncio.create_task(tab.stay()) for tab in batch]
    return staying


async def grown_kb(stack: AsyncExitStack, pid: int, tabs: Sequence[Tab]) -> tuple[int, int]:
    """Resident memory once WARM tabs are open, and what the others add."""
    staying = await opened(stack, tabs[:WARM])
    await asyncio.sleep(1)
    before = resident_kb(pid)
    staying += await opened(stack, tabs[WARM:])
    await asyncio.sleep(IDLE_SECONDS)
    grown = resident_kb(pid) - before
    if ended := sum(task.done() for task in staying):
        raise RuntimeError(f"{ended} sockets were closed: what was measured means nothing")
    return before, grown


async def measure(portal: Portal, empty: str, empty_pid: int) -> dict[str, Any]:
    people = -(-(WARM + SOCKETS) // PER_SESSION)
    addresses = [f"idle{number}@example.com" for number in range(people)]
    cookies = [portal.cookie_of(portal.sign_in(address)) for address in addresses]
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        numbers = range(WARM + SOCKETS)
        theirs = [Tab(http, empty, patience=120) for _ in numbers]
        ours = [
            Tab(http, portal.origin, cookies[one // PER_SESSION], "/orders/", patience=120)
            for one in numbers
        ]
        plain = await grown_kb(stack, empty_pid, theirs)
        portals = await grown_kb(stack, portal.pid, ours)
    return {
        "ratio": round(portals[1] / plain[1], 2),
        "goal": GOAL,
        "sockets": SOCKETS,
        "portal_kb_each": round(portals[1] / SOCKETS, 1),
        "empty_kb_each": round(plain[1] / SOCKETS, 1),
        "portal_mb": {"before": portals[0] // 1024, "with_all": sum(portals) // 1024},
        "empty_mb": {"before": plain[0] // 1024, "with_all": sum(plain) // 1024},
    }


def main() -> None:
    """Print the ratio first; exit with 1 when it is above the goal."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tabs_open.empty_app() as (empty, pid), demo_portal() as portal:
        result = asyncio.run(measure(portal, empty, pid))
    RESULTS.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")
    print(f"{SOCKETS} idle sockets: {result['ratio']} × the empty app (goal ≤ {GOAL})")
    print(f"  {result}")
    sys.exit(result["ratio"] > GOAL)


if __name__ == "__main__":
    main()
