"""Ends by request: at once or planned, with and without credit and a last invoice."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
def subscription(shop: Shop, sandbox: SandboxServer) -> Any:
    """$30 for 30 days, ten of which are over."""
    price = shop.price(3000, interval="day", interval_count=30)
    made = shop.subscribe(shop.customer(), price)
    sandbox.advance(10 * DAY)
    return made


def _upgrade(shop: Shop, subscription: Any) -> None:
    price = shop.price(6000, interval="day", interval_count=30)
    item = subscription["items"].data[0].id
    shop.client.v1.subscriptions.update(subscription.id, {"items": [{"id": item, "price": price}]})


def _pending(shop: Shop) -> list[int]:
    return [i.amount for i in shop.client.v1.invoice_items.list({"pending": True}).data]


def _balance(shop: Shop, subscription: Any) -> int:
    return shop.client.v1.customers.retrieve(subscription.customer).balance or 0


def test_at_once_without_more_credits_nothing(shop: Shop, subscription: Any) -> None:
    _upgrade(shop, subscription)
    gone = shop.client.v1.subscriptions.cancel(subscription.id)
    assert (gone.status, gone.ended_at, gone.canceled_at) == ("canceled", *[START + 10 * DAY] * 2)
    # Prorations that still waited are dropped, and nobody is told of a charge.
    assert (_pending(shop), _balance(shop, subscription)) == ([], 0)
    assert len(shop.invoices(subscription.id)) == 1
    with pytest.raises(stripe.InvalidRequestError) as again:
        shop.client.v1.subscriptions.cancel(subscription.id)
    assert (again.value.http_status, again.value.code) == (404, "resource_missing")


def test_prorate_leaves_the_credit_waiting(shop: Shop, subscription: Any) -> None:
    shop.client.v1.subscriptions.cancel(subscription.id, {"prorate": True})
    assert (_pending(shop), len(shop.invoices(subscription.id))) == ([-2000], 1)
    # The customer's next invoice takes it, whatever it is for.
    again = shop.subscribe(subscription.customer, shop.price(5000))
    assert shop.invoices(again.id)[0].amount_paid == 3000


def test_prorate_and_invoice_now_credit_the_balance(shop: Shop, subscription: Any) -> None:
    gone = shop.client.v1.subscriptions.cancel(
        subscription.id, {"prorate": True, "invoice_now": True}
    )
    last = shop.invoices(subscription.id)[-1]
    assert (last.total, last.amount_due, last.status, last.id) == (
        -2000,
        0,
        "paid",
        gone.latest_invoice,
    )
    assert (_pending(shop), _balance(shop, subscription)) == ([], -2000)


def test_invoice_now_collects_what_waits(shop: Shop, subscription: Any) -> None:
    _upgrade(shop, subscription)
    shop.client.v1.subscriptions.cancel(subscription.id, {"invoice_now": True})
    assert shop.invoices(subscription.id)[-1].amount_paid == 2000
    assert _pending(shop) == []


def test_what_waits_is_collected_at_the_planned_end(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    _upgrade(shop, subscription)
    planned = shop.client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert planned.cancel_at == START + 30 * DAY
    sandbox.advance(20 * DAY)
    assert [i.amount_paid for i in shop.invoices(subscription.id)] == [3000, 2000]
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "canceled"


@pytest.mark.parametrize(("behavior", "credited"), [("create_prorations", -1000), ("none", 0)])
def test_a_planned_end_within_the_period_credits_the_rest(
    shop: Shop, sandbox: SandboxServer, subscription: Any, behavior: Any, credited: int
) -> None:
    planned = shop.client.v1.subscriptions.update(
        subscription.id, {"cancel_at": START + 20 * DAY, "proration_behavior": behavior}
    )
    assert (planned.cancel_at, planned.canceled_at) == (START + 20 * DAY, START + 10 * DAY)
    sandbox.advance(10 * DAY)
    ended = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, _balance(shop, subscription)) == ("canceled", credited)


def test_both_ways_of_planning_exclude_each_other(shop: Shop, subscription: Any) -> None:
    update = shop.client.v1.subscriptions.update
    with pytest.raises(stripe.InvalidRequestError) as both:
        update(subscription.id, {"cancel_at": START + 20 * DAY, "cancel_at_period_end": True})
    assert both.value.code == "parameters_exclusive"
    with pytest.raises(stripe.InvalidRequestError) as past:
        update(subscription.id, {"cancel_at": START})
    assert past.value.param == "cancel_at"
    with pytest.raises(stripe.InvalidRequestError) as misspelt:
        shop.client.v1.subscriptions.cancel(subscription.id, {"invoicenow": True})  # type: ignore[arg-type]
    assert misspelt.value.code == "parameter_unknown"


def test_an_open_invoice_outlives_its_subscription_without_retries(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    customer = subscription.customer
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    sandbox.advance(20 * DAY)
    shop.client.v1.subscriptions.cancel(subscription.id)
    late = shop.invoices(subscription.id)[-1]
    assert (late.status, late.auto_advance, late.next_payment_attempt) == ("open", False, None)
    sandbox.advance(30 * DAY)
    assert shop.client.v1.invoices.retrieve(late.id).attempt_count == 1
    visa = shop.attach(customer, "pm_card_visa")
    assert shop.client.v1.invoices.pay(late.id, {"payment_method": visa}).status == "paid"
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
