"""Changes that hold only once they are paid."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer

HOUR = 3600


@pytest.fixture
def subscription(shop: Shop, sandbox: SandboxServer) -> Any:
    """$30 for 30 days, ten of which are over, and a card that fails from now on."""
    customer = shop.customer()
    price = shop.price(3000, interval="day", interval_count=30)
    made = shop.subscribe(customer, price)
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    sandbox.advance(10 * DAY)
    return made


def _upgrade(shop: Shop, subscription: Any, **given: Any) -> Any:
    price = shop.price(6000, interval="day", interval_count=30)
    change = {
        "items": [{"id": subscription["items"].data[0].id, "price": price}],
        "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete",
        **given,
    }
    return shop.client.v1.subscriptions.update(subscription.id, change)  # type: ignore[arg-type]


def _amount(subscription: Any) -> int:
    found: int = subscription["items"].data[0].price.unit_amount
    return found


def test_the_change_waits_and_nothing_else_does(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    waiting = _upgrade(shop, subscription)
    assert (waiting.status, _amount(waiting)) == ("active", 3000)
    pending = waiting.pending_update
    assert pending.expires_at == sandbox.now() + 23 * HOUR
    assert pending.subscription_items[0].price.unit_amount == 6000
    invoice = shop.client.v1.invoices.retrieve(waiting.latest_invoice)
    assert (invoice.status, invoice.amount_due, invoice.next_payment_attempt) == (
        "open",
        2000,
        None,
    )


def test_paid_it_takes_effect_as_it_was_billed(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    waiting = _upgrade(shop, subscription)
    sandbox.advance(HOUR)
    visa = shop.attach(str(waiting.customer), "pm_card_visa")
    shop.client.v1.invoices.pay(waiting.latest_invoice, {"payment_method": visa})
    changed = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert (changed.status, _amount(changed), changed.pending_update) == ("active", 6000, None)
    assert "customer.subscription.pending_update_applied" in shop.event_types()
    shop.set_default(str(changed.customer), visa)
    sandbox.advance_to(START + 30 * DAY)
    assert [i.amount_paid for i in shop.invoices(subscription.id)] == [3000, 2000, 6000]


@pytest.mark.parametrize("how", ["time", "void", "another", "cancel"])
def test_unpaid_it_is_forgotten(
    shop: Shop, sandbox: SandboxServer, subscription: Any, how: str
) -> None:
    waiting = _upgrade(shop, subscription)
    if how == "time":
        sandbox.advance(23 * HOUR)
    elif how == "void":
        shop.client.v1.invoices.void_invoice(waiting.latest_invoice)
    elif how == "another":
        _upgrade(shop, subscription, proration_behavior="none")
    else:
        shop.client.v1.subscriptions.cancel(subscription.id)
    left = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert left.status == ("canceled" if how == "cancel" else "active")
    assert left.pending_update is None
    assert _amount(left) == (6000 if how == "another" else 3000)
    assert shop.client.v1.invoices.retrieve(waiting.latest_invoice).status == "void"
    assert "customer.subscription.pending_update_expired" in shop.event_types()
    assert not shop.client.v1.invoice_items.list({"pending": True}).data


def test_a_bank_that_asks_decides_it(shop: Shop, sandbox: SandboxServer, subscription: Any) -> None:
    customer = str(subscription.customer)
    shop.set_default(customer, shop.attach(customer, "pm_card_authenticationRequired"))
    waiting = _upgrade(shop, subscription, expand=["latest_invoice.confirmation_secret"])
    intent = waiting.latest_invoice.confirmation_secret.client_secret.partition("_secret_")[0]
    path = f"/_sandbox/authenticate/{intent}"
    assert sandbox.raw("POST", path, json={"outcome": "fail"}).status_code == 200
    still = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert (still.status, _amount(still)) == ("active", 3000)
    card = (
        still.default_payment_method
        or shop.client.v1.customers.retrieve(customer).invoice_settings.default_payment_method
    )  # type: ignore[union-attr]
    shop.client.v1.payment_intents.confirm(intent, {"payment_method": str(card)})
    assert sandbox.raw("POST", path, json={"outcome": "succeed"}).status_code == 200
    assert _amount(shop.client.v1.subscriptions.retrieve(subscription.id)) == 6000


def test_what_can_not_wait_is_refused(shop: Shop, subscription: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        _upgrade(shop, subscription, cancel_at_period_end=True)
    assert refused.value.param == "cancel_at_period_end"
