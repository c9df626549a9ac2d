"""Notices that the law of one place asks for, as data with source and date.

They go only to whom lives there, by the billing address at Stripe; whose address is unknown gets
none of them. What holds everywhere is in `windows.py`.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

# A yearly notice that is later than that is left to the next year.
LATEST: Final = timedelta(days=60)
_LEAP_DAY: Final = (2, 29)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country (ISO 3166), or *regions* of it as addresses write them."""

    country: str
    regions: frozenset[str] = frozenset()

    def holds(self, address: Mapping[str, object]) -> bool:
        """Whether an address with Stripe's keys is there."""
        if str(address.get("country") or "").upper() != self.country:
            return False
        region = str(address.get("state") or "").strip().casefold()
        return not self.regions or region in {one.casefold() for one in self.regions}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRule:
    """*least* and *most* are days before a renewal; a yearly notice has neither.

    It is for billing cycles that are *longer_than* that. *as_of* is when somebody last looked
    whether it still says so.
    """

    name: str
    place: Place
    source: str
    as_of: date
    least: int = 0
    most: int = 0
    longer_than: timedelta = timedelta(0)


_LOOKED: Final = date(2026, 11, 27)
# What renews, at which price, how often, and how to cancel: once a year.
YEARLY: Final = (
    PlaceRule(
        name="California: once a year",
        place=Place(country="US", regions=frozenset({"CA", "California"})),
        source="California Business and Professions Code §17602(b)(3), as of AB 2863",
        as_of=_LOOKED,
    ),
)
# That a contract will renew by itself, and until when that can be refused.
TACIT_RENEWAL: Final = (
    PlaceRule(
        name="France: between three months and one month before a term that renews by itself",
        place=Place(country="FR"),
        source="Code de la consommation L.215-1",
        as_of=_LOOKED,
        least=31,
        most=89,
        # A shorter term has no day that is early enough.
        longer_than=timedelta(days=100),
    ),
)
# The longest that any of them looks ahead.
FAR_AHEAD: Final = timedelta(days=max(rule.most for rule in TACIT_RENEWAL) + 1)


def rule_for(
    rules: tuple[PlaceRule, ...], address: Mapping[str, object], cycle: timedelta
) -> PlaceRule | None:
    """The first of *rules* that holds for somebody with this address and billing cycle."""
    return next(
        (one for one in rules if one.place.holds(address) and cycle > one.longer_than), None
    )


def anniversary(since: datetime, now: datetime) -> datetime | None:
    """The beginning of the newest day on which a year since *since* was full; None before one."""
    began, today = since.astimezone(UTC).date(), now.astimezone(UTC).date()
    years = today.year - began.year
    if _day(began, today.year) > today:
        years -= 1
    if years < 1:
        return None
    return datetime.combine(_day(began, began.year + years), time.min, UTC)


def _day(began: date, year: int) -> date:
    """The 29 February of a year that has none is its 28th."""
    leap = (began.month, began.day) == _LEAP_DAY and not isleap(year)
    return date(year, 2, 28) if leap else began.replace(year=year)


def opens_at(rule: PlaceRule, due: datetime) -> datetime:
    """The beginning of the first day on which a renewal that is *due* may be announced."""
    day = due.astimezone(UTC).date() - timedelta(days=rule.most)
    return datetime.combine(day, time.min, UTC)


def closes_at(rule: PlaceRule, due: datetime) -> datetime:
    """The end of the last day on which it may."""
    day = due.astimezone(UTC).date() - timedelta(days=rule.least - 1)
    return datetime.combine(day, time.min, UTC)
