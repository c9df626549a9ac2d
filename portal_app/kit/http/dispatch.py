"""Sends some paths to an application of their own."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class Dispatch:
    """HTTP requests below *prefix* go to *special*, all else (sockets, lifespan too) to *app*.

    Standing in front, *special* pays for none of the layers of *app* (research §10).
    """

    def __init__(self, app: ASGIApp, *, prefix: str, special: ASGIApp) -> None:
        self.app = app
        self.prefix = prefix
        self.special = special

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith(self.prefix)
        await (self.special if ours else self.app)(scope, receive, send)
