"""Stripe's objects into facts: today's shapes, and everything that may be wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from portal_app.catalog.models import Interval
from portal_app.invoices.models import InvoiceStatus, PaymentStatus
from portal_app.kit.money import Money
from portal_app.provider.errors import MalformedObject
from portal_app.provider.facts import DeletedCustomer, ScheduledChange
from portal_app.provider.stripe.catalog import price_facts, product_facts
from portal_app.provider.stripe.checkout import checkout_facts
from portal_app.provider.stripe.customers import (
    customer_facts,
    customer_or_deleted,
    payment_method_facts,
)
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts, refund_facts
from portal_app.provider.stripe.subscriptions import subscription_facts
from tests.provider.adapter import objects

START = datetime(2024, 1, 31, 12, tzinfo=UTC)
END = datetime(2024, 2, 29, 12, tzinfo=UTC)
READERS: list[tuple[Callable[[object], Any], dict[str, Any]]] = [
    (product_facts, objects.product()),
    (price_facts, objects.price()),
    (customer_facts, objects.customer()),
    (payment_method_facts, objects.card()),
    (subscription_facts, objects.subscription(pause_collection={"behavior": "void"})),
    (invoice_facts, objects.invoice()),
    (payment_facts, objects.intent()),
    (refund_facts, objects.refund()),
    (checkout_facts, objects.checkout()),
]


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def test_the_sdks_own_objects_are_read_after_to_dict() -> None:
    sub = stripe.Subscription.construct_from(objects.subscription(), "sk_test_x")
    facts = subscription_facts(sub.to_dict())
    assert (facts.id, facts.customer_id, facts.status) == ("sub_1", "cus_1", "active")
    assert (facts.plan.price.amount, facts.plan.quantity) == (usd(2900), 1)
    assert (facts.plan.period_start, facts.plan.period_end) == (START, END)
    assert facts.billing_anchor_at == START


def test_the_plan_is_the_first_licensed_item() -> None:
    metered = {"interval": "month", "interval_count": 1, "usage_type": "metered"}
    usage = objects.item(
        id="si_0", price=objects.price(id="price_0", recurring=metered), quantity=None
    )
    seats = objects.item(id="si_2", price=objects.price(id="price_2"), quantity=3)
    facts = subscription_facts(objects.subscription(usage, objects.item(), seats))
    assert facts.plan.price.id == "price_1"
    assert [one.price.id for one in facts.extras] == ["price_0", "price_2"]
    only_usage = subscription_facts(objects.subscription(usage))
    assert (only_usage.plan.price.id, only_usage.plan.quantity) == ("price_0", 1)


def test_prices_that_are_not_a_whole_amount() -> None:
    fraction = price_facts(objects.price(unit_amount=None, unit_amount_decimal="0.5"))
    assert fraction.amount == usd(1)
    tiers = price_facts(objects.price(unit_amount=None, unit_amount_decimal=None))
    assert (tiers.amount, tiers.currency) == (None, "USD")
    one_time = price_facts(objects.price(recurring=None))
    assert (one_time.interval, one_time.metered) == (None, False)
    assert price_facts(objects.price()).interval is Interval.MONTH


def test_a_pause_of_the_subscription_has_a_time_and_an_old_one_does_not_count() -> None:
    details = {"paused": {"transitioned_at": objects.CREATED, "type": "subscription"}}
    paused = subscription_facts(objects.subscription(status="paused", status_details=details))
    assert paused.paused_at == START
    running = subscription_facts(objects.subscription(status_details=details))
    assert running.paused_at is None
    collection = {"behavior": "void", "resumes_at": objects.RENEWS}
    facts = subscription_facts(objects.subscription(pause_collection=collection))
    assert (facts.pause_behavior, facts.resumes_at) == ("void", END)


def test_changes_that_stripe_will_make_by_itself() -> None:
    def phase(start: int, end: int, price_id: str, quantity: int = 1) -> dict[str, Any]:
        items = [{"price": price_id, "quantity": quantity}]
        return {"start_date": start, "end_date": end, "items": items}

    later = objects.RENEWS + 86400
    current = {"start_date": objects.CREATED, "end_date": objects.RENEWS}
    phases = [
        phase(objects.CREATED, objects.RENEWS, "price_1"),
        phase(objects.RENEWS, later, "price_1"),
        phase(later, later + 86400, "price_9", 2),
    ]
    schedule = {"id": "sub_sched_1", "current_phase": current, "phases": phases}
    facts = subscription_facts(objects.subscription(schedule=schedule))
    takes_effect_at = END + timedelta(days=1)
    assert facts.scheduled == ScheduledChange(
        price_id="price_9", quantity=2, takes_effect_at=takes_effect_at
    )
    assert subscription_facts(objects.subscription(schedule="sub_sched_1")).scheduled is None
    over = {**schedule, "current_phase": None}
    assert subscription_facts(objects.subscription(schedule=over)).scheduled is None
    pending = {
        "expires_at": objects.RENEWS,
        "subscription_items": [{"price": objects.price(id="price_7"), "quantity": 1}],
    }
    facts = subscription_facts(objects.subscription(pending_update=pending))
    assert facts.scheduled == ScheduledChange(price_id="price_7", quantity=1, expires_at=END)


def test_what_stands_beside_the_plan_changes_no_plan() -> None:
    metered = objects.price(
        id="price_use", recurring={**objects.price()["recurring"], "usage_type": "metered"}
    )
    items = [objects.item(id="si_0", price=metered, quantity=None), objects.item()]
    current = {"start_date": objects.CREATED, "end_date": objects.RENEWS}

    def scheduled(*later: dict[str, Any]) -> ScheduledChange | None:
        phases = [{"start_date": objects.RENEWS, "end_date": None, "items": [*later]}]
        schedule = {"id": "sub_sched_1", "current_phase": current, "phases": phases}
        return subscription_facts(objects.subscription(*items, schedule=schedule)).scheduled

    use, same = {"price": "price_use"}, {"price": "price_1", "quantity": 1}
    assert scheduled(use, same) is None
    for follows in ({"price": "price_9", "quantity": 1}, {"price": "price_1", "quantity": 3}):
        assert scheduled(use, follows) == ScheduledChange(
            price_id=follows["price"], quantity=follows["quantity"], takes_effect_at=END
        )


def test_an_invoice_tells_what_is_paid_for() -> None:
    proration = objects.line(
        id="il_0",
        amount=-500,
        period={"start": objects.CREATED - 99, "end": objects.CREATED},
        parent={"invoice_item_details": {"proration": True}, "subscription_item_details": None},
    )
    facts = invoice_facts(
        objects.invoice(
            proration,
            objects.line(),
            total_discount_amounts=[{"amount": 100, "discount": "di_1"}, {"amount": 50}],
            total_taxes=[{"amount": 290}],
        )
    )
    assert facts.subscription_id == "sub_1"
    assert facts.status is InvoiceStatus.PAID
    assert (facts.period_start, facts.period_end) == (START, END)
    assert (facts.discount, facts.tax, facts.total) == (usd(150), usd(290), usd(2900))
    assert [(one.amount.minor, one.proration) for one in facts.lines] == [
        (-500, True),
        (2900, False),
    ]
    assert (facts.lines[1].price_id, facts.payment_ids) == ("price_1", ("pi_1",))
    assert invoice_facts(objects.one_time_invoice()).subscription_id is None


def test_payments_of_an_invoice_are_in_the_order_of_time() -> None:
    def paid(name: str, created: int) -> dict[str, Any]:
        return {"created": created, "payment": {"type": "payment_intent", "payment_intent": name}}

    outside = {"created": 3, "payment": {"type": "payment_record", "payment_intent": None}}
    payments = objects.listed(paid("pi_new", 9), outside, paid("pi_old", 1))
    facts = invoice_facts(objects.invoice(payments=payments))
    assert facts.payment_ids == ("pi_old", "pi_new")


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({}, PaymentStatus.SUCCEEDED, ""),
        ({"status": "canceled"}, PaymentStatus.CANCELED, ""),
        ({"status": "processing"}, PaymentStatus.PENDING, ""),
        ({"status": "requires_payment_method"}, PaymentStatus.PENDING, ""),
        (
            {
                "status": "requires_payment_method",
                "last_payment_error": {"code": "card_declined", "decline_code": "expired_card"},
            },
            PaymentStatus.FAILED,
            "expired_card",
        ),
    ],
)
def test_payments(over: dict[str, Any], status: PaymentStatus, code: str) -> None:
    facts = payment_facts(objects.intent(**over))
    assert (facts.status, facts.failure_code) == (status, code)
    assert (facts.paid_at == START) == (status is PaymentStatus.SUCCEEDED)


def test_methods_of_every_kind() -> None:
    facts = payment_method_facts(objects.card())
    assert (facts.brand, facts.last4, facts.exp_year) == ("visa", "4242", 2030)
    assert (facts.wallet, facts.funding) == ("apple_pay", "credit")
    debit = payment_method_facts(
        objects.card(type="us_bank_account", us_bank_account={"bank_name": "TEST", "last4": "6789"})
    )
    assert (debit.kind, debit.brand, debit.last4, debit.exp_month) == (
        "us_bank_account",
        "TEST",
        "6789",
        None,
    )
    unknown = payment_method_facts(objects.card(type="seashells", customer=None))
    assert (unknown.kind, unknown.brand, unknown.customer_id) == ("seashells", "", None)


def test_a_deleted_customer_is_only_an_id() -> None:
    gone = {"id": "cus_1", "object": "customer", "deleted": True}
    assert customer_or_deleted(gone) == DeletedCustomer("cus_1")
    assert customer_or_deleted(objects.customer()) == customer_facts(objects.customer())


def test_a_session_is_paid_when_there_was_nothing_to_pay() -> None:
    assert checkout_facts(objects.checkout(payment_status="no_payment_required")).paid
    waiting = checkout_facts(objects.checkout(payment_status="unpaid", customer=None))
    assert (waiting.paid, waiting.customer_id) == (False, None)
    assert checkout_facts(objects.checkout()).lines[0].paid == usd(9900)


def test_the_error_says_where_and_nothing_to_customers() -> None:
    broken = objects.invoice(objects.line(), objects.line(amount="29.00"))
    with pytest.raises(MalformedObject) as caught:
        invoice_facts(broken)
    assert str(caught.value) == "invoice in_1: lines.1.amount"
    assert "in_1" not in caught.value.sentence
    assert "29.00" not in str(caught.value)


@pytest.mark.parametrize(("read", "valid"), READERS)
@pytest.mark.parametrize("wrong", ["text", 7, None, [1], {}, "object"])
def test_no_object_at_all(read: Callable[[object], Any], valid: object, wrong: object) -> None:
    with pytest.raises(MalformedObject):
        read(wrong)


NONSENSE: list[object] = [None, True, 7, -1, 10**30, 1.5, "x", "", [], [7], {}, {"id": 7}]


def places(node: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children: Any = ()
    if isinstance(node, dict):
        children = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


@pytest.mark.parametrize(("read", "valid"), READERS)
def test_nonsense_anywhere_is_a_malformed_object_and_never_another_error(
    read: Callable[[object], Any], valid: dict[str, Any]
) -> None:
    good, refused = read(valid), 0
    for *parents, last in places(valid):
        for wrong in [*NONSENSE, "missing"]:
            broken = deepcopy(valid)
            node: Any = broken
            for key in parents:
                node = node[key]
            if wrong == "missing" and isinstance(node, dict):
                del node[last]
            else:
                node[last] = wrong
            try:
                read(broken)
            except MalformedObject:
                refused += 1
    assert refused > 20
    assert read(valid) == good


@pytest.mark.parametrize(
    "field", ["id", "customer", "status", "items", "billing_cycle_anchor", "cancel_at_period_end"]
)
def test_a_subscription_without_what_matters_is_refused(field: str) -> None:
    broken = objects.subscription()
    del broken[field]
    with pytest.raises(MalformedObject) as caught:
        subscription_facts(broken)
    assert caught.value.field == field


def test_amounts_that_a_currency_does_not_have() -> None:
    with pytest.raises(MalformedObject):
        price_facts(objects.price(currency="isk", unit_amount=150))
    with pytest.raises(MalformedObject):
        price_facts(objects.price(currency="dollars"))
    assert price_facts(objects.price(currency="kwd", unit_amount=9500)).amount == Money(9500, "KWD")
