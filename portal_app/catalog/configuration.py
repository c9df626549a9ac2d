"""How a company's portal behaves: the defaults, and reading a published version of them.

A version's `body` holds only what differs from the defaults, so that a default that is improved
here reaches everybody who never chose otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """When a membership that is not plainly paid still gives access.

    *grace_days* counts from the start of the unpaid period; None is as long as Stripe retries.
    """

    while_past_due: bool = True
    grace_days: int | None = None
    while_paused: bool = True

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        days = given.get("grace_days")
        return cls(
            while_past_due=_flag(given.get("while_past_due"), default.while_past_due),
            grace_days=days if type(days) is int and days >= 0 else default.grace_days,
            while_paused=_flag(given.get("while_paused"), default.while_paused),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPolicy:
    """How a membership ends when its holder cancels. That they can is not for anybody to decide.

    With *at_once* it ends right away instead of with the paid period. *void_unpaid* takes an
    overdue invoice back; without it, it is still owed and the page says so.
    """

    at_once: bool = False
    void_unpaid: bool = True

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        return cls(
            at_once=_flag(given.get("at_once"), default.at_once),
            void_unpaid=_flag(given.get("void_unpaid"), default.void_unpaid),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePolicy:
    """Whether and how long a holder may pause, and how often in twelve months.

    Access stops while it is paused, unless it is to be kept (*keeps_access*); of subscriptions that
    Stripe can't pause, only the charging pauses, and `AccessPolicy.while_paused` decides.
    """

    offered: bool = True
    longest_months: int = 3
    per_year: int = 2
    keeps_access: bool = False

    @classmethod
    def read(cls, body: object) -> Self:
        """Read a stored document; anything of the wrong type falls back to its default."""
        given = body if isinstance(body, Mapping) else {}
        default = cls()
        return cls(
            offered=_flag(given.get("offered"), default.offered),
            longest_months=_within(given.get("longest_months"), 1, 12, default.longest_months),
            per_year=_within(given.get("per_year"), 0, 12, default.per_year),
            keeps_access=_flag(given.get("keeps_access"), default.keeps_access),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One company's policies as they apply now."""

    access: AccessPolicy = field(default_factory=AccessPolicy)
    cancel: CancelPolicy = field(default_factory=CancelPolicy)
    pause: PausePolicy = field(default_factory=PausePolicy)

    @classmethod
    def read(cls, body: Mapping[str, object]) -> Self:
        return cls(
            access=AccessPolicy.read(body.get("access")),
            cancel=CancelPolicy.read(body.get("cancel")),
            pause=PausePolicy.read(body.get("pause")),
        )


DEFAULT = Configuration()


def _flag(value: object, default: bool) -> bool:
    return value if isinstance(value, bool) else default


def _within(value: object, least: int, most: int, default: int) -> int:
    return value if type(value) is int and least <= value <= most else default
