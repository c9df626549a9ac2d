"""Subscription schedules (docs.stripe.com/billing/subscriptions/subscription-schedules)."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, MONTH, Shop, first_phase, selling
from tests.provider.sandbox_server import SandboxServer


def test_a_plan_change_at_the_end_of_the_period(
    shop: Shop, sandbox: SandboxServer, schedules: Any
) -> None:
    cheap, dear = shop.price(2900), shop.price(5900)
    subscription = shop.subscribe(shop.customer(), dear)
    schedule = schedules.create({"from_subscription": subscription.id})
    item = subscription["items"].data[0]
    assert (schedule.status, schedule.subscription) == ("active", subscription.id)
    assert schedule.current_phase.start_date == item.current_period_start
    assert schedule.current_phase.end_date == item.current_period_end
    schedules.update(schedule.id, {"phases": [first_phase(schedule), {**selling(cheap), **MONTH}]})
    told = [e for e in shop.event_types() if e.startswith("subscription_schedule.")]
    assert told == ["subscription_schedule.created", "subscription_schedule.updated"]
    expected = shop.client.v1.invoices.create_preview({"subscription": subscription.id})
    assert (expected.total, len(expected.lines.data)) == (2900, 1)
    by_schedule = shop.client.v1.invoices.create_preview({"schedule": schedule.id})
    assert by_schedule.total == 2900
    sandbox.advance(29 * DAY)
    [first, second] = shop.invoices(subscription.id)
    assert (first.total, second.total, len(second.lines.data)) == (5900, 2900, 1)
    found = shop.client.v1.subscriptions.retrieve(subscription.id, {"expand": ["schedule"]})
    assert found.schedule.status == "active"  # type: ignore[union-attr]
    assert found["items"].data[0].id == item.id
    assert shop.period(subscription.id) == ("2024-02-29", "2024-03-31")
    # The last phase ends with the second month, and the subscription goes on by itself.
    sandbox.advance(31 * DAY)
    ended = schedules.retrieve(schedule.id)
    assert (ended.status, ended.subscription) == ("released", None)
    assert (ended.released_subscription, ended.current_phase) == (subscription.id, None)
    found = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert (found.schedule, found["items"].data[0].price.id) == (None, cheap)
    told = [e for e in shop.event_types() if e.startswith("subscription_schedule.")]
    assert told == ["subscription_schedule.expiring", "subscription_schedule.released"]


@pytest.mark.parametrize(
    ("behavior", "expected"),
    [("create_prorations", (2, 1)), ("none", (0, 1)), ("always_invoice", (0, 2))],
)
def test_a_phase_within_the_period_prorates_as_it_says(
    shop: Shop, sandbox: SandboxServer, schedules: Any, behavior: str, expected: tuple[int, int]
) -> None:
    """`expected`: items that wait, and invoices."""
    price = shop.price(2900)
    customer = shop.customer()
    subscription = shop.subscribe(customer, price)
    schedule = schedules.create({"from_subscription": subscription.id})
    first = {**first_phase(schedule), "end_date": START + 10 * DAY}
    second = {**selling(price, 2), "end_date": START + 60 * DAY, "proration_behavior": behavior}
    schedules.update(schedule.id, {"phases": [first, second]})
    sandbox.advance(10 * DAY)
    waiting = shop.client.v1.invoice_items.list({"customer": customer, "pending": True}).data
    assert (len(waiting), len(shop.invoices(subscription.id))) == expected
    found = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert found["items"].data[0].quantity == 2


def test_a_schedule_starts_its_subscription_itself(
    shop: Shop, sandbox: SandboxServer, schedules: Any
) -> None:
    price = shop.price()
    given: Any = {
        "customer": shop.customer(),
        "start_date": START + 5 * DAY,
        "end_behavior": "cancel",
        "metadata": {"why": "spring"},
        "phases": [
            {**selling(price), **MONTH, "metadata": {"part": "one", "kept": "yes"}},
            {**selling(price, 2), **MONTH, "metadata": {"part": "two"}},
        ],
    }
    schedule = schedules.create(given)
    assert (schedule.status, schedule.subscription) == ("not_started", None)
    assert [s.id for s in schedules.list({"scheduled": True}).data] == [schedule.id]
    assert shop.client.v1.invoices.create_preview({"schedule": schedule.id}).total == 2900
    sandbox.advance(5 * DAY)
    begun = schedules.retrieve(schedule.id, {"expand": ["subscription"]})
    subscription = begun.subscription
    assert (begun.status, subscription.status, subscription.cancel_at) == ("active", "active", None)
    assert subscription.metadata.to_dict() == {"part": "one", "kept": "yes"}
    [invoice] = shop.invoices(subscription.id)
    assert (invoice.status, invoice.billing_reason) == ("paid", "subscription_create")
    sandbox.advance(29 * DAY)
    later = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert later.metadata.to_dict() == {"part": "two", "kept": "yes"}
    assert later.cancel_at == schedule.phases[1].end_date
    sandbox.advance(31 * DAY)
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert schedules.retrieve(schedule.id).status == "completed"
    assert [i.total for i in shop.invoices(subscription.id)] == [2900, 5800]
    assert "subscription_schedule.completed" in shop.event_types()


def test_a_coupon_for_one_phase(shop: Shop, sandbox: SandboxServer, schedules: Any) -> None:
    price = shop.price(2000)
    coupon = shop.client.v1.coupons.create({"percent_off": 50, "duration": "forever"}).id
    phases: Any = [
        {**selling(price), "duration": {"interval": "month", "interval_count": 2}},
        {**selling(price), **MONTH},
    ]
    phases[0]["discounts"] = [{"coupon": coupon}]
    schedule = schedules.create({"customer": shop.customer(), "phases": phases})
    sandbox.advance(61 * DAY)
    assert [i.total for i in shop.invoices(schedule.subscription)] == [1000, 1000, 2000]
    assert shop.client.v1.coupons.retrieve(coupon).times_redeemed == 1


def test_a_phase_that_is_a_trial_and_one_of_another_interval(
    shop: Shop, sandbox: SandboxServer, schedules: Any
) -> None:
    monthly, yearly = shop.price(2900), shop.price(29000, interval="year")
    phases: Any = [
        {**selling(monthly), "duration": {"interval": "week", "interval_count": 2}, "trial": True},
        {**selling(monthly), **MONTH},
        {**selling(yearly), "duration": {"interval": "year"}},
    ]
    schedule = schedules.create({"customer": shop.customer(), "phases": phases})
    found = shop.client.v1.subscriptions.retrieve(schedule.subscription)
    assert (found.status, found.trial_end) == ("trialing", START + 14 * DAY)
    sandbox.advance(14 * DAY)
    assert shop.client.v1.subscriptions.retrieve(found.id).status == "active"
    assert shop.period(found.id) == ("2024-02-14", "2024-03-14")
    sandbox.advance(29 * DAY)
    assert shop.period(found.id) == ("2024-03-14", "2025-03-14")
    assert [i.total for i in shop.invoices(found.id)] == [0, 2900, 29000]


def test_an_update_reaches_the_subscription_at_once(shop: Shop, schedules: Any) -> None:
    price = shop.price(2900)
    subscription = shop.subscribe(shop.customer(), price)
    schedule = schedules.create({"from_subscription": subscription.id})
    phase = {**first_phase(schedule), **selling(price, 3)}
    schedules.update(schedule.id, {"phases": [phase], "proration_behavior": "always_invoice"})
    assert [i.total for i in shop.invoices(subscription.id)] == [2900, 5800]
    moved = [{**first_phase(schedule), "end_date": "now"}]
    with pytest.raises(stripe.InvalidRequestError, match="end after it begins"):
        schedules.update(schedule.id, {"phases": moved})
    wrong = {**first_phase(schedule), "start_date": START + DAY}
    with pytest.raises(stripe.InvalidRequestError, match="current phase cannot be changed"):
        schedules.update(schedule.id, {"phases": [wrong]})


def test_a_schedule_of_a_subscription_that_is_sent_invoices(shop: Shop, schedules: Any) -> None:
    params: Any = {"collection_method": "send_invoice", "days_until_due": 10}
    subscription = shop.subscribe(shop.customer(), **params)
    schedule = schedules.create({"from_subscription": subscription.id})
    changed = schedules.update(schedule.id, {"phases": [first_phase(schedule)]})
    assert changed.default_settings.invoice_settings.days_until_due == 10


def test_the_current_phase_can_end_now(shop: Shop, sandbox: SandboxServer, schedules: Any) -> None:
    price = shop.price(2900)
    subscription = shop.subscribe(shop.customer(), price)
    schedule = schedules.create({"from_subscription": subscription.id})
    sandbox.advance(10 * DAY)
    phases = [
        {**first_phase(schedule), "end_date": "now"},
        {**selling(price, 2), "start_date": "now", **MONTH},
    ]
    changed = schedules.update(schedule.id, {"phases": phases})
    assert len(changed.phases) == 2
    assert changed.current_phase.start_date == START + 10 * DAY
    found = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert found["items"].data[0].quantity == 2


def test_a_direct_change_begins_a_phase_and_cancelling_is_the_schedules(
    shop: Shop, sandbox: SandboxServer, schedules: Any
) -> None:
    price = shop.price(2900)
    subscription = shop.subscribe(shop.customer(), price)
    schedule = schedules.create({"from_subscription": subscription.id})
    sandbox.advance(5 * DAY)
    update = shop.client.v1.subscriptions.update
    item = subscription["items"].data[0].id
    update(subscription.id, {"metadata": {"note": "kept apart"}})
    assert len(schedules.retrieve(schedule.id).phases) == 1
    update(subscription.id, {"items": [{"id": item, "quantity": 4}]})
    split = schedules.retrieve(schedule.id)
    assert [phase["items"][0].quantity for phase in split.phases] == [1, 4]
    assert split.phases[0].end_date == split.current_phase.start_date == START + 5 * DAY
    other = shop.attach(str(subscription.customer), "pm_card_mastercard")
    update(subscription.id, {"default_payment_method": other})
    kept = schedules.retrieve(schedule.id)
    assert (len(kept.phases), kept.default_settings.default_payment_method) == (2, other)
    refused: Any
    for refused in ({"cancel_at_period_end": True}, {"cancel_at": START + 9 * DAY}):
        with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription sched"):
            update(subscription.id, refused)
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        shop.client.v1.subscriptions.pause(subscription.id)
    with pytest.raises(stripe.InvalidRequestError, match="already attached"):
        schedules.create({"from_subscription": subscription.id})


def test_previewing_a_schedule_that_is_not_there_yet(shop: Shop, schedules: Any) -> None:
    price = shop.price(2900)
    details: Any = {"phases": [{**selling(price, 2), **MONTH, "start_date": "now"}]}
    given: Any = {"customer": shop.customer(), "schedule_details": details}
    assert shop.client.v1.invoices.create_preview(given).total == 5800
    assert schedules.list().data == []
    subscription = shop.subscribe(shop.customer(), price)
    schedule = schedules.create({"from_subscription": subscription.id})
    changed: Any = {"phases": [{**first_phase(schedule), **selling(price, 3)}]}
    changed["proration_behavior"] = "always_invoice"
    preview = shop.client.v1.invoices.create_preview(
        {"schedule": schedule.id, "schedule_details": changed}
    )
    assert preview.total == 5800
    assert len(schedules.retrieve(schedule.id).phases) == 1


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"phases": []}, "phases"),
        ({"start_date": START - DAY}, "in the past"),
        ({"from_subscription": "sub_1"}, "You cannot set"),
        ({"phases": [{"items": [{"price": "price_no"}]}]}, "No such price"),
        ({"phases": [{"items": [], **MONTH}]}, "items"),
    ],
)
def test_what_a_schedule_refuses(
    shop: Shop, schedules: Any, params: dict[str, Any], message: str
) -> None:
    given: Any = {"customer": shop.customer(), "phases": [{**selling(shop.price()), **MONTH}]}
    with pytest.raises(stripe.StripeError, match=message):
        schedules.create({**given, **params})
    assert schedules.list().data == []
