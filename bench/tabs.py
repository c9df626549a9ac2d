"""Memory that an open tab costs: each page of the portal against the empty app, in the same run.

`python -m bench.tabs`: TABS tabs each, opened in turns on both; Linux, since it reads /proc.
Takes about a minute.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from bench import tabs_open
from bench.demo_portal import demo_portal
from bench.tabs_open import Tab, workers_of
from tests.portal_server import Portal

TABS = 100
WARM = 20
PER_SESSION = 30
GOAL = 1.5
RESULTS = Path(__file__).parent / "results" / "tabs.json"
HYDRATED = 'is_hydrated_rx_state_":true'


def resident_kb(pid: int) -> int:
    """Resident memory of the server and its workers."""
    statuses = (Path(f"/proc/{one}/status").read_text() for one in workers_of(pid))
    return sum(int(status.split("VmRSS:")[1].split()[0]) for status in statuses)


async def per_tab(stack: AsyncExitStack, pid: int, tabs: list[Tab]) -> float:
    """KB for each tab beyond the first WARM, which also pay for what is loaded once.

    They stay open with *stack*: what closed tabs give back would make the next ones look cheap.
    """
    for tab in tabs[:WARM]:
        await (await stack.enter_async_context(tab)).open(HYDRATED)
    await asyncio.sleep(0.5)
    before = resident_kb(pid)
    for tab in tabs[WARM:]:
        await (await stack.enter_async_context(tab)).open(HYDRATED)
    await asyncio.sleep(0.5)
    return (resident_kb(pid) - before) / TABS


async def measure(portal: Portal, empty: str, empty_pid: int) -> dict[str, Any]:
    member_id = portal.membership("active")["member_id"]
    manage = (f"/billing/manage/{member_id}/", {"member_id": member_id})
    pages = {"account": ("/account/", {}), "orders": ("/orders/", {}), "membership": manage}
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        tabs = [Tab(http, empty) for _ in range(WARM + TABS)]
        plain = await per_tab(stack, empty_pid, tabs)
        found = {"empty_kb": round(plain, 1)}
        for name, (path, query) in pages.items():
            cookies = signed_in(portal)
            tabs = [Tab(http, portal.origin, cookie, path, query) for cookie in cookies]
            found[f"{name}_kb"] = round(await per_tab(stack, portal.pid, tabs), 1)
    ratios = {name: round(found[f"{name}_kb"] / plain, 2) for name in pages}
    return {"ratios": ratios, "goal": GOAL, "tabs": TABS, **found}


def signed_in(portal: Portal) -> list[str]:
    """A cookie for each tab; a session may have so many."""
    sessions = -(-(WARM + TABS) // PER_SESSION)
    cookies = [portal.cookie_of(portal.sign_in("ada@example.com")) for _ in range(sessions)]
    return [cookies[tab // PER_SESSION] for tab in range(WARM + TABS)]


def main() -> None:
    """Print the ratios first; exit with 1 when a page is above the goal."""
    with tabs_open.empty_app() as (empty, pid), demo_portal() as portal:
        result = asyncio.run(measure(portal, empty, pid))
    RESULTS.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")
    for name, ratio in result["ratios"].items():
        kb, empty_kb = result[f"{name}_kb"], result["empty_kb"]
        print(f"a tab on {name}: {ratio} × the empty app (goal ≤ {GOAL}), {kb} and {empty_kb} kB")
    sys.exit(max(result["ratios"].values()) > GOAL)


if __name__ == "__main__":
    main()
