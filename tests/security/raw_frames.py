"""A websocket below Socket.IO: frames exactly as a stranger writes them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

from tests.portal_server import Portal

HYDRATE = "reflex___state____state.hydrate_and_load"
CONNECT = "40/_event,{}"


def event_frame(event: Any) -> str:
    return f"42/_event,{json.dumps(['event', event])}"


@dataclass
class RawSocket:
    """Sends frames and says with which code it was closed."""

    portal: Portal
    cookie: str = ""
    token: str = field(default_factory=lambda: str(uuid.uuid4()))
    headers: dict[str, str] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)
    closed: int | None = None

    async def __aenter__(self) -> Self:
        self.http = aiohttp.ClientSession()
        own = {"Origin": self.portal.origin, "Cookie": self.cookie} | self.headers
        address = f"{self.portal.origin}/_event/?token={self.token}&EIO=4&transport=websocket"
        try:
            self.socket = await self.http.ws_connect(
                address.replace("http", "ws", 1), headers=own, max_msg_size=0
            )
        except BaseException:
            await self.http.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()
        await self.http.close()

    async def send(self, *frames: str) -> None:
        """Write them all; a server that has closed meanwhile is `closed` after `settle`."""
        for frame in frames:
            try:
                await self.socket.send_str(frame)
            except (ConnectionError, aiohttp.ClientError):
                return

    async def settle(self, seconds: float = 0.4) -> str:
        """Everything received until nothing came for *seconds*, or the server hung up."""
        while self.closed is None:
            try:
                message = await self.socket.receive(timeout=seconds)
            except TimeoutError:
                break
            if message.type is aiohttp.WSMsgType.TEXT:
                self.received.append(message.data)
            else:
                self.closed = self.socket.close_code
        return "\n".join(self.received)
