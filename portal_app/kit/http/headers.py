"""The headers of every answer: what a browser may do with it, and how long it may keep it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_app.kit.http.csp import SERVER_RENDERED

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
IMMUTABLE = b"public, max-age=31536000, immutable"
_COMMON = (
    (b"x-content-type-options", b"nosniff"),
    # Sign-in links carry a token in their path; no other site may see it.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(self)"),
    # In place of the name that the server gives itself.
    (b"server", b"portal"),
)
# For what is no HTML: nobody may show it inside a page of theirs.
_UNFRAMED = b"frame-ancestors 'none'"
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
# Reflex allows our own origin with credentials, which needs no such word; no other origin may have
# one, and a preflight is answered like any request that nobody understands.
_NEVER = b"access-control-"


class SecurityHeaders:
    """Adds what an answer does not say itself; a route's own header always wins, but for CORS."""

    def __init__(self, app: ASGIApp, *, https: bool, never_stored: tuple[str, ...] = ()) -> None:
        self.app = app
        self.never_stored = never_stored
        self.common = (*_COMMON, _HSTS) if https else _COMMON

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._completed(scope["path"], message)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _completed(self, path: str, message: Message) -> list[tuple[bytes, bytes]]:
        sent = message.get("headers", ())
        given = [pair for pair in sent if not pair[0].lower().startswith(_NEVER)]
        present = {name.lower(): value for name, value in given}
        wanted = [*self.common, (b"cache-control", self._caching(path, message["status"]))]
        if path.startswith(self.never_stored):
            wanted.append((b"x-robots-tag", b"noindex"))
        html = present.get(b"content-type", b"").startswith(b"text/html")
        policy = SERVER_RENDERED.encode() if html else _UNFRAMED
        wanted.append((b"content-security-policy", policy))
        return given + [(name, value) for name, value in wanted if name not in present]

    def _caching(self, path: str, status: int) -> bytes:
        # What has a digest or a version in its name.
        if path.startswith(("/assets/", "/fonts/")) and status in {200, 206, 304}:
            return IMMUTABLE
        # Where a redirect leads depends on who asks and when.
        moved = status in _REDIRECTS
        return b"no-store" if moved or path.startswith(self.never_stored) else b"no-cache"
