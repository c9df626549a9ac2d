"""What a recipient takes on, and on which days they are charged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal_app.catalog.models import Interval
from portal_app.kit.money import Money
from portal_app.provider.answers import CouponFacts, TaxRateFacts
from portal_app.provider.facts import ScheduledChange
from portal_app.transfers.rules import (
    Continuation,
    agreed_amount,
    continuation,
    first_charge_of,
    price_at_provider,
    refusal_at_provider,
)
from tests.unit.transfers.provided import DUE, NOW, at, price


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, ""),
        ({"status": "trialing"}, ""),
        ({"status": "past_due"}, "not_running"),
        ({"status": "canceled"}, "not_running"),
        ({"pause_behavior": "void"}, "not_running"),
        ({"pauses_at": DUE}, "change_pending"),
        ({"cancel_at_period_end": True}, "canceling"),
        ({"cancel_at": DUE}, "canceling"),
        ({"schedule_id": "sub_sched_1"}, "change_pending"),
        ({"scheduled": ScheduledChange(price_id="price_2", quantity=1)}, "change_pending"),
        ({"collection_method": "send_invoice"}, "invoiced"),
        ({"price": price(amount=None)}, "unpriced"),
        ({"price": price(metered=True)}, "unpriced"),
        ({"ends": NOW + timedelta(hours=2)}, ""),
        ({"ends": NOW + timedelta(minutes=119)}, "renews_soon"),
    ],
)
def test_the_provider_may_know_better(over: dict[str, Any], expected: str) -> None:
    assert refusal_at_provider(at(**over), NOW) == expected


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, 12, tzinfo=UTC)


YEARLY = price(interval=Interval.YEAR)
LEAP = day(2024, 2, 29)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (
            {"anchor": day(2026, 1, 15), "ends": day(2026, 12, 15)},
            Continuation(starts_at=day(2026, 12, 15)),
        ),
        (
            {"anchor": day(2026, 1, 28), "ends": day(2027, 2, 28)},
            Continuation(starts_at=day(2027, 2, 28)),
        ),
        (
            {"anchor": day(2026, 1, 31), "ends": day(2026, 11, 30)},
            Continuation(starts_at=day(2026, 11, 30), anchor_day=31),
        ),
        (
            {
                "anchor": day(2026, 1, 31),
                "ends": day(2027, 1, 31),
                "price": price(interval_count=3),
            },
            Continuation(starts_at=day(2027, 1, 31), anchor_day=31, anchor_month=1),
        ),
        (
            {
                "anchor": day(2026, 1, 31),
                "ends": day(2027, 1, 31),
                "price": price(interval_count=2),
            },
            Continuation(starts_at=day(2027, 1, 31), anchor_day=31, anchor_month=1),
        ),
        (
            {
                "anchor": day(2026, 1, 31),
                "ends": day(2027, 2, 28),
                "price": price(interval_count=13),
            },
            Continuation(trial_ends_at=day(2027, 2, 28)),
        ),
        (
            {"anchor": LEAP, "ends": day(2027, 2, 28), "price": YEARLY},
            Continuation(starts_at=day(2027, 2, 28), anchor_day=29, anchor_month=2),
        ),
        (
            {
                "anchor": LEAP,
                "ends": day(2028, 2, 29),
                "price": replace(YEARLY, interval_count=2),
            },
            Continuation(trial_ends_at=day(2028, 2, 29)),
        ),
        (
            {
                "anchor": day(2026, 1, 31),
                "ends": day(2026, 11, 30),
                "price": price(interval=Interval.WEEK),
            },
            Continuation(starts_at=day(2026, 11, 30)),
        ),
        (
            {"anchor": day(2026, 1, 31), "price": price(interval=None)},
            Continuation(starts_at=DUE),
        ),
        ({"status": "trialing", "trial_end_at": DUE}, Continuation(trial_ends_at=DUE)),
        ({"status": "trialing"}, Continuation(trial_ends_at=DUE)),
        ({"ends": NOW}, Continuation()),
    ],
)
def test_the_days_stay_what_they_were(over: dict[str, Any], expected: Continuation) -> None:
    assert continuation(at(**over), NOW) == expected


def off(percent: str = "", amount: int = 0, *, forever: bool = True) -> CouponFacts:
    return CouponFacts(
        id="c",
        name="Friends",
        percent_off=Decimal(percent) if percent else None,
        amount_off=Money(amount, "USD") if amount else None,
        duration="forever" if forever else "once",
        months=None,
        valid=True,
    )


def tax(percentage: str, *, inclusive: bool = False) -> TaxRateFacts:
    return TaxRateFacts(id="txr_1", percentage=percentage, inclusive=inclusive)


@pytest.mark.parametrize(
    ("discounts", "rates", "expected"),
    [
        ((), (), 2900),
        ((off("25.0"),), (), 2175),
        ((off("25.0"), off(amount=175)), (), 2000),
        ((off(amount=9900),), (), 0),
        ((off("50.0", forever=False),), (), 2900),
        ((off("12.5"),), (), 2537),
        ((), (tax("19.0"),), 3451),
        ((), (tax("19.0", inclusive=True),), 2900),
        ((off("50.0"),), (tax("7.7"), tax("1.0")), 1450 + 112 + 15),
        ((), (tax("19.0", inclusive=True), tax("10.0")), 2900 + 244),
        ((), (tax("10.0", inclusive=True), tax("9.0", inclusive=True), tax("100")), 2900 + 2437),
        ((off(),), (), 2900),
    ],
)
def test_the_amount_is_what_will_be_charged(discounts: Any, rates: Any, expected: int) -> None:
    assert agreed_amount(Money(2900, "USD"), discounts, rates) == Money(expected, "USD")


def test_all_items_count_and_unknown_prices_do_not() -> None:
    extra = replace(at().subscription.plan, quantity=2)
    unknown = replace(extra, price=price(amount=None))
    found = at(quantity=3, extras=(extra, unknown))
    assert price_at_provider(found) == Money(5 * 2900, "USD")
    assert first_charge_of(found) == DUE
    assert first_charge_of(at(status="trialing", trial_end_at=NOW)) == NOW
