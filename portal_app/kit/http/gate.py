"""Where a request for a page goes before it is answered: sign-in first, canonical address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from portal_app.kit.http.asgi import header, redirect

HasSession: TypeAlias = Callable[[str], Awaitable[bool]]


class SignInGate:
    """303 to sign-in for pages that need a session; `/` leads to *home* or to sign-in.

    *has_session* gets the raw `Cookie` header. The gate spares people a page that would send them
    away; authority itself is checked on every event.
    """

    def __init__(
        self, app: ASGIApp, *, has_session: HasSession, private: tuple[str, ...], home: str
    ) -> None:
        self.app = app
        self.has_session = has_session
        self.private = private
        self.home = home

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            target = await self._elsewhere(scope)
            if target:
                await redirect(send, target)
                return
        await self.app(scope, receive, send)

    async def _elsewhere(self, scope: Scope) -> str | None:
        path = scope["path"]
        if path != "/" and not f"{path}/".startswith(self.private):
            return None
        signed_in = await self.has_session(header(scope, b"cookie"))
        if path == "/":
            return self.home if signed_in else "/login/"
        return None if signed_in else f"/login/?next={quote(_asked_for(scope), safe='/')}"


def _asked_for(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])
