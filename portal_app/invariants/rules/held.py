"""Who holds what, and what it is charged to."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.catalog.models import Plan
from portal_app.customers.models import Customer
from portal_app.invariants.rules.rule import REPORT, SYNC, Condition, Rule
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipSource,
    MembershipSubscription,
)
from portal_app.payment_methods.models import PaymentMethod

RUNNING: Final = ("active", "trialing", "past_due")
_OPEN: Final = col(Member.until_at).is_(None)


def _open_holdings() -> ColumnElement[int]:
    held = select(func.count(col(Member.id))).where(
        col(Member.membership_id) == col(Membership.id), _OPEN
    )
    return held.scalar_subquery()


def _open_subscriptions() -> ColumnElement[int]:
    link = MembershipSubscription
    running = select(func.count(col(link.id))).where(
        col(link.membership_id) == col(Membership.id), col(link.until_at).is_(None)
    )
    return running.scalar_subquery()


def _overlaps() -> Condition:
    other = aliased(Member)
    earlier = and_(
        col(other.membership_id) == col(Member.membership_id),
        col(other.id) != col(Member.id),
        col(other.from_at) <= col(Member.from_at),
        or_(col(other.until_at).is_(None), col(other.until_at) > col(Member.from_at)),
    )
    # Who had it for no time at all had it beside nobody: the demo's clock stands still.
    lasted = or_(col(Member.until_at).is_(None), col(Member.until_at) > col(Member.from_at))
    return or_(
        col(Member.until_at) < col(Member.from_at),
        and_(lasted, select(col(other.id)).where(earlier).exists()),
    )


def _waits_for_its_owner() -> Condition:
    claimed = select(col(Customer.id)).where(
        col(Customer.id) == col(Member.customer_id), col(Customer.person_id).is_not(None)
    )
    return and_(_OPEN, col(Member.person_id).is_(None), claimed.exists())


def _of_another_plan() -> Condition:
    plan = select(col(Plan.id)).where(
        col(Plan.id) == col(Membership.plan_id), col(Plan.product_id) == col(Membership.product_id)
    )
    return ~plan.exists()


def _ended_but_running() -> Condition:
    return and_(
        col(Membership.source) == MembershipSource.SUBSCRIPTION,
        col(Membership.stripe_status).in_(RUNNING),
        col(Membership.ended_at).is_not(None),
    )


def _pays_for_another() -> Condition:
    elsewhere = select(col(PaymentMethod.id)).where(
        col(PaymentMethod.stripe_payment_method_id)
        == col(Membership.stripe_default_payment_method_id),
        col(PaymentMethod.customer_id) != col(Membership.customer_id),
    )
    return elsewhere.exists()


def _default_is_not_attached() -> Condition:
    elsewhere = select(col(PaymentMethod.id)).where(
        col(PaymentMethod.stripe_payment_method_id)
        == col(Customer.stripe_default_payment_method_id),
        or_(
            col(PaymentMethod.customer_id) != col(Customer.id),
            col(PaymentMethod.detached_at).is_not(None),
        ),
    )
    return and_(col(Customer.deleted_at).is_(None), elsewhere.exists())


HELD: Final = (
    Rule(
        "memberships.one_holding",
        "A membership is in exactly one pair of hands.",
        REPORT,
        Membership,
        lambda: _open_holdings() != 1,
    ),
    Rule(
        "memberships.one_subscription",
        "At most one subscription stands behind a membership.",
        REPORT,
        Membership,
        lambda: _open_subscriptions() > 1,
    ),
    Rule(
        "memberships.plan_of_product",
        "A membership's plan belongs to its product.",
        SYNC,
        Membership,
        _of_another_plan,
    ),
    Rule(
        "memberships.not_ended",
        "What runs has not ended.",
        SYNC,
        Membership,
        _ended_but_running,
    ),
    Rule(
        "memberships.own_method",
        "A membership is charged to a method of its own customer.",
        SYNC,
        Membership,
        _pays_for_another,
    ),
    Rule(
        "holdings.in_turn",
        "Holdings of a membership follow one another.",
        REPORT,
        Member,
        _overlaps,
    ),
    Rule(
        "holdings.claimed",
        "What a claimed customer pays for is held by somebody.",
        "run `portal customer link cus_… --email …` for its customer, and report it",
        Member,
        _waits_for_its_owner,
    ),
    Rule(
        "customers.default_attached",
        "A customer's default method is attached to it.",
        SYNC,
        Customer,
        _default_is_not_attached,
    ),
)
