"""Which plans may be changed to, when a change begins, and what stands in the way."""

from __future__ import annotations

from typing import Any

import pytest

from portal_app.catalog.configuration import Configuration, PlanChangePolicy
from portal_app.catalog.models import Interval, Plan, Product
from portal_app.kit.money import Money
from portal_app.memberships.models import MembershipSource
from portal_app.memberships.plans import (
    ChangeTiming,
    Hindrance,
    cheaper_plans,
    hindrance_of,
    per_month,
    quantities_of,
    targets_of,
    timing_of,
)
from tests.unit.memberships.held import PERIOD_END, STAMPS, STARTED, a_membership, a_plan

ANYBODY = PlanChangePolicy()
BASIC = a_plan(id="plan_1")
PRO = a_plan(id="plan_pro", stripe_price_id="price_pro", amount_minor=5900)
SMALL = a_plan(id="plan_small", amount_minor=1900)
YEARLY = a_plan(id="plan_year", amount_minor=29000, interval=Interval.YEAR)
WEEKLY = a_plan(id="plan_week", amount_minor=600, interval=Interval.WEEK)


def product(**over: Any) -> Product:
    given = {"id": "prod_1", "company_id": "biz_1", "stripe_product_id": "p", "title": "Room"}
    return Product(**{**given, **STAMPS, **over})


def names(*plans: Plan, policy: PlanChangePolicy = ANYBODY, **of_product: Any) -> list[str]:
    on_sale = [(plan, product(**of_product)) for plan in plans]
    return [plan.id for plan, _ in targets_of(BASIC, on_sale, policy)]


def test_the_plans_of_the_same_product_the_cheapest_first() -> None:
    assert names(PRO, BASIC, YEARLY, SMALL) == ["plan_small", "plan_year", "plan_pro"]


@pytest.mark.parametrize(
    "over",
    [
        {"active": False},
        {"currency": "EUR"},
        {"interval": None},
        {"amount_minor": 0},  # what Stripe computes has no amount of its own
        {"product_id": "prod_2"},
    ],
)
def test_never_what_is_archived_or_can_not_be_compared(over: dict[str, Any]) -> None:
    assert names(a_plan(id="plan_x", **over)) == []
    if "product_id" not in over:
        assert (
            names(a_plan(id="plan_x", **over), policy=PlanChangePolicy(targets=("plan_x",))) == []
        )
    assert names(PRO, active=False) == []


def test_a_company_can_name_its_plans_or_none() -> None:
    other = a_plan(id="plan_other", product_id="prod_2", amount_minor=100)
    policy = PlanChangePolicy(targets=("price_pro", "plan_other"))
    assert names(PRO, SMALL, other, policy=policy) == ["plan_other", "plan_pro"]
    assert names(PRO, SMALL, policy=PlanChangePolicy(targets=())) == []


def test_what_is_cheaper_costs_less_a_day_and_binds_no_longer() -> None:
    on_sale = [(plan, product()) for plan in (PRO, YEARLY, SMALL, WEEKLY)]
    assert cheaper_plans(BASIC, targets_of(BASIC, on_sale, ANYBODY)) == [SMALL, WEEKLY]
    assert cheaper_plans(SMALL, [(YEARLY, product()), (BASIC, product())]) == []


@pytest.mark.parametrize(
    ("to", "quantity", "over", "timing"),
    [
        (PRO, 1, {}, ChangeTiming.NOW),
        (SMALL, 1, {}, ChangeTiming.AT_RENEWAL),
        (YEARLY, 1, {}, ChangeTiming.NOW),
        (WEEKLY, 9, {}, ChangeTiming.AT_RENEWAL),
        (BASIC, 2, {}, ChangeTiming.NOW),
        (BASIC, 1, {"quantity": 2}, ChangeTiming.AT_RENEWAL),
        (SMALL, 1, {"stripe_status": "trialing"}, ChangeTiming.IN_TRIAL),
        (PRO, 1, {"stripe_status": "trialing"}, ChangeTiming.IN_TRIAL),
    ],
)
def test_more_begins_at_once_and_less_with_the_next_period(
    to: Plan, quantity: int, over: dict[str, Any], timing: ChangeTiming
) -> None:
    membership = a_membership(**over)
    assert timing_of(membership, BASIC, to, quantity, ANYBODY, by_debit=False) is timing


def test_a_debit_takes_days_so_nothing_waits_for_it() -> None:
    later = timing_of(a_membership(), BASIC, PRO, 1, ANYBODY, by_debit=True)
    assert later is ChangeTiming.AT_RENEWAL
    at_once = PlanChangePolicy(downgrade_at_once=True)
    now = timing_of(a_membership(), BASIC, SMALL, 1, at_once, by_debit=False)
    assert now is ChangeTiming.NOW


ENDS = {"cancel_at_period_end": True, "cancel_at": PERIOD_END}


@pytest.mark.parametrize(
    ("over", "hindrance"),
    [
        ({}, None),
        ({"stripe_status": "trialing", "trial_end_at": PERIOD_END}, None),
        ({"stripe_status": "canceled", "ended_at": STARTED}, Hindrance.OVER),
        ({"source": MembershipSource.CHECKOUT}, Hindrance.BOUGHT),
        ({"stripe_status": "past_due", **ENDS}, Hindrance.UNPAID),
        ({"stripe_status": "incomplete"}, Hindrance.UNPAID),
        (ENDS, Hindrance.ENDING),
        ({"stripe_status": "paused"}, Hindrance.PAUSED),
        ({"pause_behavior": "void"}, Hindrance.PAUSED),
        ({"collection_method": "send_invoice"}, Hindrance.INVOICED),
        ({"extra_items": [{"description": "Seat"}]}, Hindrance.SEVERAL),
        ({"scheduled_change": {"expires_at": "2026-11-21T09:30:00+00:00"}}, Hindrance.UNFINISHED),
        (
            {"scheduled_change": {"takes_effect_at": "2026-12-16T09:30:00+00:00"}},
            Hindrance.SCHEDULED,
        ),
    ],
)
def test_what_stands_in_the_way(over: dict[str, Any], hindrance: Hindrance | None) -> None:
    assert hindrance_of(a_membership(**over), ANYBODY) is hindrance


def test_a_trial_where_the_company_wants_it_finished_first() -> None:
    policy = PlanChangePolicy(in_trial=False)
    assert hindrance_of(a_membership(stripe_status="trialing"), policy) is Hindrance.TRIAL


def test_quantities_are_no_choice_unless_the_company_makes_them_one() -> None:
    assert quantities_of(a_membership(quantity=4), ANYBODY) == (4, 4)
    assert quantities_of(a_membership(quantity=9), PlanChangePolicy(least=2, most=5)) == (2, 9)


def test_prices_can_be_compared_by_the_month() -> None:
    assert per_month(YEARLY, 2) == Money(4833, "USD")


def test_reading_a_published_policy() -> None:
    body = {"targets": ["plan_a"], "quantity": {"most": 3}, "downgrade_at_once": True}
    found = Configuration.read({"plan_change": body}).plan_change
    assert found == PlanChangePolicy(targets=("plan_a",), most=3, downgrade_at_once=True)
    assert Configuration.read({"plan_change": {"targets": "none"}}).plan_change.targets == ()
    for odd in (
        {"quantity": {"least": 3, "most": 2}},
        {"targets": 7, "in_trial": "yes"},
        [],
        "all",
    ):
        assert Configuration.read({"plan_change": odd}).plan_change == PlanChangePolicy()
