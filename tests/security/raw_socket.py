"""A browser tab without the browser: whoever can open a websocket can do this."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any, Self

import aiohttp
import socketio

from tests.portal_server import Portal

SETTLE_SECONDS = 0.25
UNTIL_SECONDS = 30


class RawTab:
    """One socket with a tab token and, perhaps, a cookie; keeps every frame it was sent."""

    def __init__(
        self, portal: Portal, *, cookie: str = "", token: str = "", origin: str = ""
    ) -> None:
        self.portal = portal
        self.origin = origin or portal.origin
        self.cookie = cookie
        self.token = token or str(uuid.uuid4())
        self.frames: list[str] = []
        self.came = asyncio.Event()

    async def _keep(self, event: str, *data: Any) -> None:
        self.frames.append(f"{event} {json.dumps(data)}")
        self.came.set()

    async def __aenter__(self) -> Self:
        # A session of our own, as the client leaves its own open when the server hangs up.
        self.http = aiohttp.ClientSession()
        self.client = socketio.AsyncClient(reconnection=False, logger=False, http_session=self.http)
        self.client.on("*", self._keep, namespace="/_event")
        try:
            await self._connect()
        except BaseException:
            await self.http.close()
            raise
        return self

    async def _connect(self) -> None:
        headers = {"Origin": self.origin} | ({"Cookie": self.cookie} if self.cookie else {})
        await self.client.connect(
            f"{self.portal.origin}?token={self.token}",
            headers=headers,
            namespaces=["/_event"],
            socketio_path="/_event",
            transports=["websocket"],
        )

    async def __aexit__(self, *_: object) -> None:
        await self.client.disconnect()
        await self.http.close()

    async def send(
        self, name: str, payload: Any = None, *, path: str = "/orders/", query: Any = None
    ) -> None:
        event = {
            "name": name,
            "payload": {} if payload is None else payload,
            "token": self.token,
            "router_data": {"pathname": path, "asPath": path, "query": query or {}},
        }
        await self.client.emit("event", event, namespace="/_event")

    async def settle(self) -> str:
        """Everything received so far, once no new frame came for a moment."""
        seen = -1
        while seen != len(self.frames):
            seen = len(self.frames)
            await asyncio.sleep(SETTLE_SECONDS)
        return "\n".join(self.frames)

    async def until(self, text: str) -> str:
        """Everything received so far, once a frame says *text*."""
        async with asyncio.timeout(UNTIL_SECONDS):
            while not any(text in one for one in self.frames):
                self.came.clear()
                await self.came.wait()
        return "\n".join(self.frames)
