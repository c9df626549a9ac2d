"""Adding the same card for what is billed apart."""

from __future__ import annotations

from typing import Any

from portal_app.customers.models import Customer
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import Wallet
from portal_app.payment_methods.views import further_choices
from portal_app.ui.reader import Reader
from tests.rows import NOW
from tests.unit.memberships.held import a_card

EN = Reader("en")


def wallet(currency: str | None, *methods: PaymentMethod) -> Wallet:
    customer = Customer(
        id=f"cust_{currency}",
        stripe_customer_id=f"cus_{currency}",
        email="ada@example.com",
        email_key="ada@example.com",
        currency=currency,
        created_at=NOW,
        observed_at=NOW,
    )
    return Wallet(customer=customer, methods=methods)


def added(**over: Any) -> PaymentMethod:
    return a_card(customer_id="cust_USD", fingerprint="same", **over)


def test_only_what_is_charged_elsewhere_and_lacks_the_card_is_offered() -> None:
    wallets = [
        wallet("USD", added()),
        wallet("EUR"),
        wallet("JPY", a_card(fingerprint="same")),
        wallet("GBP", a_card(fingerprint="other")),
        wallet("CHF"),
        wallet(None),
    ]
    charged = {"cust_USD", "cust_EUR", "cust_JPY", "cust_GBP", "cust_None"}
    offers = further_choices(EN, added(), wallets, charged)
    assert [(one.title, one.href) for one in offers] == [
        ("Add it for what is billed in EUR too", "/payment-methods/add/?customer=cust_EUR"),
        ("Add it for what is billed in GBP too", "/payment-methods/add/?customer=cust_GBP"),
    ]


def test_a_debit_of_one_currency_is_not_offered_in_another() -> None:
    assert further_choices(EN, added(kind="sepa_debit"), [wallet("JPY")], {"cust_JPY"}) == []
