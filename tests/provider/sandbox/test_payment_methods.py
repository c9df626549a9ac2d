"""Test cards, SEPA debits, attaching and detaching."""

from typing import Any

import pytest
import stripe

from tests.provider.sandbox.shop import Shop
from tests.provider.sandbox_server import SandboxServer


def _create(client: stripe.StripeClient, number: str, **card: Any) -> stripe.PaymentMethod:
    details = {"number": number, "exp_month": 12, "exp_year": 2030, **card}
    return client.v1.payment_methods.create({"type": "card", "card": details})


@pytest.mark.parametrize(
    ("token", "brand", "last4", "funding"),
    [
        ("pm_card_visa", "visa", "4242", "credit"),
        ("pm_card_visa_debit", "visa", "5556", "debit"),
        ("pm_card_mastercard", "mastercard", "4444", "credit"),
        ("pm_card_amex", "amex", "0005", "credit"),
        ("pm_card_chargeCustomerFail", "visa", "0341", "credit"),
    ],
)
def test_tokens_attach_fresh_cards(
    shop: Shop, token: str, brand: str, last4: str, funding: str
) -> None:
    customer = shop.customer(None)
    methods = [
        shop.client.v1.payment_methods.attach(token, {"customer": customer}) for _ in range(2)
    ]
    assert len({m.id for m in methods}) == 2
    card = methods[0].card
    assert card is not None
    assert (card.brand, card.last4, card.funding) == (brand, last4, funding)
    assert card.fingerprint == methods[1].card.fingerprint
    listed = shop.client.v1.customers.payment_methods.list(customer).data
    assert [m.id for m in listed] == [m.id for m in methods[::-1]]


@pytest.mark.parametrize(
    ("number", "card", "code", "decline_code"),
    [
        ("4111111111111111", {}, "card_declined", "test_mode_live_card"),
        ("4242424242424241", {}, "incorrect_number", None),
        ("4242", {}, "incorrect_number", None),
        ("4242424242424242", {"exp_year": 2023}, "invalid_expiry_year", None),
        ("4242424242424242", {"exp_month": 13}, "invalid_expiry_month", None),
        ("4242424242424242", {"cvc": "12"}, "invalid_cvc", None),
        ("378282246310005", {"cvc": "123"}, "invalid_cvc", None),
    ],
)
def test_other_numbers_and_wrong_details_are_refused(
    client: stripe.StripeClient,
    number: str,
    card: dict[str, Any],
    code: str,
    decline_code: str | None,
) -> None:
    with pytest.raises(stripe.CardError) as refused:
        _create(client, number, **card)
    assert refused.value.code == code
    assert refused.value.error.decline_code == decline_code


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
        ("4000000000000119", "processing_error", "processing_error"),
    ],
)
def test_declining_cards_refuse_to_attach(
    shop: Shop, number: str, code: str, decline_code: str
) -> None:
    customer = shop.customer(None)
    method = _create(shop.client, number)
    with pytest.raises(stripe.CardError) as refused:
        shop.attach(customer, method.id)
    assert refused.value.code == code
    assert refused.value.error.decline_code == decline_code
    assert not shop.client.v1.customers.payment_methods.list(customer).data


def test_the_number_never_comes_back(sandbox: SandboxServer, client: stripe.StripeClient) -> None:
    method = _create(client, "5555555555554444", cvc="123")
    answer = sandbox.raw("GET", f"/v1/payment_methods/{method.id}")
    assert "5555555555554444" not in answer.text
    assert "_number" not in answer.text


def test_detaching_clears_the_defaults_for_good(shop: Shop) -> None:
    customer = shop.customer()
    method = shop.attach(customer, "pm_card_mastercard")
    shop.set_default(customer, method)
    subscription = shop.subscribe(customer, default_payment_method=method)
    gone = shop.client.v1.payment_methods.detach(method)
    assert gone.customer is None
    found = shop.client.v1.customers.retrieve(customer)
    assert found.invoice_settings.default_payment_method is None
    retrieved = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert retrieved.default_payment_method is None
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        shop.attach(customer, method)
    assert shop.event_types()[-1] == "payment_method.detached"


def test_a_method_belongs_to_one_customer(shop: Shop) -> None:
    first, second = shop.customer(None), shop.customer(None)
    method = shop.attach(first, "pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        shop.attach(second, method)
    with pytest.raises(stripe.InvalidRequestError, match="does not have a payment method"):
        shop.set_default(second, method)
    with pytest.raises(stripe.InvalidRequestError, match="does not have a payment method"):
        shop.subscribe(second, default_payment_method=method)
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod"):
        shop.client.v1.customers.payment_methods.retrieve(second, method)


def test_the_expiry_can_be_corrected(shop: Shop) -> None:
    method = shop.attach(shop.customer(None), "pm_card_visa")
    update = shop.client.v1.payment_methods.update
    changed = update(method, {"card": {"exp_month": 3, "exp_year": 2031}})
    assert (changed.card.exp_month, changed.card.exp_year) == (3, 2031)
    with pytest.raises(stripe.CardError):
        update(method, {"card": {"exp_year": 2020}})


def test_sepa_debits_pay(shop: Shop) -> None:
    customer = shop.customer(None)
    method = shop.client.v1.payment_methods.create(
        {
            "type": "sepa_debit",
            "sepa_debit": {"iban": "DE89 3704 0044 0532 0130 00"},
            "billing_details": {"name": "Ada", "email": "a@example.com"},
        }
    )
    shop.set_default(customer, shop.attach(customer, method.id))
    subscription = shop.subscribe(customer, shop.price(12000, "eur"))
    assert subscription.status == "active"
    [charge] = shop.client.v1.charges.list({"customer": customer}).data
    assert charge.payment_method_details.sepa_debit.last4 == "3000"
    with pytest.raises(stripe.InvalidRequestError, match="IBAN"):
        shop.client.v1.payment_methods.create(
            {"type": "sepa_debit", "sepa_debit": {"iban": "DE02120300000000202051"}}
        )
