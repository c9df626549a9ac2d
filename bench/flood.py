"""One anonymous socket floods: how much the process grows, and what another session feels of it.

`python -m bench.flood`: a second process sends what it can to the demo portal and connects anew
whenever it is closed, under one tab's token and, in the second half, under a new one each time.
Rounds with and without it are interleaved. Takes about a minute; Linux, since it reads /proc.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import orjson

from bench.events import milliseconds, others
from bench.portal_app_served import HANGING
from bench.tabs import resident_kb
from bench.tabs_open import HYDRATE, percentile
from tests.portal_server import Portal, running_portal
from tests.security.raw_frames import CONNECT, event_frame

ROUNDS = 8
FLOOD_SECONDS = 4.0
GOALS = {"growth_mb": 20.0, "event": 2.0}
RESULTS = Path(__file__).parent / "results" / "flood.json"
# As large as one may be, and asking for a whole page's state each time.
FRAME = event_frame({"name": HYDRATE, "payload": {}, "more": "x" * 60_000})


async def flooding(origin: str, until: float, *, new_tokens: bool) -> Counter[str]:
    """What happened to the sockets: how often closed, how often turned away."""
    happened: Counter[str] = Counter()
    token = uuid.uuid4()
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < until:
            token = uuid.uuid4() if new_tokens else token
            address = f"{origin}/_event/?token={token}&EIO=4&transport=websocket"
            try:
                async with http.ws_connect(
                    address.replace("http", "ws", 1), headers={"Origin": origin}
                ) as tab:
                    await tab.send_str(CONNECT)
                    while not tab.closed and time.monotonic() < until:
                        await tab.send_str(FRAME)
                        happened["messages"] += 1
            except aiohttp.WSServerHandshakeError as refused:
                happened[f"turned away {refused.status}"] += 1
            except (ConnectionError, aiohttp.ClientError):
                happened["closed"] += 1
    return happened


async def measure(portal: Portal) -> dict[str, Any]:
    cookie = portal.cookie_of(portal.sign_in("ben@example.com"))
    idle, busy, happened = [], [], Counter[str]()
    async with aiohttp.ClientSession() as http:
        await others(http, portal.origin, cookie)
        before = resident_kb(portal.pid)
        for number in range(ROUNDS):
            idle.append(percentile(await others(http, portal.origin, cookie), 0.95))
            mode = "new" if number >= ROUNDS // 2 else "one"
            command = (sys.executable, "-m", "bench.flood", portal.origin, mode)
            flooder = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
            await asyncio.sleep(FLOOD_SECONDS / 2)
            busy.append(percentile(await others(http, portal.origin, cookie), 0.95))
            said, _ = await flooder.communicate()
            happened.update(orjson.loads(said))
        grown = (resident_kb(portal.pid) - before) / 1024
    # By pairs, since a noisy neighbour of a whole round hits both of it.
    ratios = [round(one / quiet, 2) for one, quiet in zip(busy, idle, strict=True)]
    return {
        "growth_mb": round(grown, 1),
        "event": round(median(ratios), 2),
        "ratios": sorted(ratios),
        "flooded_p95_ms": milliseconds(median(busy)),
        "idle_p95_ms": milliseconds(median(idle)),
        "flood": dict(happened),
        "goals": GOALS,
        "machine": {"load_average": os.getloadavg()[0], "processors": os.cpu_count()},
    }


def main() -> None:
    """Exit with 1 when a goal is missed; with an origin and a mode it is the flood itself."""
    if len(sys.argv) == 3:
        until = time.monotonic() + FLOOD_SECONDS
        happened = asyncio.run(flooding(sys.argv[1], until, new_tokens=sys.argv[2] == "new"))
        sys.stdout.buffer.write(orjson.dumps(happened))
        return
    os.environ[HANGING] = "http://127.0.0.1:9"
    with (
        tempfile.TemporaryDirectory() as folder,
        running_portal(
            Path(folder) / "portal", factory="bench.portal_app_served:application"
        ) as portal,
    ):
        result = asyncio.run(measure(portal))
    RESULTS.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")
    print(f"the process grows by {result['growth_mb']} MB (goal ≤ {GOALS['growth_mb']})")
    print(f"another session's event: {result['event']} × idle p95 (goal ≤ {GOALS['event']})")
    print(f"  {result}")
    sys.exit(any(result[name] > goal for name, goal in GOALS.items()))


if __name__ == "__main__":
    main()
