"""The two clocks: business time follows the sandbox, wall time never moves with it.

Business time decides periods, policies, notices and offers.
Wall time decides sessions, codes, limits, leases, retries, signatures and `observed_at`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 -- this is the one place that may ask the machine.


@dataclass
class FrozenClock:
    """A clock for tests: stands still until told otherwise."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


@dataclass
class FollowingClock:
    """Follows a clock that somebody else moves (the sandbox's), asking at most once a second."""

    read: Callable[[], datetime | None]
    fallback: Clock = field(default_factory=SystemClock)
    _known: datetime | None = None
    _asked: float = 0.0

    def now(self) -> datetime:
        if self._known is None or time.monotonic() - self._asked >= 1:
            self._known, self._asked = self.read(), time.monotonic()
        return self._known or self.fallback.now()


@dataclass
class _Installed:
    business: Clock = field(default_factory=SystemClock)
    wall: Clock = field(default_factory=SystemClock)


_installed = _Installed()


def install(*, business: Clock | None = None, wall: Clock | None = None) -> None:
    """Set the process's clocks; the composition root and tests do this, nobody else."""
    _installed.business = business or _installed.business
    _installed.wall = wall or _installed.wall


def business_now() -> datetime:
    return _installed.business.now()


def wall_now() -> datetime:
    return _installed.wall.now()


def in_business_time(wall: datetime) -> datetime:
    """As long ago by the business clock as *wall* is by the other: what people are shown."""
    if isinstance(_installed.business, SystemClock):
        return wall
    return wall + (business_now() - wall_now())


def from_unix(seconds: int) -> datetime:
    """A Stripe timestamp (whole seconds since 1970, UTC) as an aware datetime."""
    return datetime.fromtimestamp(seconds, UTC)
