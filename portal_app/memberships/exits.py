"""Pure: what cancelling a membership would do now, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from portal_app.catalog.configuration import CancelPolicy
from portal_app.memberships.rules import (
    NEEDS_ATTENTION,
    OVER,
    MembershipStatus,
    StripeFacts,
    ends_at,
    is_canceling,
    status_of,
)


class ExitKind(StrEnum):
    """AT_PERIOD_END and AT_TRIAL_END keep what was paid for or promised; NOW and UNPAID don't.

    The others are no exits: nothing renews (a purchase), its end is arranged, or it is over.
    """

    AT_PERIOD_END = "at_period_end"
    AT_TRIAL_END = "at_trial_end"
    NOW = "now"
    UNPAID = "unpaid"
    NOTHING_RENEWS = "nothing_renews"
    ARRANGED = "arranged"
    OVER = "over"


# What can be cancelled, and what of it ends right away.
EXITS: Final = frozenset(
    {ExitKind.AT_PERIOD_END, ExitKind.AT_TRIAL_END, ExitKind.NOW, ExitKind.UNPAID}
)
AT_ONCE: Final = frozenset({ExitKind.NOW, ExitKind.UNPAID})
# Where a cancellation came from that somebody declared without signing in.
STATUTORY: Final = "statutory"
# Stripe's words for a period that was begun and not paid.
UNPAID: Final = frozenset({"past_due", "unpaid", "incomplete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """*takes_effect_at* is when access ends by it: the past of what is over, None where nothing."""

    kind: ExitKind
    takes_effect_at: datetime | None

    @property
    def is_possible(self) -> bool:
        return self.kind in EXITS


def plan_exit(facts: StripeFacts, policy: CancelPolicy, now: datetime) -> Exit:
    """What cancelling at *now* (business time) does under the company's policy.

    A period that was not paid is not kept: it ends at once, so that collection stops with it. One
    that is paused at Stripe has no paid period running.
    """
    kind = _kind(facts, policy)
    if kind in AT_ONCE:
        return Exit(kind=kind, takes_effect_at=now)
    if kind is ExitKind.AT_TRIAL_END:
        return Exit(kind=kind, takes_effect_at=facts.trial_end_at or facts.current_period_end)
    if kind is ExitKind.AT_PERIOD_END:
        return Exit(kind=kind, takes_effect_at=facts.current_period_end)
    return Exit(kind=kind, takes_effect_at=ends_at(facts))


def _kind(facts: StripeFacts, policy: CancelPolicy) -> ExitKind:
    status = status_of(facts)
    if status in OVER:
        return ExitKind.OVER
    if not facts.recurring:
        return ExitKind.NOTHING_RENEWS
    if status in NEEDS_ATTENTION:
        return ExitKind.UNPAID
    if is_canceling(facts):
        return ExitKind.ARRANGED
    if policy.at_once or facts.stripe_status == "paused":
        return ExitKind.NOW
    trial = status is MembershipStatus.TRIALING
    return ExitKind.AT_TRIAL_END if trial else ExitKind.AT_PERIOD_END


def plan_exit_by_company(facts: StripeFacts, *, at_once: bool, now: datetime) -> Exit:
    """The same for whoever sells it, who may also cut an arranged end short."""
    found = plan_exit(facts, CancelPolicy(at_once=at_once), now)
    if at_once and found.kind is ExitKind.ARRANGED:
        return Exit(kind=ExitKind.NOW, takes_effect_at=now)
    return found


def gives_back(kind: ExitKind, policy: CancelPolicy) -> bool:
    """Whether a debit that is on its way goes back when it arrives after the end.

    The policy is about what is overdue. A period that ends although nobody was late is not paid
    for: "nothing more is charged" is what is said of it.
    """
    return kind is ExitKind.NOW or (kind is ExitKind.UNPAID and policy.void_unpaid)


def can_be_undone(facts: StripeFacts) -> bool:
    """Whether an arranged end can be taken back: not one that the seller has set to a date."""
    return facts.recurring and is_canceling(facts) and facts.cancel_at_period_end


class Reason(StrEnum):
    """Why somebody cancels, in Whop's categories (whop-api §1.1), `testing` left out."""

    TOO_EXPENSIVE = "too_expensive"
    UNUSED = "unused"
    MISSING_FEATURES = "missing_features"
    SWITCHING = "switching"
    TECHNICAL_ISSUES = "technical_issues"
    BAD_EXPERIENCE = "bad_experience"
    OTHER = "other"


# Stripe's cancellation_details.feedback
# (docs.stripe.com/api/subscriptions/cancel#cancel_subscription-cancellation_details-feedback).
FEEDBACK: Final = {
    Reason.TOO_EXPENSIVE: "too_expensive",
    Reason.UNUSED: "unused",
    Reason.MISSING_FEATURES: "missing_features",
    Reason.SWITCHING: "switched_service",
    Reason.TECHNICAL_ISSUES: "low_quality",
    Reason.BAD_EXPERIENCE: "customer_service",
    Reason.OTHER: "other",
}
LONGEST_COMMENT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A reason by its category, and the company's own one that it was named by."""

    category: Reason | None = None
    option_id: str = ""
    option_label: str = ""

    @property
    def feedback(self) -> str:
        """Stripe's word; empty for none."""
        return FEEDBACK[self.category] if self.category else ""


def why(policy: CancelPolicy, given: object) -> Why:
    """The reason that somebody named, ours or the company's; nothing for anything else."""
    if not isinstance(given, str):
        return Why()
    for own in policy.reasons:
        if own.id == given:
            category = Reason(own.category) if own.category in set(Reason) else Reason.OTHER
            return Why(category=category, option_id=own.id, option_label=own.label)
    return Why(category=Reason(given)) if given in set(Reason) else Why()


def cleaned(comment: object) -> str:
    """One paragraph of what somebody wrote, as long as Stripe takes it."""
    text = " ".join(comment.split()) if isinstance(comment, str) else ""
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_COMMENT]
