"""When people are told of what is ahead: the rules of networks and laws, as data with their source.

Days are calendar days in UTC, as dates in mails are. These rules hold for everybody, wherever they
live: the strictest of them satisfies the others too. What one mail can't satisfy together with the
others goes only to where it is the law (`places.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from portal_app.catalog.models import Interval


class Ahead(StrEnum):
    """What lies ahead."""

    RENEWAL = "renewal"
    TRIAL_END = "trial_end"
    PRICE_CHANGE = "price_change"
    RESUME = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRule:
    """A notice is due between *most* and *least* days before; for a cycle or trial *longer_than*.

    Without *most* it may come as early as one likes.
    """

    name: str
    about: Ahead
    least: int
    most: int | None = None
    longer_than: timedelta = timedelta(0)
    source: str


# As found on 27 November 2026 (research/peers.md §1g).
RULES: Final = (
    WindowRule(
        name="Mastercard: billed every six months or less often",
        about=Ahead.RENEWAL,
        least=7,
        most=30,
        longer_than=timedelta(days=180),
        source="support.stripe.com/questions/"
        "guidance-for-mastercard-recurring-billing-compliance-updates",
    ),
    WindowRule(
        name="California: terms of a year or more",
        about=Ahead.RENEWAL,
        least=15,
        most=45,
        longer_than=timedelta(days=364),
        source="California Business and Professions Code §17602(b), as of AB 2863",
    ),
    WindowRule(
        name="Visa: end of a trial",
        about=Ahead.TRIAL_END,
        least=7,
        source="Visa rules for trials and introductory offers (paysafe, payvision, qualpay)",
    ),
    WindowRule(
        name="Mastercard: trials of more than seven days",
        about=Ahead.TRIAL_END,
        least=3,
        most=7,
        longer_than=timedelta(days=7),
        source="support.stripe.com/questions/"
        "guidance-for-mastercard-recurring-billing-compliance-updates",
    ),
    WindowRule(
        name="California: trials of more than 31 days",
        about=Ahead.TRIAL_END,
        least=3,
        most=21,
        longer_than=timedelta(days=31),
        source="California Business and Professions Code §17602(b), as of AB 2863",
    ),
    WindowRule(
        name="Visa: change of price",
        about=Ahead.PRICE_CHANGE,
        least=7,
        source="Visa rules for trials and introductory offers (paysafe, payvision, qualpay)",
    ),
    WindowRule(
        name="California: change of a fee",
        about=Ahead.PRICE_CHANGE,
        least=7,
        most=30,
        source="California Business and Professions Code §17602(c), as of AB 2863",
    ),
)
# Where no rule says how early.
USUAL_DAYS: Final = {
    Ahead.RENEWAL: 7,
    Ahead.TRIAL_END: 7,
    Ahead.PRICE_CHANGE: 30,
    Ahead.RESUME: 7,
}
# Nothing is told earlier than this, so that a look reads no more than it has to.
LONGEST: Final = timedelta(days=31)
# From here on reminders of a renewal are sent without being asked for.
LONG_CYCLE_MONTHS: Final = 6
_DAYS: Final = {Interval.DAY: 1, Interval.WEEK: 7, Interval.MONTH: 30.5, Interval.YEAR: 365}
_FEW_DAYS: Final = 14


def applying(about: Ahead, length: timedelta) -> list[WindowRule]:
    """The rules for a cycle or trial of this *length*."""
    return [rule for rule in RULES if rule.about is about and length > rule.longer_than]


def days_ahead(about: Ahead, length: timedelta) -> int:
    """How many days before it is told: as early as every rule lets us."""
    rules = applying(about, length)
    most = min((rule.most for rule in rules if rule.most is not None), default=USUAL_DAYS[about])
    days = max([most, *(rule.least for rule in rules)])
    # A week ahead of what comes every week would be the last one's day.
    short = about is Ahead.RENEWAL and length <= timedelta(days=_FEW_DAYS)
    return min(days, int(length / timedelta(days=1)) // 3) if short else days


def opens_at(about: Ahead, at: datetime, length: timedelta) -> datetime:
    """The beginning of the day on which what happens *at* a moment may be told."""
    day = at.astimezone(UTC).date() - timedelta(days=days_ahead(about, length))
    return datetime.combine(day, time.min, UTC)


def cycle_length(interval: Interval | None, count: int) -> timedelta:
    """About how long a billing cycle is; zero for what is paid once."""
    return timedelta(0) if interval is None else timedelta(days=_DAYS[interval] * count)


def is_long(interval: Interval | None, count: int) -> bool:
    """Whether a cycle has six months or more."""
    months = {Interval.YEAR: 12 * count, Interval.MONTH: count}
    if interval in months:
        return months[interval] >= LONG_CYCLE_MONTHS
    return cycle_length(interval, count) > timedelta(days=180)
