"""What time does to subscriptions, seen through the real SDK. The clock starts on 31 Jan 2024."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop, day
from tests.provider.sandbox_server import SandboxServer


def _status(shop: Shop, subscription: str) -> str:
    return shop.client.v1.subscriptions.retrieve(subscription).status


def test_renewals_follow_the_anchor_not_the_previous_period(
    shop: Shop, sandbox: SandboxServer
) -> None:
    subscription = shop.subscribe(shop.customer())
    sandbox.advance(100 * DAY)
    starts = [day(i.lines.data[0].period.start) for i in shop.invoices(subscription.id)]
    assert starts == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    assert shop.period(subscription.id) == ("2024-04-30", "2024-05-31")


def test_a_renewal_is_paid_and_told_in_order(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = shop.subscribe(shop.customer())
    before = len(shop.event_types())
    sandbox.advance(29 * DAY)
    assert shop.event_types()[before:] == [
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.updated",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]
    newest = shop.invoices(subscription.id)[-1]
    assert (newest.status, newest.amount_paid, newest.billing_reason) == (
        "paid",
        2900,
        "subscription_cycle",
    )
    assert newest.status_transitions.paid_at == START + 29 * DAY
    assert newest.parent.subscription_details.subscription == subscription.id
    [event] = shop.client.v1.events.list({"type": "customer.subscription.updated"}).data
    [item] = event.data.previous_attributes["items"]["data"]
    assert item["current_period_end"] == START + 29 * DAY


@pytest.mark.parametrize(
    ("recurring", "ends"),
    [
        ({"interval": "day", "interval_count": 3}, "2024-02-03"),
        ({"interval": "week", "interval_count": 2}, "2024-02-14"),
        ({"interval": "month", "interval_count": 3}, "2024-04-30"),
        ({"interval": "year"}, "2025-01-31"),
    ],
)
def test_intervals(shop: Shop, recurring: dict[str, Any], ends: str) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(**recurring))
    assert shop.period(subscription.id) == ("2024-01-31", ends)


def test_a_trial_bills_nothing_and_then_charges(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = shop.subscribe(shop.customer(), trial_period_days=14)
    assert (subscription.status, subscription.trial_end) == ("trialing", START + 14 * DAY)
    assert shop.period(subscription.id) == ("2024-01-31", "2024-02-14")
    [first] = shop.invoices(subscription.id)
    assert (first.status, first.total) == ("paid", 0)
    sandbox.advance(14 * DAY)
    assert _status(shop, subscription.id) == "active"
    assert shop.period(subscription.id) == ("2024-02-14", "2024-03-14")
    assert shop.invoices(subscription.id)[-1].amount_paid == 2900


def test_a_trial_can_end_past_due_canceled_or_paused(shop: Shop, sandbox: SandboxServer) -> None:
    failing = shop.subscribe(shop.customer("pm_card_chargeCustomerFail"), trial_period_days=7)

    def without_card(behavior: str) -> str:
        ending = {"end_behavior": {"missing_payment_method": behavior}}
        made = shop.subscribe(shop.customer(None), trial_period_days=7, trial_settings=ending)
        return str(made.id)

    canceled, paused = without_card("cancel"), without_card("pause")
    sandbox.advance(7 * DAY)
    assert _status(shop, failing.id) == "past_due"
    assert _status(shop, canceled) == "canceled"
    assert _status(shop, paused) == "paused"
    assert len(shop.invoices(paused)) == 1


def test_cancel_at_period_end_takes_effect_and_can_be_undone(
    shop: Shop, sandbox: SandboxServer
) -> None:
    update = shop.client.v1.subscriptions.update
    leaving, staying = (shop.subscribe(shop.customer()) for _ in range(2))
    for subscription in (leaving, staying):
        changed = update(subscription.id, {"cancel_at_period_end": True})
        assert (changed.cancel_at, changed.canceled_at) == (START + 29 * DAY, START)
    undone = update(staying.id, {"cancel_at_period_end": False})
    assert (undone.cancel_at, undone.canceled_at) == (None, None)
    sandbox.advance(40 * DAY)
    ended = shop.client.v1.subscriptions.retrieve(leaving.id)
    assert (ended.status, ended.ended_at, ended.canceled_at) == (
        "canceled",
        START + 29 * DAY,
        START,
    )
    assert len(shop.invoices(leaving.id)) == 1
    assert _status(shop, staying.id) == "active"
    assert "customer.subscription.deleted" in shop.event_types()


def test_cancel_at_a_moment_and_at_once(shop: Shop, sandbox: SandboxServer) -> None:
    planned = shop.subscribe(shop.customer(), cancel_at=START + 10 * DAY)
    now = shop.subscribe(shop.customer())
    gone = shop.client.v1.subscriptions.cancel(
        now.id, {"cancellation_details": {"feedback": "unused", "comment": "no time"}}
    )
    assert gone.status == "canceled"
    assert gone.cancellation_details.feedback == "unused"
    with pytest.raises(stripe.InvalidRequestError) as again:
        shop.client.v1.subscriptions.cancel(now.id)
    assert (again.value.http_status, again.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError) as late:
        shop.client.v1.subscriptions.update(now.id, {"cancel_at_period_end": True})
    assert late.value.code == "invalid_canceled_subscription_fields"
    sandbox.advance(10 * DAY)
    assert _status(shop, planned.id) == "canceled"


def test_zero_and_three_decimal_currencies_pass_through(shop: Shop, sandbox: SandboxServer) -> None:
    yen = shop.subscribe(shop.customer(), shop.price(1500, "jpy"))
    fils = shop.subscribe(shop.customer(), shop.price(9500, "kwd"))
    assert [i.total for i in shop.invoices(yen.id)] == [1500]
    [invoice] = shop.invoices(fils.id)
    assert (invoice.total, invoice.lines.data[0].description) == (
        9500,
        "1 × Room (at 9.500 KWD / month)",
    )


def test_a_customer_has_one_active_currency(shop: Shop) -> None:
    customer = shop.customer()
    shop.subscribe(customer)
    with pytest.raises(stripe.InvalidRequestError, match="cannot combine currencies"):
        shop.subscribe(customer, shop.price(1000, "eur"))


def test_the_clock_never_goes_back(sandbox: SandboxServer, shop: Shop) -> None:
    answer = sandbox.set_clock(START - 1)
    assert answer.status_code == 400
    assert sandbox.now() == START


def test_advancing_in_steps_or_at_once_is_the_same(shop: Shop, sandbox: SandboxServer) -> None:
    def history(steps: int) -> list[tuple[Any, ...]]:
        sandbox.reset()
        sandbox.advance_to(START)
        fresh = Shop(shop.client)
        good = fresh.subscribe(fresh.customer())
        late = fresh.subscribe(fresh.customer("pm_card_chargeCustomerFail"), trial_period_days=9)
        for number in range(1, steps + 1):
            sandbox.advance_to(START + 90 * DAY * number // steps)
        found = fresh.invoices(good.id) + fresh.invoices(late.id)
        return [(i.id, i.number, i.created, i.status, i.attempt_count) for i in found]

    assert history(1) == history(17)
