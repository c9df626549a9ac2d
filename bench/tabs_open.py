"""A browser tab as the server sees it, and the two servers that are compared."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp

from portal_app import asgi
from portal_app.kit.http.origin_free import BUILD_ORIGIN

FOLDER = Path(__file__).parent
STATE = "reflex___state____state"
HYDRATE = f"{STATE}.hydrate_and_load"
EMPTY_TOUCH = f"{STATE}.empty_app____bench_state.touch"
PORTAL_TOUCH = f"{STATE}.bench___portal_app_served____bench_state.touch"
ASK_STRIPE = f"{STATE}.bench___portal_app_served____bench_state.ask_stripe"
OPEN_MEMBERSHIP = f"{STATE}.portal_app___memberships___state___detail____membership_state.load"


@dataclass
class Tab:
    """One socket with a token of its own; `ask` sends an event and waits for its answer."""

    http: aiohttp.ClientSession
    origin: str
    cookie: str = ""
    path: str = "/"
    query: dict[str, str] = field(default_factory=dict)
    patience: float = 20

    async def __aenter__(self) -> Self:
        token = uuid.uuid4()
        address = f"{self.origin}/_event/?token={token}&EIO=4&transport=websocket"
        headers = {"Origin": self.origin, "Cookie": self.cookie}
        self.socket = await self.http.ws_connect(address.replace("http", "ws", 1), headers=headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def open(self, until: str) -> None:
        """Connect as the page does, with the first event in it, until *until* has arrived."""
        boot = json.dumps({"event": self._event(HYDRATE)})
        await self.socket.send_str(f"40/_event,{boot}")
        await self._until(until)

    async def stay(self) -> None:
        """Do nothing but answer the server's pings, as a page does, until it hangs up."""
        async for message in self.socket:
            if message.data == "2":
                await self.socket.send_str("3")

    async def ask(self, handler: str, until: str) -> float:
        """Seconds from sending to *until*."""
        frame = f"42/_event,{json.dumps(['event', self._event(handler)])}"
        start = time.perf_counter()
        await self.socket.send_str(frame)
        await self._until(until)
        return time.perf_counter() - start

    async def tell(self, handler: str) -> None:
        await self.socket.send_str(f"42/_event,{json.dumps(['event', self._event(handler)])}")

    async def is_waiting(self) -> bool:
        """Whether what was told is still unanswered."""
        try:
            await self.socket.receive(timeout=0.05)
        except TimeoutError:
            return True
        return False

    def _event(self, name: str) -> dict[str, Any]:
        place = {"pathname": self.path, "asPath": self.path, "query": self.query}
        return {"name": name, "payload": {}, "router_data": place}

    async def _until(self, wanted: str) -> None:
        while True:
            message = await self.socket.receive(timeout=self.patience)
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise ConnectionError(f"the server closed: {message.data} {message.extra}")
            if wanted in message.data:
                return


@contextmanager
def empty_app() -> Iterator[tuple[str, int]]:
    """Origin and process id of the empty app, started as the portal is."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    origin = f"http://localhost:{port}"
    mounted = {"__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "false"}
    cors = {"REFLEX_CORS_ALLOWED_ORIGINS": origin, "REFLEX_API_URL": BUILD_ORIGIN}
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory"),
            *("--port", str(port), "--log-level", "warning", "empty_app:application"),
        ],
        cwd=FOLDER / "empty_app",
        env=os.environ | asgi.REFLEX | mounted | cors | {"PYTHONPATH": str(FOLDER / "empty_app")},
    )
    try:
        _wait_for(port)
        yield origin, server.pid
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port: int) -> None:
    for _ in range(400):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the empty app did not start within 20 s")


@contextmanager
def hanging_stripe() -> Iterator[str]:
    """An address that takes requests and never answers; needs a running loop."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * len(ordered) - 0.5))]


def workers_of(pid: int) -> list[int]:
    """The process and its children: granian serves from workers."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def processor_seconds(pid: int) -> float:
    """What a server has used so far; unlike time, it does not grow when others use the machine."""
    ticks = 0
    for one in workers_of(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # utime and stime, proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")
