"""What stands between the network and Reflex's event socket, where anybody may knock.

Reflex takes a message of any form and rate from anybody (research/quality.md §1.1). Here a socket
that floods, sends what no page sends, or is one too many is closed with a code that says so; the
page shows its connection banner and comes back by itself.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_app.kit.http.asgi import header
from portal_app.kit.http.peer import client_address, network_of
from portal_app.kit.http.socket_limits import (
    MALFORMED,
    TOO_BIG,
    TOO_MANY_MESSAGES,
    Bucket,
    Buckets,
    Open,
    Refusal,
    SocketLimits,
)

logger = logging.getLogger(__name__)

CONNECTION: Final = "portal.connection"  # its key in the ASGI scope
_PATHS = frozenset({"/_event", "/_event/"})
_TOKEN = re.compile(r"[\w-]{8,64}")
# All that a page sends: pings and pongs, connect with its first event, an event, goodbye
# (Engine.IO 4, Socket.IO 5). No acknowledgements and nothing binary.
_FRAME = re.compile(r"[23](?:probe)?|1|41/_event,?|40/_event,?|4[02]/_event,([\[{].*)", re.DOTALL)
_NAMES = (["event"], ["client_error"], ["ping"])
# What the event handlers see of the handshake. Anything else that a proxy adds would be kept in
# the tab's state and echoed to the browser.
_PASSED_ON = frozenset(
    name.encode()
    for name in (
        *("host", "origin", "cookie", "user-agent", "accept-language", "x-forwarded-for"),
        *("connection", "upgrade", "sec-websocket-version", "sec-websocket-key"),
        *("sec-websocket-extensions", "sec-websocket-protocol"),
    )
)


class Connection:
    """One socket; it stands in the ASGI scope, so that whoever finds a reason can end it."""

    def __init__(self, send: Send, bucket: Bucket, limits: SocketLimits, network: str = "") -> None:
        self.network = network
        self._send = send
        self._bucket = bucket
        self._limits = limits
        self._connected = False
        self.ended = False

    async def refuse(self, refusal: Refusal) -> None:
        """Close it; what the application still sends goes nowhere."""
        if self.ended:
            return
        self.ended = True
        logger.warning("a socket was refused", extra={"fields": {"reason": refusal.reason}})
        close = {"type": "websocket.close", "code": refusal.code, "reason": refusal.reason}
        await self._send(close)

    async def pass_on(self, message: Message) -> None:
        """The application's own `send`."""
        if not self.ended:
            self.ended = message["type"] == "websocket.close"
            await self._send(message)

    def objection(self, message: Message, now: float) -> Refusal | None:
        """What speaks against a message from outside."""
        text = message.get("text")
        if text is None:
            return MALFORMED
        # Counted before it is encoded or parsed: what costs something must have been allowed.
        if len(text) > self._limits.message_bytes:
            return TOO_BIG
        if not self._bucket.take(now, 1 + len(text) // self._limits.weighed_bytes):
            return TOO_MANY_MESSAGES
        if len(text.encode()) > self._limits.message_bytes:
            return TOO_BIG
        return None if _is_ours(text) and self._in_turn(text) else MALFORMED

    def _in_turn(self, text: str) -> bool:
        """A page connects once; each further time would make a state of its own."""
        kind = text[:2]
        if kind not in {"40", "41"}:
            return True
        again = self._connected and kind == "40"
        self._connected = kind == "40"
        return not again


class SocketGuard:
    """Lets websockets through to *app* within *limits*; HTTP passes untouched.

    *session_of* names the session in a raw `Cookie` header, or is empty; *seal* makes of one what
    handlers may see, as the tab's state keeps it. Counts are kept in this
    process: with several, each allows as much.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        origin: str,
        session_of: Callable[[str], str],
        seal: Callable[[str], str] = str,
        hops: int = 0,
        count_loopback: bool = True,
        limits: SocketLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.origin = origin
        self.session_of = session_of
        self.seal = seal
        self.hops = hops
        self.count_loopback = count_loopback
        self.limits = limits or SocketLimits()
        self.clock = clock
        self.open = Open()
        self.messages = Buckets(self.limits.burst, self.limits.messages_per_minute, clock)
        often = self.limits.connects_per_minute
        self.connects = Buckets(often, often, clock)
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        token = _token(scope)
        # A browser always says where a socket comes from; who is none has no cookies to abuse.
        if token is None or header(scope, b"origin") not in {"", self.origin}:
            await _turn_away(scope, receive, send, 403)
            return
        wanted = self._wanted(scope)
        bucket = self.messages.of(token)
        if not self._may_connect(scope, bucket) or not self.open.admit(wanted):
            logger.warning("a socket was turned away")
            await self._hold()
            await _turn_away(scope, receive, send, 429)
            return
        network = client_address(scope, self.hops)
        network = network_of(network, count_loopback=True) or ""
        try:
            await self._serve(scope, receive, Connection(send, bucket, self.limits, network))
        finally:
            self.open.leave(wanted)

    async def _serve(self, scope: Scope, receive: Receive, connection: Connection) -> None:
        async def guarded_receive() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and not connection.ended:
                refusal = connection.objection(message, self.clock())
                if refusal is not None:
                    await connection.refuse(refusal)
            if connection.ended:
                return {"type": "websocket.disconnect", "code": MALFORMED.code}
            return message

        headers = [self._passed_on(*pair) for pair in scope["headers"] if pair[0] in _PASSED_ON]
        inner = {**scope, CONNECTION: connection, "headers": headers}
        await self.app(inner, guarded_receive, connection.pass_on)

    async def _hold(self) -> None:
        """Let who comes too often wait for the answer; beyond so many waiting it comes at once."""
        if self.held >= self.limits.most_held:
            return
        self.held += 1
        try:
            await asyncio.sleep(self.limits.held_seconds)
        finally:
            self.held -= 1

    def _passed_on(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        if name != b"cookie":
            return name, value
        return name, self.seal(value.decode("latin-1")).encode("latin-1")

    def _may_connect(self, scope: Scope, bucket: Bucket) -> bool:
        if bucket.refill(self.clock()) < self.limits.rest:
            return False
        network = self._network(scope)
        return network is None or self.connects.of(network).take(self.clock())

    def _wanted(self, scope: Scope) -> dict[str, int]:
        """The keys this socket is counted under, each with the most it may reach."""
        wanted: dict[str, int] = {}
        if session := self.session_of(header(scope, b"cookie")):
            wanted[f"session {session}"] = self.limits.per_session
        if network := self._network(scope):
            wanted[f"network {network}"] = self.limits.per_network
        return wanted

    def _network(self, scope: Scope) -> str | None:
        address = client_address(scope, self.hops)
        return network_of(address, count_loopback=self.count_loopback)


async def _turn_away(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    """Refuse the handshake; the page counts a failed attempt, says so and tries again, ever slower.

    Accepted and closed with a code it would wait 20 s for Engine.IO's greeting instead.
    """
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    headers = [(b"retry-after", b"10"), (b"cache-control", b"no-store"), (b"content-length", b"0")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b""})


def _token(scope: Scope) -> str | None:
    """The tab's token; without one Reflex would serve a socket that no state belongs to."""
    if scope["path"] not in _PATHS:
        return None
    given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
    return given[0] if len(given) == 1 and _TOKEN.fullmatch(given[0]) else None


def _is_ours(text: str) -> bool:
    """Whether *text* is of a page's form; what it says is checked where handlers are known."""
    found = _FRAME.fullmatch(text)
    if found is None:
        return False
    if found[1] is None:
        return True
    try:
        sent = orjson.loads(found[1])
    except orjson.JSONDecodeError:
        return False
    if text.startswith("40"):
        return isinstance(sent, dict)
    # Socket.IO calls `on_<name>`: "connect" or "disconnect" would reach what is not for pages.
    return isinstance(sent, list) and len(sent) <= 2 and sent[:1] in _NAMES  # noqa: PLR2004
