"""The guard before an application that keeps what reaches it, and sockets from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send

from portal_app.kit.http.socket_limits import Refusal, SocketLimits
from portal_app.kit.http.sockets import SocketGuard

ORIGIN = "http://portal.test"
TAB = "tab-00001"
CONNECT = '40/_event,{"event":{}}'
EVENT = '42/_event,["event",{"name":"a.b","payload":{}}]'
LIMITS = SocketLimits(per_session=2, per_network=3, connects_per_minute=100, held_seconds=0)


@dataclass
class Server:
    """The guard before an application that keeps what reaches it."""

    now: float = 0.0
    seen: list[str] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    def guard(self, **options: Any) -> SocketGuard:
        settings = {"origin": ORIGIN, "session_of": session_of, "limits": LIMITS} | options
        return SocketGuard(self, clock=lambda: self.now, **settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            self.seen.append(message.get("text") or "binary")
        self.ended.append(message["code"])
        # As Engine.IO does: it closes whatever has ended.
        await send({"type": "websocket.close"})


def session_of(cookie: str) -> str:
    return cookie.removeprefix("session=")


class Client:
    """One socket from outside."""

    def __init__(self, guard: SocketGuard, *, token: str = TAB, **options: Any) -> None:
        headers = {"origin": ORIGIN} | options.get("headers", {})
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        scope = {
            "type": "websocket",
            "path": options.get("path", "/_event/"),
            "query_string": options.get("query", f"token={token}&EIO=4").encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "extensions": options.get("extensions", {}),
            "client": (options.get("ip", "198.51.100.1"), 4000),
        }
        self.inbox.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(guard(scope, self.inbox.get, self._keep))

    async def _keep(self, message: Any) -> None:
        self.sent.append(message)

    async def send(self, *frames: str) -> None:
        for frame in frames:
            self.inbox.put_nowait({"type": "websocket.receive", "text": frame})
        await self.settle()

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    async def leave(self) -> None:
        self.inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self.task

    @property
    def turned_away(self) -> bool:
        """Refused before it was accepted: an HTTP status, which the page repeats its try after."""
        return [message["type"] for message in self.sent] == ["websocket.close"]

    @property
    def refusal(self) -> Refusal | None:
        closed = [one for one in self.sent if one["type"] == "websocket.close"]
        if not closed:
            return None
        assert len(closed) == 1
        return Refusal(closed[0].get("code", 1000), closed[0].get("reason", ""))


async def send_all(guard: SocketGuard, frames: Iterable[str], **options: Any) -> Client:
    client = Client(guard, **options)
    await client.send(*frames)
    return client
