"""One advance of the demo's clock: where it goes, how far it has come, what happened on the way.

It is taken a month at a time, so that nobody waits for more than a month's work of the sandbox.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from portal_app.demo.control import SandboxControl
from portal_app.demo.durations import LONGEST, TOO_FAR, WORDS, parse_duration
from portal_app.kit.clock import from_unix
from portal_app.kit.errors import InvalidInput

STRIDE: Final = timedelta(days=31)
MOST_MOMENTS: Final = 100_000


@dataclass
class Journey:
    """`happened` grows while it is under way; `failed` says why it ended early."""

    start: datetime
    goal: datetime
    now: datetime
    happened: list[dict[str, Any]] = field(default_factory=list)
    failed: str = ""

    @property
    def share(self) -> float:
        """How much of the way is done, between 0 and 1."""
        whole = (self.goal - self.start).total_seconds()
        return (self.now - self.start).total_seconds() / whole if whole else 1.0

    @property
    def counts(self) -> Counter[str]:
        return Counter(str(one["kind"]) for one in self.happened)

    async def go(self, control: SandboxControl) -> None:
        """Travel to the goal. Raises httpx.HTTPError when the sandbox does not answer."""
        while self.now < self.goal:
            reached = min(self.now + STRIDE, self.goal)
            self.happened += await control.advance_to(reached)
            self.now = reached


async def plan(control: SandboxControl, words: str, *, whose: str = "") -> Journey:
    """By a duration (`3d`, `1mo`), to a word (`next-renewal`) or a moment (`@` and Unix seconds).

    *whose* narrows a word to one subscription, customer or address. Raises InvalidInput.
    """
    if whose and words not in WORDS:
        raise InvalidInput("Only a renewal or a card's expiry can be somebody's.")
    found = await control.upcoming(MOST_MOMENTS if words in WORDS else 1)
    now = from_unix(found["now"])
    goal = _goal(words, now, [m for m in found["moments"] if _is_of(m, whose)])
    if goal <= now:
        raise InvalidInput("The demo's clock never goes back.")
    if goal - now > LONGEST:
        raise InvalidInput(TOO_FAR)
    return Journey(start=now, goal=goal, now=now)


def _goal(words: str, now: datetime, moments: list[dict[str, Any]]) -> datetime:
    if words in WORDS:
        ahead = [
            m["at"] for m in moments if m["kind"] in WORDS[words] and m["at"] > now.timestamp()
        ]
        if not ahead:
            raise InvalidInput("There is none ahead.")
        return from_unix(min(ahead))
    if words.startswith("@") and words[1:].isdecimal():
        return datetime.fromtimestamp(min(int(words[1:]), 2**33), UTC)
    return parse_duration(words).after(now)


def _is_of(moment: dict[str, Any], whose: str) -> bool:
    return whose in ("", moment["subscription"], moment["customer"], moment["email"])
