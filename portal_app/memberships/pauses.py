"""Pure: what pausing a membership would do now, for how long, and why it can't be paused."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Final

from portal_app.catalog.configuration import PausePolicy
from portal_app.catalog.models import Interval
from portal_app.memberships.models import Membership
from portal_app.memberships.rules import (
    NEEDS_ATTENTION,
    OVER,
    Cycle,
    MembershipStatus,
    StripeFacts,
    is_canceling,
    is_paused,
    nth_period_end,
    status_of,
)

# What pauses count for the limit.
A_YEAR: Final = timedelta(days=365)


class PauseKind(StrEnum):
    """SUBSCRIPTION is Stripe's own pause: the service stops, and resuming begins a new period.

    COLLECTION voids the invoices of periods that go on; the next one after it is charged.
    """

    SUBSCRIPTION = "subscription"
    COLLECTION = "collection"


class Obstacle(StrEnum):
    """Why a membership can't be paused now; the first that holds is said."""

    OVER = "over"
    NOTHING_RENEWS = "nothing_renews"
    UNPAID = "unpaid"
    ENDING = "ending"
    PAUSED = "paused"
    TRIAL = "trial"
    OFF = "off"
    CHANGING = "changing"
    RENEWING = "renewing"
    TOO_OFTEN = "too_often"
    TOO_LONG = "too_long"


# What no customer can do anything about, and no time mends.
FOR_EVER: Final = frozenset({Obstacle.OVER, Obstacle.NOTHING_RENEWS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What of a subscription, beside Stripe's dates, decides how it can pause.

    *flexible* is Stripe's billing mode, *automatic* that a payment method is charged, *changes*
    that another plan is arranged already.
    """

    flexible: bool
    automatic: bool
    changes: bool

    @classmethod
    def of(cls, membership: Membership) -> Terms:
        return cls(
            flexible=membership.flexible_billing,
            automatic=membership.collection_method == "charge_automatically",
            changes=bool(membership.scheduled_change),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseChoice:
    """So many months; *resumes_at* is when it is charged again."""

    months: int
    resumes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePlan:
    """*starts_at* is the end of what is paid for. With an *obstacle* there are no *choices*.

    *again_at* is when one more pause is allowed, where that is the obstacle.
    """

    kind: PauseKind
    starts_at: datetime | None = None
    choices: tuple[PauseChoice, ...] = ()
    obstacle: Obstacle | None = None
    again_at: datetime | None = None

    @property
    def is_possible(self) -> bool:
        return self.obstacle is None

    @property
    def told(self) -> str:
        """What the page says that happens, to be sent back with the customer's choice."""
        return f"{self.kind} {self.starts_at.isoformat()}" if self.starts_at else ""

    def choice(self, months: object) -> PauseChoice | None:
        return next((one for one in self.choices if one.months == months), None)


def can_pause(
    facts: StripeFacts,
    terms: Terms,
    policy: PausePolicy,
    *,
    cycle: Cycle | None,
    taken: Sequence[datetime],
    now: datetime,
) -> bool:
    """Whether `plan_pause` finds a way."""
    return plan_pause(facts, terms, policy, cycle=cycle, taken=taken, now=now).is_possible


def plan_pause(
    facts: StripeFacts,
    terms: Terms,
    policy: PausePolicy,
    *,
    cycle: Cycle | None,
    taken: Sequence[datetime],
    now: datetime,
) -> PausePlan:
    """What pausing at *now* (business time) does under the company's policy.

    *taken* is when the pauses were asked for that count, the oldest first.
    """
    kind, starts_at = kind_of(terms, policy), facts.current_period_end
    found = obstacle_of(facts, terms, policy, now)
    if found is not None or cycle is None or starts_at is None:
        return PausePlan(kind=kind, obstacle=found or Obstacle.NOTHING_RENEWS)
    if len(taken) >= policy.per_year:
        again_at = taken[-policy.per_year] + A_YEAR
        return PausePlan(kind=kind, obstacle=Obstacle.TOO_OFTEN, again_at=again_at)
    choices = tuple(_choices(kind, starts_at, cycle, policy.longest_months))
    if not choices:
        return PausePlan(kind=kind, obstacle=Obstacle.TOO_LONG)
    return PausePlan(kind=kind, starts_at=starts_at, choices=choices)


def kind_of(terms: Terms, policy: PausePolicy) -> PauseKind:
    """Stripe's own pause needs flexible billing that is charged automatically.

    Source: docs.stripe.com/billing/subscriptions/pause/schedules, Before you begin.
    """
    by_itself = terms.flexible and terms.automatic and not policy.keeps_access
    return PauseKind.SUBSCRIPTION if by_itself else PauseKind.COLLECTION


def obstacle_of(
    facts: StripeFacts, terms: Terms, policy: PausePolicy, now: datetime
) -> Obstacle | None:
    """What stands in the way whatever the length."""
    status, end = status_of(facts), facts.current_period_end
    found = {
        Obstacle.OVER: status in OVER,
        Obstacle.NOTHING_RENEWS: not facts.recurring,
        Obstacle.UNPAID: status in NEEDS_ATTENTION,
        Obstacle.ENDING: is_canceling(facts),
        Obstacle.PAUSED: is_paused(facts) or facts.pauses_at is not None,
        Obstacle.TRIAL: status is MembershipStatus.TRIALING,
        Obstacle.OFF: not (policy.offered and policy.per_year),
        Obstacle.CHANGING: terms.changes,
        # Its renewal is being charged this very moment.
        Obstacle.RENEWING: end is None or end <= now,
    }
    return next((obstacle for obstacle, holds in found.items() if holds), None)


def _choices(
    kind: PauseKind, starts_at: datetime, cycle: Cycle, longest: int
) -> Iterator[PauseChoice]:
    """By whole months, and by whole periods where these go on: half of one can't be voided."""
    last = starts_at
    for months in range(1, longest + 1):
        resumes_at = _months_after(starts_at, months, cycle)
        if kind is PauseKind.COLLECTION:
            dues = takewhile(lambda due, end=resumes_at: due <= end, cycle.due_after(starts_at))  # type: ignore[misc]
            resumes_at = max(dues, default=last)
        if resumes_at > last:
            yield PauseChoice(months=months, resumes_at=resumes_at)
            last = resumes_at


def _months_after(starts_at: datetime, months: int, cycle: Cycle) -> datetime:
    """On the day of the month on which it is billed, which February may have cut short."""
    if cycle.interval not in {Interval.MONTH, Interval.YEAR}:
        return nth_period_end(starts_at, Interval.MONTH, 1, months)
    first = nth_period_end(starts_at.replace(day=1), Interval.MONTH, 1, months)
    day = min(cycle.anchor.day, monthrange(first.year, first.month)[1])
    return first.replace(day=day)
