"""How a membership stands, decided from Stripe's facts: its status, access and dates.

Nothing here is stored (design.md §4): a status that is derived can't disagree with its facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from portal_app.catalog.configuration import AccessPolicy
from portal_app.memberships.models import Membership, MembershipSource


class MembershipStatus(StrEnum):
    """The statuses that a membership can have towards people and the API (whop-api §1.1)."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    UNRESOLVED = "unresolved"
    DRAFTED = "drafted"


_BY_STRIPE: Final = {
    "trialing": MembershipStatus.TRIALING,
    "active": MembershipStatus.ACTIVE,
    "past_due": MembershipStatus.PAST_DUE,
    "incomplete": MembershipStatus.DRAFTED,
    "incomplete_expired": MembershipStatus.EXPIRED,
    "unpaid": MembershipStatus.UNRESOLVED,
    "paused": MembershipStatus.ACTIVE,
    "canceled": MembershipStatus.CANCELED,
}
OVER: Final = frozenset({MembershipStatus.CANCELED, MembershipStatus.EXPIRED})
# What a customer has to do something about, the most urgent first.
NEEDS_ATTENTION: Final = (
    MembershipStatus.PAST_DUE,
    MembershipStatus.UNRESOLVED,
    MembershipStatus.DRAFTED,
)
TELL_AHEAD: Final = timedelta(days=45)
# A pause at the end of a period comes so long before the renewal (service/resting.py).
PAUSES_EARLY: Final = timedelta(minutes=1)
RENEWING: Final = frozenset(
    {MembershipStatus.TRIALING, MembershipStatus.ACTIVE, MembershipStatus.PAST_DUE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeFacts:
    """What Stripe says about a membership, as stored; all times aware UTC.

    `next_payment_attempt_at` stands on the open invoice, not on the subscription, and is given
    only where that invoice was read too.
    """

    source: MembershipSource
    stripe_status: str
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    trial_end_at: datetime | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    billing_anchor_at: datetime | None
    paused_at: datetime | None
    pause_behavior: str
    resumes_at: datetime | None
    started_at: datetime
    pauses_at: datetime | None = None
    next_payment_attempt_at: datetime | None = None

    @classmethod
    def of(cls, membership: Membership, next_payment_attempt_at: datetime | None = None) -> Self:
        return cls(
            source=membership.source,
            stripe_status=membership.stripe_status,
            cancel_at_period_end=membership.cancel_at_period_end,
            cancel_at=membership.cancel_at,
            canceled_at=membership.canceled_at,
            ended_at=membership.ended_at,
            trial_end_at=membership.trial_end_at,
            current_period_start=membership.current_period_start,
            current_period_end=membership.current_period_end,
            billing_anchor_at=membership.billing_anchor_at,
            paused_at=membership.paused_at,
            pause_behavior=membership.pause_behavior,
            resumes_at=membership.resumes_at,
            started_at=membership.started_at,
            pauses_at=membership.pauses_at,
            next_payment_attempt_at=next_payment_attempt_at,
        )

    @property
    def recurring(self) -> bool:
        return self.source is MembershipSource.SUBSCRIPTION


def status_of(facts: StripeFacts) -> MembershipStatus:
    """Derive the status; one of Stripe's that is unknown to us is `unresolved`, without access."""
    if facts.recurring:
        return _BY_STRIPE.get(facts.stripe_status, MembershipStatus.UNRESOLVED)
    if facts.ended_at is None:
        return MembershipStatus.COMPLETED
    return MembershipStatus.CANCELED if facts.canceled_at else MembershipStatus.EXPIRED


def is_paused(facts: StripeFacts) -> bool:
    """Whether nothing is charged until it resumes: Stripe's own pause, or paused collection."""
    running = status_of(facts) in {MembershipStatus.ACTIVE, MembershipStatus.TRIALING}
    return running and (facts.stripe_status == "paused" or bool(facts.pause_behavior))


def pauses_from(facts: StripeFacts) -> datetime | None:
    """From when on nothing is charged, ahead or past; None where no pause is arranged.

    Stripe pauses a subscription when it says. Where only its collection is paused, the period that
    was paid for runs out first.
    """
    if facts.stripe_status == "paused":
        return _at_the_end(facts, facts.paused_at)
    if not is_paused(facts):
        return _at_the_end(facts, facts.pauses_at) if status_of(facts) not in OVER else None
    asked, start = facts.paused_at, facts.current_period_start
    within = asked is not None and start is not None and start <= asked
    return facts.current_period_end if within else asked


def _at_the_end(facts: StripeFacts, moment: datetime | None) -> datetime | None:
    """A pause just before the end of the period is one at its end."""
    end = facts.current_period_end
    if moment is None or end is None or not timedelta(0) <= end - moment <= PAUSES_EARLY:
        return moment
    return end


def pauses_within_period(facts: StripeFacts) -> bool:
    """Whether Stripe's own pause has cut a period short that was charged for, and not a trial."""
    paused, end, trial = pauses_from(facts), facts.current_period_end, facts.trial_end_at
    if facts.stripe_status != "paused" or paused is None or end is None:
        return False
    return paused < end and not (trial is not None and paused <= trial)


def is_resting(facts: StripeFacts, now: datetime) -> bool:
    """Whether it is paused and what was paid for has run out."""
    if facts.stripe_status == "paused":
        return True
    begins = pauses_from(facts)
    return is_paused(facts) and (begins is None or begins <= now)


def ends_at(facts: StripeFacts) -> datetime | None:
    """When it ended, or will end by an arranged cancellation; None when it goes on."""
    if status_of(facts) in OVER:
        return facts.ended_at or facts.canceled_at
    if facts.cancel_at is not None:
        return facts.cancel_at
    if not facts.cancel_at_period_end:
        return None
    return facts.current_period_end or facts.trial_end_at


def is_canceling(facts: StripeFacts) -> bool:
    return status_of(facts) not in OVER and ends_at(facts) is not None


def renewal_date(facts: StripeFacts) -> datetime | None:
    """When the next regular charge is due; None when none will come as things stand.

    An arranged end or pause leaves the charges that are due before it (it may be far away).
    """
    if not facts.recurring or is_paused(facts):
        return None
    due = _period_end(facts)
    stops = (ends_at(facts), facts.pauses_at)
    return due if due is not None and all(stop is None or due < stop for stop in stops) else None


def _period_end(facts: StripeFacts) -> datetime | None:
    status = status_of(facts)
    if status is MembershipStatus.TRIALING:
        return facts.trial_end_at or facts.current_period_end
    return facts.current_period_end if status in RENEWING else None


def may_be_told_of(charge_at: datetime, *, expired: bool, now: datetime) -> bool:
    """Whether it is time to tell that a card will have expired at its next charge.

    From 45 days before the charge, as mails long before are forgotten; and at once when the card
    has expired already, as a year's renewal may be far away.
    """
    return expired or charge_at <= now + TELL_AHEAD


def most_recent_action(facts: StripeFacts) -> tuple[str | None, datetime | None]:
    """Whop's `most_recent_action` and its time (whop-api §1.1): past for what happened, else ahead.

    A failed payment comes before everything else, an arranged end before a pause, as the one
    that the customer would want to be told first.
    """
    status = status_of(facts)
    if status in OVER:
        return "canceled_on", ends_at(facts)
    if status is MembershipStatus.UNRESOLVED:
        return "unresolved_at", facts.current_period_start
    if status is MembershipStatus.PAST_DUE:
        return _dunning_action(facts)
    if is_canceling(facts):
        return _end_action(status), ends_at(facts)
    return _running_action(facts, status)


def _dunning_action(facts: StripeFacts) -> tuple[str, datetime | None]:
    if facts.next_payment_attempt_at is not None:
        return "next_payment_attempt", facts.next_payment_attempt_at
    return "past_due", facts.current_period_start


def _running_action(
    facts: StripeFacts, status: MembershipStatus
) -> tuple[str | None, datetime | None]:
    if is_paused(facts):
        return "paused_at", facts.paused_at
    if facts.pauses_at is not None:
        return "paused_at", facts.pauses_at
    if status is MembershipStatus.TRIALING:
        return "trial_ends_at", renewal_date(facts)
    if status is MembershipStatus.ACTIVE:
        return "renewing_on", renewal_date(facts)
    return None, None


def _end_action(status: MembershipStatus) -> str:
    if status is MembershipStatus.TRIALING:
        return "trial_canceling_on"
    return "ending_on" if status is MembershipStatus.COMPLETED else "canceling_on"


def grants_access(facts: StripeFacts, policy: AccessPolicy, now: datetime) -> bool:
    """Whether the holder may use the product at *now* (business time) under the company's policy.

    An arranged end that has passed counts although Stripe's event may still be on its way.
    A failed renewal counts from the start of the period that was not paid. Stripe's own pause stops
    the service; where only collection is paused, it goes on as far as the company likes.
    """
    status, end = status_of(facts), ends_at(facts)
    if status in OVER | {MembershipStatus.DRAFTED, MembershipStatus.UNRESOLVED}:
        return False
    if end is not None and end <= now:
        return False
    if status is MembershipStatus.PAST_DUE:
        grace_end = access_while_past_due_until(facts, policy)
        return policy.while_past_due and (grace_end is None or now < grace_end)
    if facts.stripe_status == "paused":
        return False
    return policy.while_paused or not is_resting(facts, now)


def access_while_past_due_until(facts: StripeFacts, policy: AccessPolicy) -> datetime | None:
    """When access stops for want of payment; None when no day is set."""
    if policy.grace_days is None or facts.current_period_start is None:
        return None
    return facts.current_period_start + timedelta(days=policy.grace_days)


def is_current(facts: StripeFacts, now: datetime) -> bool:
    """Still usable or in need of attention: the list on top of the orders page, else “past”."""
    end = ends_at(facts)
    return status_of(facts) not in OVER and (end is None or end > now)
