"""Charges that fail: retries, recovery, the end. The clock starts on 31 Jan 2024."""

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer


def _status(shop: Shop, subscription: str) -> str:
    return shop.client.v1.subscriptions.retrieve(subscription).status


def test_a_failing_card_is_retried_four_times_then_the_subscription_ends(
    shop: Shop, sandbox: SandboxServer
) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer)
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    renewal = START + 29 * DAY
    seen = []
    for after in (0, 1, 3, 5, 7):
        sandbox.advance_to(renewal + after * DAY)
        invoice = shop.invoices(subscription.id)[-1]
        next_attempt = invoice.next_payment_attempt
        days = next_attempt and (next_attempt - renewal) // DAY
        status = _status(shop, subscription.id)
        seen.append((invoice.status, invoice.attempt_count, days, status))
    assert seen == [
        ("open", 1, 1, "past_due"),
        ("open", 2, 3, "past_due"),
        ("open", 3, 5, "past_due"),
        ("open", 4, 7, "past_due"),
        ("open", 5, None, "canceled"),
    ]
    ended = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert ended.cancellation_details is not None
    assert ended.cancellation_details.reason == "payment_failed"
    assert shop.client.v1.customers.retrieve(customer).delinquent
    sandbox.advance(60 * DAY)
    assert len(shop.invoices(subscription.id)) == 2


def test_a_new_card_recovers_a_late_subscription(shop: Shop, sandbox: SandboxServer) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer)
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    sandbox.advance(30 * DAY)
    invoice = shop.invoices(subscription.id)[-1]
    with pytest.raises(stripe.CardError) as refused:
        shop.client.v1.invoices.pay(invoice.id)
    assert refused.value.code == "card_declined"
    assert refused.value.error.decline_code == "generic_decline"
    assert refused.value.error.payment_intent.last_payment_error.code == "card_declined"
    again = shop.client.v1.invoices.retrieve(invoice.id)
    # A payment by hand does not count as an automatic retry.
    assert again.attempt_count == 2
    shop.set_default(customer, shop.attach(customer, "pm_card_mastercard"))
    paid = shop.client.v1.invoices.pay(invoice.id)
    assert (paid.status, paid.amount_remaining, paid.next_payment_attempt) == ("paid", 0, None)
    assert _status(shop, subscription.id) == "active"
    assert not shop.client.v1.customers.retrieve(customer).delinquent


def test_the_next_retry_uses_the_new_card(shop: Shop, sandbox: SandboxServer) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer)
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    sandbox.advance(29 * DAY)
    assert _status(shop, subscription.id) == "past_due"
    shop.set_default(customer, shop.attach(customer, "pm_card_visa"))
    sandbox.advance(DAY)
    assert _status(shop, subscription.id) == "active"
    invoice = shop.invoices(subscription.id)[-1]
    assert (invoice.status, invoice.attempt_count) == ("paid", 2)


def test_an_expired_card_fails_at_the_renewal(shop: Shop, sandbox: SandboxServer) -> None:
    customer = shop.customer(None)
    method = shop.client.v1.payment_methods.create(
        {"type": "card", "card": {"number": "5555555555554444", "exp_month": 2, "exp_year": 2024}}
    )
    shop.set_default(customer, shop.attach(customer, method.id))
    subscription = shop.subscribe(customer)
    sandbox.advance(29 * DAY)
    assert _status(shop, subscription.id) == "active"
    sandbox.advance(32 * DAY)
    assert _status(shop, subscription.id) == "past_due"
    charge = shop.client.v1.charges.list({"customer": customer}).data[0]
    assert charge.failure_code == "expired_card"


def test_a_first_charge_that_fails_expires_after_23_hours(
    shop: Shop, sandbox: SandboxServer
) -> None:
    subscription = shop.subscribe(shop.customer("pm_card_chargeCustomerFail"))
    assert subscription.status == "incomplete"
    sandbox.advance(22 * 3600)
    assert _status(shop, subscription.id) == "incomplete"
    sandbox.advance(3600)
    assert _status(shop, subscription.id) == "incomplete_expired"
    assert [i.status for i in shop.invoices(subscription.id)] == ["void"]


def test_an_incomplete_subscription_becomes_active_when_paid(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")
    subscription = shop.subscribe(customer)
    visa = shop.attach(customer, "pm_card_visa")
    shop.client.v1.invoices.pay(subscription.latest_invoice, {"payment_method": visa})
    assert _status(shop, subscription.id) == "active"


def test_error_if_incomplete_leaves_nothing_behind(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError):
        shop.subscribe(customer, payment_behavior="error_if_incomplete")
    assert not shop.client.v1.subscriptions.list({"customer": customer, "status": "all"}).data
    assert not shop.client.v1.invoices.list({"customer": customer}).data


def test_a_sent_invoice_waits_for_its_due_date(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = shop.subscribe(
        shop.customer(), collection_method="send_invoice", days_until_due=10
    )
    assert subscription.status == "active"
    [invoice] = shop.invoices(subscription.id)
    assert (invoice.status, invoice.due_date) == ("open", START + 10 * DAY)
    sandbox.advance(10 * DAY)
    assert _status(shop, subscription.id) == "past_due"
