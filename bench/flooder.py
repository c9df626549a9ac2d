"""Whoever floods: `python -m bench.flooder ORIGIN one|new SECONDS`, a process of its own.

Says "flooding" once its first socket is open, and what happened to its sockets at the end.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections import Counter
from contextlib import suppress

import aiohttp
import orjson

from tests.security.raw_frames import CONNECT, HYDRATE, event_frame

# As large as one may be, and asking for a whole page's state each time.
FRAME = event_frame({"name": HYDRATE, "payload": {}, "more": "x" * 60_000})
BEGUN = b"flooding\n"


async def flooding(origin: str, seconds: float, *, new_tokens: bool) -> Counter[str]:
    """What happened to the sockets: how often closed, how often turned away."""
    happened: Counter[str] = Counter()
    with suppress(TimeoutError):
        # Where nobody reads what it sends, it would go on for longer.
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as http:
            await _without_end(http, origin, happened, new_tokens=new_tokens)
    return happened


async def _without_end(
    http: aiohttp.ClientSession, origin: str, happened: Counter[str], *, new_tokens: bool
) -> None:
    token = uuid.uuid4()
    while True:
        token = uuid.uuid4() if new_tokens else token
        address = f"{origin}/_event/?token={token}&EIO=4&transport=websocket"
        try:
            async with http.ws_connect(
                address.replace("http", "ws", 1), headers={"Origin": origin}
            ) as tab:
                if not happened:
                    sys.stdout.buffer.write(BEGUN)
                    sys.stdout.flush()
                happened["opened"] += 1
                await _send_to(tab, happened)
        except aiohttp.WSServerHandshakeError as refused:
            happened[f"turned away {refused.status}"] += 1
        except (ConnectionError, aiohttp.ClientError):
            happened["closed"] += 1


async def _send_to(tab: aiohttp.ClientWebSocketResponse, happened: Counter[str]) -> None:
    """As much as it takes; it comes back as soon as it is closed."""
    await tab.send_str(CONNECT)
    while not tab.closed:
        await tab.send_str(FRAME)
        happened["messages"] += 1


if __name__ == "__main__":
    said = asyncio.run(flooding(sys.argv[1], float(sys.argv[3]), new_tokens=sys.argv[2] == "new"))
    sys.stdout.buffer.write(orjson.dumps(said))
