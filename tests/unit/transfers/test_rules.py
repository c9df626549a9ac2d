"""Who may hand a membership on, what a recipient takes on, and on which days they are charged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal_app.catalog.configuration import TransferMode, TransferPolicy
from portal_app.catalog.models import Interval
from portal_app.kit.money import Money
from portal_app.memberships.models import MembershipSource
from portal_app.memberships.rules import StripeFacts
from portal_app.provider.answers import CouponFacts, SubscriptionTerms, TaxRateFacts
from portal_app.provider.facts import ItemFacts, PriceFacts, ScheduledChange, SubscriptionFacts
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import (
    Blocked,
    Circumstances,
    Continuation,
    Terms,
    agreed_amount,
    blocked,
    changed_lately,
    continuation,
    digest_of,
    first_charge_of,
    is_recipient,
    masked,
    next_charge,
    price_at_provider,
    refusal_at_provider,
)

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
DUE = NOW + timedelta(days=10)
FACTS = StripeFacts(
    source=MembershipSource.SUBSCRIPTION,
    stripe_status="active",
    cancel_at_period_end=False,
    cancel_at=None,
    canceled_at=None,
    ended_at=None,
    trial_end_at=None,
    current_period_start=NOW - timedelta(days=20),
    current_period_end=DUE,
    billing_anchor_at=NOW - timedelta(days=20),
    paused_at=None,
    pause_behavior="",
    resumes_at=None,
    started_at=NOW - timedelta(days=20),
    next_payment_attempt_at=None,
)
BOUGHT = replace(FACTS, source=MembershipSource.CHECKOUT, stripe_status="complete")
FINE = Circumstances(mode=TransferMode.ON, automatic=True)


@pytest.mark.parametrize(
    ("facts", "given", "expected"),
    [
        ({}, {}, None),
        ({}, {"mode": TransferMode.APPROVAL}, None),
        ({}, {"mode": TransferMode.OFF}, Blocked.OFF),
        ({"stripe_status": "canceled", "ended_at": NOW}, {}, Blocked.OVER),
        ({"stripe_status": "past_due"}, {}, Blocked.UNPAID),
        ({"stripe_status": "unpaid"}, {}, Blocked.UNPAID),
        ({"stripe_status": "incomplete"}, {}, Blocked.UNPAID),
        ({}, {"disputed": True}, Blocked.DISPUTED),
        ({}, {"invoice_open": True}, Blocked.INVOICE_OPEN),
        ({"cancel_at_period_end": True}, {}, Blocked.CANCELING),
        ({"cancel_at": DUE + timedelta(days=99)}, {}, Blocked.CANCELING),
        ({"pause_behavior": "void"}, {}, Blocked.PAUSED),
        ({"stripe_status": "paused"}, {}, Blocked.PAUSED),
        ({}, {"change_pending": True}, Blocked.CHANGE_PENDING),
        ({}, {"busy": True}, Blocked.BUSY),
        ({}, {"automatic": False}, Blocked.INVOICED),
        ({}, {"priced": False}, Blocked.UNPRICED),
        ({"current_period_end": NOW + timedelta(hours=2)}, {}, None),
        (
            {"current_period_end": NOW + timedelta(hours=2, microseconds=-1)},
            {},
            Blocked.RENEWS_SOON,
        ),
        ({"current_period_end": NOW - timedelta(days=1)}, {}, Blocked.RENEWS_SOON),
        (
            {"stripe_status": "trialing", "trial_end_at": NOW + timedelta(hours=1)},
            {},
            Blocked.RENEWS_SOON,
        ),
    ],
)
def test_what_stands_in_the_way(
    facts: dict[str, Any], given: dict[str, Any], expected: Blocked | None
) -> None:
    assert blocked(replace(FACTS, **facts), replace(FINE, **given), NOW) is expected


def test_what_was_paid_once_has_no_renewal_to_wait_for() -> None:
    soon = replace(BOUGHT, current_period_end=NOW)
    assert blocked(soon, replace(FINE, automatic=False, priced=False), NOW) is None
    assert next_charge(soon) is None
    assert next_charge(FACTS) == DUE
    trial = replace(FACTS, stripe_status="trialing", trial_end_at=NOW)
    assert next_charge(trial) == NOW
    assert next_charge(replace(trial, trial_end_at=None)) == DUE


def price(**over: Any) -> PriceFacts:
    given: dict[str, Any] = {
        "id": "price_1",
        "product_id": "prod_1",
        "title": "",
        "currency": "USD",
        "amount": Money(2900, "USD"),
        "interval": Interval.MONTH,
        "interval_count": 1,
        "metered": False,
        "active": True,
        "created_at": NOW,
    }
    return PriceFacts(**{**given, **over})


def at(**over: Any) -> SubscriptionTerms:
    """A subscription whose `ends`, `anchor` and `price` are said; the rest runs as it should."""
    ends, anchor = over.pop("ends", DUE), over.pop("anchor", FACTS.started_at)
    item = ItemFacts(
        id="si_1",
        price=over.pop("price", price()),
        quantity=over.pop("quantity", 1),
        period_start=NOW,
        period_end=ends,
    )
    more = {name: over.pop(name) for name in ("discounts", "tax_rates") if name in over}
    given: dict[str, Any] = {
        "id": "sub_1",
        "customer_id": "cus_1",
        "status": "active",
        "plan": item,
        "extras": (),
        "currency": "USD",
        "collection_method": "charge_automatically",
        "default_payment_method_id": None,
        "default_source_id": None,
        "latest_invoice_id": None,
        "started_at": NOW,
        "created_at": NOW,
        "billing_anchor_at": anchor,
        "trial_start_at": None,
        "trial_end_at": None,
        "cancel_at_period_end": False,
        "cancel_at": None,
        "canceled_at": None,
        "ended_at": None,
        "paused_at": None,
        "pause_behavior": "",
        "resumes_at": None,
        "cancel_feedback": "",
        "cancel_comment": "",
        "cancel_reason": "",
        "scheduled": None,
        "schedule_id": None,
        "discount_ids": (),
        "membership_id": None,
        "metadata": {},
    }
    return SubscriptionTerms(subscription=SubscriptionFacts(**{**given, **over}), **more)


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, ""),
        ({"status": "trialing"}, ""),
        ({"status": "past_due"}, "not_running"),
        ({"status": "canceled"}, "not_running"),
        ({"pause_behavior": "void"}, "not_running"),
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


def test_an_account_that_was_changed_lately_has_to_wait() -> None:
    first, hour = NOW - timedelta(days=400), timedelta(hours=1)
    assert not changed_lately([first], NOW)
    assert not changed_lately([NOW - hour], NOW)  # a new account's only address made it
    assert changed_lately([NOW - 71 * hour, first], NOW)
    assert not changed_lately([first, NOW - 72 * hour], NOW)
    assert not changed_lately([], NOW)


def test_who_is_meant() -> None:
    bound = Transfer(
        membership_id="mem_1",
        member_id="mber_1",
        company_id="biz_1",
        source="page",
        state=TransferState.OFFERED,
        recipient_key="ben@example.com",
        token_digest="",
        stop_digest="",
        asked_at=NOW,
        expires_at=NOW,
    )
    assert is_recipient(bound, {"ben@example.com", "b@example.com"})
    assert not is_recipient(bound, {"ada@example.com"})
    assert not is_recipient(bound, set())
    bound.recipient_key = ""
    assert is_recipient(bound, {"ada@example.com"})


def test_nobody_learns_a_senders_address() -> None:
    assert masked("ada.lovelace@example.com") == "a•••@example.com"
    assert masked("") == ""


def test_terms_are_kept_and_read_back() -> None:
    terms = Terms(
        product_id="prod_1",
        plan_id="plan_1",
        amount_minor=2900,
        currency="USD",
        interval="month",
        interval_count=1,
        kept=("Friends",),
        ended=("Spring",),
        plus_tax=True,
    )
    assert Terms.read(terms.stored()) == terms
    assert terms.amount == Money(2900, "USD")
    assert digest_of(terms=terms.stored(), at=NOW) == digest_of(at=NOW, terms=terms.stored())
    assert digest_of(terms=terms.stored()) != digest_of(terms=replace(terms, ended=()).stored())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, TransferMode.ON),
        ({"mode": "approval"}, TransferMode.APPROVAL),
        ({"mode": "no"}, TransferMode.ON),
        ({"mode": "off", "products": {"prod_1": "on"}}, TransferMode.ON),
        ({"mode": "off", "products": {"prod_1": 7, "prod_2": "on"}}, TransferMode.OFF),
        ({"products": "none"}, TransferMode.ON),
    ],
)
def test_a_sellers_policy(body: object, expected: TransferMode) -> None:
    assert TransferPolicy.read(body).for_product("prod_1") is expected
