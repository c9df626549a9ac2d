"""What an event costs: ours against an empty one, others while Stripe hangs, opening a membership.

`python -m bench.events`: the demo portal and an empty Reflex app, one granian worker each, rounds
interleaved. Takes about a minute. A tab sends less than the guard's burst in all.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import orjson

from bench import tabs_open
from bench.portal_app_served import HANGING
from bench.tabs_open import (
    ASK_STRIPE,
    EMPTY_TOUCH,
    OPEN_MEMBERSHIP,
    PORTAL_TOUCH,
    Tab,
    percentile,
    processor_seconds,
)
from tests.portal_server import Portal, running_portal

ROUNDS = 8
EVENTS = 60
SETTLE_SECONDS = 1.0
OPENINGS = 30
WAITING = 5
GOALS = {"event": 3.0, "while_stripe_hangs": 2.0, "open_membership_ms": 100.0}
RESULTS = Path(__file__).parent / "results" / "events.json"


async def touched(tab: Tab, handler: str) -> list[float]:
    """Seconds of each of EVENTS round trips; the number that comes back names its event."""
    return [await tab.ask(handler, f'count_rx_state_":{n}') for n in range(1, EVENTS + 1)]


async def our_event(
    http: aiohttp.ClientSession, portal: str, empty: str, cookie: str, member_id: str
) -> dict[str, Any]:
    """Ours is behind the guard, which asks the database for the session on each event."""
    ours, theirs, page = [], [], []
    path, query = f"/billing/manage/{member_id}/", {"member_id": member_id}
    for _ in range(ROUNDS):
        async with Tab(http, empty) as tab:
            await tab.open('is_hydrated_rx_state_":true')
            theirs += await touched(tab, EMPTY_TOUCH)
        async with Tab(http, portal, cookie, path, query) as tab:
            await tab.open("Trading Room")
            ours += await touched(tab, PORTAL_TOUCH)
            page += [await tab.ask(OPEN_MEMBERSHIP, "Trading Room") for _ in range(10)]
    return {
        "ratio": round(median(ours) / median(theirs), 2),
        "ours_p50_ms": milliseconds(median(ours)),
        "empty_p50_ms": milliseconds(median(theirs)),
        "membership_load_p50_ms": milliseconds(median(page)),
    }


async def while_stripe_hangs(
    http: aiohttp.ClientSession, portal: str, cookie: str, other: str
) -> dict[str, Any]:
    """Another session's events, idle and while WAITING handlers wait, in turns."""
    idle, busy = [], []
    for _ in range(ROUNDS):
        idle.append(percentile(await others(http, portal, other), 0.95))
        async with AsyncExitStack() as stack:
            tabs = []
            for _ in range(WAITING):
                tab = await stack.enter_async_context(Tab(http, portal, cookie))
                await tab.open('is_hydrated_rx_state_":true')
                await tab.tell(ASK_STRIPE)
                tabs.append(tab)
            await asyncio.sleep(SETTLE_SECONDS)
            busy.append(percentile(await others(http, portal, other), 0.95))
            if not all([await tab.is_waiting() for tab in tabs]):
                raise RuntimeError("a handler got an answer: what was measured means nothing")
    # By pairs, since a noisy neighbour of a whole round hits both of it.
    ratios = sorted(one / quiet for one, quiet in zip(busy, idle, strict=True))
    return {
        "ratio": round(median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "busy_p95_ms": milliseconds(median(busy)),
        "idle_p95_ms": milliseconds(median(idle)),
        "handlers_waiting": WAITING,
    }


async def others(http: aiohttp.ClientSession, portal: str, cookie: str) -> list[float]:
    async with Tab(http, portal, cookie) as tab:
        await tab.open('is_hydrated_rx_state_":true')
        return await touched(tab, PORTAL_TOUCH)


async def opening(
    http: aiohttp.ClientSession, portal: Portal, cookie: str, member_id: str
) -> dict[str, Any]:
    """From asking for the page to having its data: HTML, socket, first event. No rendering."""
    path = f"/billing/manage/{member_id}/"
    seconds, used = [], processor_seconds(portal.pid)
    for _ in range(OPENINGS):
        start = time.perf_counter()
        async with http.get(portal.origin + path, headers={"Cookie": cookie}) as page:
            page.raise_for_status()
            await page.read()
        async with Tab(http, portal.origin, cookie, path, {"member_id": member_id}) as tab:
            await tab.open("Trading Room")
            seconds.append(time.perf_counter() - start)
    return {
        "p95_ms": milliseconds(percentile(seconds, 0.95)),
        "p50_ms": milliseconds(median(seconds)),
        "processor_ms": milliseconds((processor_seconds(portal.pid) - used) / OPENINGS),
        "runs": OPENINGS,
    }


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)


async def measure(portal: Portal, empty: str) -> dict[str, Any]:
    cookies = [portal.cookie_of(portal.sign_in(f"{name}@example.com")) for name in ("ada", "ben")]
    member_id = portal.membership("active")["member_id"]
    async with aiohttp.ClientSession() as http:
        return {
            "event": await our_event(http, portal.origin, empty, cookies[0], member_id),
            "while_stripe_hangs": await while_stripe_hangs(http, portal.origin, *cookies),
            "open_membership": await opening(http, portal, cookies[0], member_id),
            "goals": GOALS,
            "machine": {"load_average": os.getloadavg()[0], "processors": os.cpu_count()},
        }


def report(result: dict[str, Any]) -> bool:
    """Print the ratios first; returns whether every goal is met."""
    event, hang, opened = (
        result[one] for one in ("event", "while_stripe_hangs", "open_membership")
    )
    print(f"our event: {event['ratio']} × an empty event (goal ≤ {GOALS['event']})")
    print(f"while Stripe hangs: {hang['ratio']} × idle p95 (goal ≤ {GOALS['while_stripe_hangs']})")
    print(f"opening a membership: p95 {opened['p95_ms']} ms (goal ≤ {GOALS['open_membership_ms']})")
    for name in ("event", "while_stripe_hangs", "open_membership"):
        print(f"  {name:20} {result[name]}")
    return (
        event["ratio"] <= GOALS["event"]
        and hang["ratio"] <= GOALS["while_stripe_hangs"]
        and opened["p95_ms"] <= GOALS["open_membership_ms"]
    )


def main() -> None:
    """Exit with 1 when a goal is missed."""
    factory = "bench.portal_app_served:application"
    with tempfile.TemporaryDirectory() as folder, tabs_open.hanging_stripe() as stripe:
        os.environ[HANGING] = stripe
        with (
            tabs_open.empty_app() as (empty, _),
            running_portal(Path(folder) / "portal", factory=factory) as portal,
        ):
            result = asyncio.run(measure(portal, empty))
    RESULTS.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")
    sys.exit(not report(result))


if __name__ == "__main__":
    main()
