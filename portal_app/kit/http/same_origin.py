"""Requests that change something must come from our own pages."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from portal_app.kit.http.asgi import header, respond

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


class SameOrigin:
    """Answers 403 to a changing request without proof that it comes from *origin*.

    The proof is `Sec-Fetch-Site`, which scripts can't set, or an equal `Origin` from a browser
    that does not send it. *exempt* are path prefixes that carry another proof: a key, a signature.
    """

    def __init__(self, app: ASGIApp, *, origin: str, exempt: tuple[str, ...]) -> None:
        self.app = app
        self.origin = origin
        self.exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._allowed(scope):
            text = b"This request did not come from our own pages."
            await respond(send, 403, ((b"content-type", b"text/plain; charset=utf-8"),), text)
            return
        await self.app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        if scope["method"] in _READING or scope["path"].startswith(self.exempt):
            return True
        if site := header(scope, b"sec-fetch-site"):
            return site in _OURS
        return header(scope, b"origin") == self.origin
