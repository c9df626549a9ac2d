"""Every documented test card and test account that the sandbox has."""

from typing import Any

import pytest
import stripe

from portal_app.sandbox.engine.card_table import ACCOUNTS, CARDS, NUMBERS, UNSUPPORTED
from portal_app.sandbox.engine.declines import TestAccount as Account
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer

SAVED = {token: card for token, card in CARDS.items() if card.attach is None}


def _luhn(number: str) -> bool:
    doubled = [
        sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(number[::-1])
    ]
    return sum(doubled) % 10 == 0


def _checksum(iban: str) -> bool:
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


@pytest.mark.parametrize("number", [*NUMBERS, *UNSUPPORTED])
def test_numbers_are_well_formed(number: str) -> None:
    assert _luhn(number)


@pytest.mark.parametrize("account", ACCOUNTS.values(), ids=list(ACCOUNTS))
def test_ibans_are_well_formed(account: Account) -> None:
    assert _checksum(account.iban)


def test_every_token_and_number_can_be_saved_or_says_why_not(shop: Shop) -> None:
    customer = shop.customer(None)
    for token, card in CARDS.items():
        typed: Any = {"number": card.number, "exp_month": 12, "exp_year": 2030}
        method = shop.client.v1.payment_methods.create({"type": "card", "card": typed})
        if card.attach is None:
            attached = shop.client.v1.payment_methods.attach(
                f"pm_card_{token}", {"customer": customer}
            )
            shop.attach(customer, method.id)
            assert attached.card is not None
            assert (attached.card.brand, attached.card.country, attached.card.last4) == (
                card.brand,
                card.country,
                card.number[-4:],
            )
        else:
            for given in (f"pm_card_{token}", method.id):
                with pytest.raises(stripe.CardError) as refused:
                    shop.attach(customer, given)
                assert refused.value.error.decline_code == card.attach.decline_code


def test_every_saved_card_renews_as_documented(shop: Shop, sandbox: SandboxServer) -> None:
    price = shop.price()
    expected = {}
    for token, card in SAVED.items():
        customer = shop.customer()
        subscription = shop.subscribe(customer, price)
        shop.set_default(customer, shop.attach(customer, f"pm_card_{token}"))
        asks = card.asks(off_session=True, set_up=False)
        expected[subscription.id] = "past_due" if asks or card.charge else "active"
    sandbox.advance(29 * DAY)
    found = shop.client.v1.subscriptions.list({"status": "all", "limit": 100}).data
    assert {s.id: s.status for s in found} == expected
    assert set(expected.values()) == {"active", "past_due"}


def test_cards_that_are_not_there_say_so(shop: Shop) -> None:
    def create(number: str) -> Any:
        card: Any = {"number": number, "exp_month": 12, "exp_year": 2030}
        return shop.client.v1.payment_methods.create({"type": "card", "card": card})

    with pytest.raises(stripe.APIError, match="refunds that fail"):
        create("4000000000005126")
    with pytest.raises(stripe.APIError, match="refunds that take time"):
        shop.attach(shop.customer(None), "pm_card_pendingRefund")
    with pytest.raises(stripe.CardError) as live:
        create("4111111111111111")
    assert live.value.error.decline_code == "test_mode_live_card"
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod"):
        shop.attach(shop.customer(None), "pm_card_fantasy")


def _debit(shop: Shop, iban: str) -> str:
    customer = shop.customer(None)
    given: Any = {
        "type": "sepa_debit",
        "sepa_debit": {"iban": iban},
        "billing_details": {"name": "A", "email": "a@example.com"},
    }
    method = shop.client.v1.payment_methods.create(given)
    shop.set_default(customer, shop.attach(customer, method.id))
    return customer


@pytest.mark.parametrize(
    ("iban", "first", "later"),
    [
        ("DE89370400440532013000", "active", "active"),
        ("DE62370400440532013001", "incomplete", "incomplete"),
        ("DE08370400440532013003", "active", "active"),
        ("DE78370400440532013004", "active", "past_due"),
    ],
)
def test_debits_arrive_at_once_or_later(
    shop: Shop, sandbox: SandboxServer, iban: str, first: str, later: str
) -> None:
    subscription = shop.subscribe(_debit(shop, iban), shop.price(2900, "eur"))
    assert subscription.status == first
    sandbox.advance(180)
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == later


def test_a_debit_under_way_is_neither_paid_nor_owed(shop: Shop, sandbox: SandboxServer) -> None:
    customer = _debit(shop, "DE08370400440532013003")
    subscription = shop.subscribe(customer, shop.price(2900, "eur"))
    [invoice] = shop.invoices(subscription.id)
    assert (invoice.status, invoice.attempted, invoice.next_payment_attempt) == ("open", True, None)
    [charge] = shop.client.v1.charges.list({"customer": customer}).data
    assert (charge.status, charge.paid) == ("pending", False)
    with pytest.raises(stripe.InvalidRequestError, match="under way"):
        shop.client.v1.invoices.pay(invoice.id)
    sandbox.advance(180)
    assert [i.status for i in shop.invoices(subscription.id)] == ["paid"]
    assert shop.event_types()[-6:-4] == ["charge.succeeded", "payment_intent.succeeded"]


def test_a_debit_that_comes_back_is_tried_again(shop: Shop, sandbox: SandboxServer) -> None:
    customer = _debit(shop, "DE78370400440532013004")
    subscription = shop.subscribe(customer, shop.price(2900, "eur"))
    sandbox.advance(180)
    [late] = shop.invoices(subscription.id)
    assert (late.status, late.next_payment_attempt) == ("open", sandbox.now() + DAY)
    visa = shop.attach(customer, "pm_card_visa")
    assert shop.client.v1.invoices.pay(late.id, {"payment_method": visa}).status == "paid"
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_debits_have_tokens_too(shop: Shop) -> None:
    customer = shop.customer(None)
    method = shop.client.v1.payment_methods.retrieve(
        shop.attach(customer, "pm_sepaDebit_success_fr")
    )
    assert (method.type, method.sepa_debit.country) == ("sepa_debit", "FR")  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        _debit(shop, "DE02120300000000202051")
    assert unknown.value.code == "invalid_bank_account_iban"


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_authenticationRequired"])
def test_checkout_saves_a_card(shop: Shop, sandbox: SandboxServer, card: str) -> None:
    customer = shop.customer(None)
    session = shop.client.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "customer": customer,
            "currency": "usd",
            "success_url": "https://shop.example/",
            "setup_intent_data": {"metadata": {"why": "late"}},
        }
    )
    assert (session.payment_status, session.amount_total) == ("no_payment_required", None)
    intent = shop.client.v1.setup_intents.retrieve(str(session.setup_intent))
    assert (intent.status, intent.metadata["why"]) == ("requires_payment_method", "late")  # type: ignore[index]
    assert sandbox.complete(session.id, "pm_card_chargeDeclined").status_code == 402
    done = sandbox.complete(session.id, card).json()
    assert (done["status"], done["url"]) == ("complete", None)
    [method] = shop.client.v1.customers.payment_methods.list(customer).data
    kept = shop.client.v1.setup_intents.retrieve(intent.id)
    assert (kept.status, kept.payment_method) == ("succeeded", method.id)
