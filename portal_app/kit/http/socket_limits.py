"""How much one socket, one session and one address may ask of the event socket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

_PRUNE_ABOVE = 10_000
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a socket is closed: a code of RFC 6455 §7.4.1 and the IANA registry, and words for it."""

    code: int
    reason: str


MALFORMED = Refusal(1008, "not a message of this application")
TOO_BIG = Refusal(1009, "message too big")
TOO_MANY_MESSAGES = Refusal(1013, "too many messages, try again later")
TOO_MANY_PENDING = Refusal(1013, "too many unanswered messages, try again later")


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """OWASP's WebSocket figures, and a burst that clicking and typing never reach.

    Each begun *weighed_bytes* of a message count as one. *rest* is what must have been won back
    before a tab that used its burst up may connect again. A handshake too many is answered after
    *held_seconds* while fewer than *most_held* wait so: trying again at once then wins nothing.
    """

    message_bytes: int = 65_536
    weighed_bytes: int = 4_096
    messages_per_minute: int = 100
    burst: int = 200
    rest: int = 10
    per_session: int = 32
    per_network: int = 128
    connects_per_minute: int = 240
    held_seconds: float = 1.0
    most_held: int = 64


@dataclass(slots=True)
class Bucket:
    """Fills by *per_minute* up to *size*; every message takes what it weighs."""

    size: int
    per_minute: int
    left: float
    at: float

    def refill(self, now: float) -> float:
        won = (now - self.at) * self.per_minute / _MINUTE
        self.left, self.at = min(float(self.size), self.left + won), now
        return self.left

    def take(self, now: float, weight: int = 1) -> bool:
        if self.refill(now) < weight:
            return False
        self.left -= weight
        return True


@dataclass(slots=True)
class Buckets:
    """One bucket a key. They outlive the socket, so that connecting again wins nothing."""

    size: int
    per_minute: int
    clock: Callable[[], float]
    _kept: dict[str, Bucket] = field(default_factory=dict)

    def of(self, key: str) -> Bucket:
        found = self._kept.get(key)
        if found is None:
            self._prune()
            found = Bucket(self.size, self.per_minute, float(self.size), self.clock())
            self._kept[key] = found
        return found

    def _prune(self) -> None:
        """A full bucket says what no bucket says."""
        if len(self._kept) > _PRUNE_ABOVE:
            now = self.clock()
            self._kept = {key: one for key, one in self._kept.items() if one.refill(now) < one.size}


class Open:
    """How many sockets are open, by session and by network."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def admit(self, wanted: dict[str, int]) -> bool:
        """Count a socket under each key of *wanted* (key → most) unless one of them is full."""
        if any(self._counts[key] >= most for key, most in wanted.items()):
            return False
        self._counts.update(wanted.keys())
        return True

    def leave(self, keys: dict[str, int]) -> None:
        self._counts.subtract(keys.keys())
        for key in keys:
            if self._counts[key] <= 0:
                del self._counts[key]
