"""When charges come, and how much they will be as far as that is known."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from portal_app.catalog.models import Interval
from portal_app.kit.money import Money
from portal_app.memberships.rules.standing import (
    StripeFacts,
    ends_at,
    is_canceling,
    is_paused,
    renewal_date,
)

# No period of an interval has more days, so that counting by them never counts too far.
_LONGEST: Final = {Interval.DAY: 1, Interval.WEEK: 7, Interval.MONTH: 31, Interval.YEAR: 366}
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """Billing every *count* intervals, counted from *anchor*; *amount* is what a period costs."""

    anchor: datetime
    interval: Interval
    count: int
    amount: Money

    def due_after(self, moment: datetime) -> Iterator[datetime]:
        """Every renewal later than *moment*, without end."""
        days = self.count * _LONGEST[self.interval]
        first = max((moment - self.anchor).days // days, 0)
        for n in count(first):
            due = nth_period_end(self.anchor, self.interval, self.count, n)
            if due > moment:
                yield due


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One that is to come, as estimated: before taxes, discounts and credit."""

    at: datetime
    amount: Money


def first_charge_at(facts: StripeFacts, cycle: Cycle) -> datetime | None:
    """When it is charged next: the renewal, or what follows on a pause whose end is known.

    Stripe's own pause ends with a charge and a new anchor. When only collection was paused, the
    periods went on, and the next one that begins is charged.
    """
    due = renewal_date(facts)
    if due is not None or not (is_paused(facts) or facts.pauses_at):
        return due
    resumes, end = facts.resumes_at, ends_at(facts)
    if resumes is None:
        return None
    by_itself = not facts.pause_behavior
    due = resumes if by_itself else next(cycle.due_after(resumes - _INSTANT))
    return due if end is None or due < end else None


def previewed_at(facts: StripeFacts) -> datetime | None:
    """What the charge that is previewed is told apart by: the renewal, or the pause that it ends.

    Of what Stripe has paused, the preview is of resuming: now, as much as on the day.
    """
    if facts.stripe_status == "paused" and not is_canceling(facts):
        return facts.resumes_at or facts.paused_at
    return renewal_date(facts)


def is_final(facts: StripeFacts, cycle: Cycle, at: datetime) -> bool:
    """Whether nothing is charged any more after *at*, because it ends before."""
    end = ends_at(facts)
    return end is not None and next(cycle.due_after(at)) >= end


def charges_until(
    horizon: datetime,
    *,
    first_at: datetime,
    cycle: Cycle,
    ends_at: datetime | None = None,
    change: tuple[datetime, Cycle] | None = None,
) -> Iterator[Charge]:
    """The charges from *first_at* on, not after *horizon*, and before it ends.

    *change* is another cycle from a moment on. One with the same rhythm keeps the anchor; another
    rhythm begins anew with a charge at that moment, as Stripe's schedules do
    (docs.stripe.com/billing/subscriptions/subscription-schedules).
    """
    changes_at, later = change or (horizon, cycle)
    dates = _dates(first_at, cycle, changes_at, later)
    for at in dates:
        if at > horizon or (ends_at is not None and at >= ends_at):
            return
        yield Charge(at=at, amount=(later if at >= changes_at else cycle).amount)


def _dates(
    first_at: datetime, cycle: Cycle, changes_at: datetime, later: Cycle
) -> Iterator[datetime]:
    same_rhythm = (cycle.interval, cycle.count) == (later.interval, later.count)
    if first_at < changes_at or same_rhythm:
        yield first_at
        for due in cycle.due_after(first_at):
            if due >= changes_at and not same_rhythm:
                break
            yield due
    yield changes_at
    yield from later.due_after(changes_at)


def nth_period_end(anchor: datetime, interval: Interval, count: int, n: int) -> datetime:
    """End of the *n*-th period of *count* intervals, counted from the *anchor* itself.

    Months are added to the anchor and never to the end before, so that a short month does not
    move all later ones: 31 Jan → 28 Feb → 31 Mar
    (docs.stripe.com/billing/subscriptions/billing-cycle).
    """
    steps = count * n
    if interval is Interval.DAY:
        return anchor + timedelta(days=steps)
    if interval is Interval.WEEK:
        return anchor + timedelta(weeks=steps)
    months = steps * (12 if interval is Interval.YEAR else 1)
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    day = min(anchor.day, monthrange(year, month + 1)[1])
    return anchor.replace(year=year, month=month + 1, day=day)
