"""Pure: which plans a membership may change to, when each would begin, and why it can't."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Final

from portal_app.catalog.configuration import PlanChangePolicy
from portal_app.catalog.models import Interval, Plan, Product
from portal_app.kit.money import Money
from portal_app.memberships.models import Membership
from portal_app.memberships.rules import (
    NEEDS_ATTENTION,
    OVER,
    MembershipStatus,
    StripeFacts,
    is_canceling,
    is_paused,
    status_of,
)

# A month and a year in days, on average: to compare prices, never to charge them.
_DAYS: Final = {
    Interval.DAY: Fraction(1),
    Interval.WEEK: Fraction(7),
    Interval.MONTH: Fraction(1461, 48),
    Interval.YEAR: Fraction(1461, 4),
}
MONTH: Final = _DAYS[Interval.MONTH]


class ChangeTiming(StrEnum):
    """NOW charges the difference at once; IN_TRIAL and AT_RENEWAL charge nothing today."""

    NOW = "now"
    IN_TRIAL = "in_trial"
    AT_RENEWAL = "at_renewal"


class Hindrance(StrEnum):
    """Why nothing about the plan can be changed now; the pages have a sentence for each."""

    OVER = "over"
    BOUGHT = "bought"
    UNPAID = "unpaid"
    ENDING = "ending"
    PAUSED = "paused"
    TRIAL = "trial"
    INVOICED = "invoiced"
    SEVERAL = "several"
    UNFINISHED = "unfinished"
    SCHEDULED = "scheduled"


def hindrance_of(membership: Membership, policy: PlanChangePolicy) -> Hindrance | None:
    """The first of all that stand in the way; None when it can be changed."""
    facts = StripeFacts.of(membership)
    status = status_of(facts)
    found = {
        Hindrance.OVER: status in OVER,
        Hindrance.BOUGHT: not facts.recurring,
        Hindrance.UNPAID: status in NEEDS_ATTENTION,
        Hindrance.ENDING: is_canceling(facts),
        Hindrance.PAUSED: is_paused(facts) or facts.pauses_at is not None,
        Hindrance.TRIAL: status is MembershipStatus.TRIALING and not policy.in_trial,
        Hindrance.INVOICED: membership.collection_method != "charge_automatically",
        Hindrance.SEVERAL: bool(membership.extra_items),
        Hindrance.UNFINISHED: waits_for_payment(membership),
        Hindrance.SCHEDULED: bool(membership.scheduled_change),
    }
    return next((one for one, stands in found.items() if stands), None)


def takes_promotions(membership: Membership) -> bool:
    """Whether a promotion code could be used: a regular charge is to come, and nothing else waits.

    A change that is arranged has its discounts written down already.
    """
    anybody = PlanChangePolicy()
    return hindrance_of(membership, anybody) in {None, Hindrance.INVOICED}


def waits_for_payment(membership: Membership) -> bool:
    """Whether a change of plan stands at the provider that holds only once its invoice is paid."""
    return "expires_at" in membership.scheduled_change


def targets_of(
    current: Plan, on_sale: Iterable[tuple[Plan, Product]], policy: PlanChangePolicy
) -> list[tuple[Plan, Product]]:
    """Those of the plans *on_sale* that *current* may change to, the cheapest first."""
    allowed = [
        (plan, product)
        for plan, product in on_sale
        if plan.id != current.id and plan.currency == current.currency and plan.active
        # Nothing that is archived or paid once, whatever a list says.
        if product.active and plan.interval is not None and plan.amount_minor > 0
        if _is_named(plan, policy) or (policy.targets is None and is_sibling(plan, current))
    ]
    return sorted(allowed, key=lambda one: (rate_of(one[0]), one[0].amount_minor, one[0].id))


def _is_named(plan: Plan, policy: PlanChangePolicy) -> bool:
    named = policy.targets or ()
    return plan.id in named or plan.stripe_price_id in named


def is_sibling(plan: Plan, current: Plan) -> bool:
    return plan.product_id == current.product_id


def cheaper_plans(current: Plan, targets: Sequence[tuple[Plan, Product]]) -> list[Plan]:
    """Of what it may change to, what costs less a day and binds no longer, the cheapest first."""
    return [
        plan
        for plan, _product in targets
        if rate_of(plan) < rate_of(current) and length_of(plan) <= length_of(current)
    ]


def length_of(plan: Plan) -> Fraction:
    """Of one period, in days on average."""
    if plan.interval is None:
        raise ValueError("a plan that is paid once has no period")
    return _DAYS[plan.interval] * plan.interval_count


def rate_of(plan: Plan) -> Fraction:
    """What one unit costs a day, in minor units: only to compare plans by."""
    return plan.amount_minor / length_of(plan)


def per_month(plan: Plan, quantity: int) -> Money:
    """What *quantity* units come to in a month on average, rounded to the minor unit."""
    return Money(round(rate_of(plan) * quantity * MONTH), plan.currency)


def timing_of(
    membership: Membership,
    current: Plan,
    plan: Plan,
    quantity: int,
    policy: PlanChangePolicy,
    *,
    by_debit: bool,
) -> ChangeTiming:
    """When a change to *plan* begins.

    What costs less a period, or has shorter ones, waits for the renewal, as the conditions of
    Stripe's own portal have it (docs.stripe.com/api/customer_portal/configurations,
    `schedule_at_period_end.conditions`). So does everything that is paid *by_debit*: Stripe can't
    make a change wait for a payment that takes days (docs.stripe.com/billing/subscriptions/
    pending-updates).
    """
    if status_of(StripeFacts.of(membership)) is MembershipStatus.TRIALING:
        return ChangeTiming.IN_TRIAL
    before, after = length_of(current), length_of(plan)
    paid = membership.price_minor * membership.quantity
    less = after < before or (after == before and plan.amount_minor * quantity < paid)
    if by_debit or (less and not policy.downgrade_at_once):
        return ChangeTiming.AT_RENEWAL
    return ChangeTiming.NOW


def quantities_of(membership: Membership, policy: PlanChangePolicy) -> tuple[int, int]:
    """The least and the most units that may be had; what is had already always may be."""
    if not policy.offers_quantity:
        return membership.quantity, membership.quantity
    return min(policy.least, membership.quantity), max(policy.most, membership.quantity)
