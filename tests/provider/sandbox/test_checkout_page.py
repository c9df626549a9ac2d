"""Checkout's page in the sandbox, and the card updater."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.provider.sandbox_server import SandboxServer

BACK = "https://shop.example/back?id={CHECKOUT_SESSION_ID}"


def opened(client: stripe.StripeClient, **over: Any) -> stripe.checkout.Session:
    customer = client.v1.customers.create({"email": "ada@example.com"}).id
    given: Any = {
        "mode": "setup",
        "customer": customer,
        "currency": "eur",
        "success_url": BACK,
        "cancel_url": "https://shop.example/left?a=1&b=<2>",
        "setup_intent_data": {"metadata": {"portal_setup": "setu_1"}},
    }
    return client.v1.checkout.sessions.create({**given, **over})


def test_a_card_is_saved_and_the_customer_sent_back(client: stripe.StripeClient) -> None:
    session = opened(client)
    address = str(session.url)
    page = httpx.get(address)
    assert page.status_code == 200
    assert "Visa ending 4242" in page.text
    assert "SEPA debit" in page.text
    assert 'href="https://shop.example/left?a=1&amp;b=&lt;2&gt;"' in page.text
    done = httpx.post(address, data={"card": "pm_card_mastercard"})
    assert (done.status_code, done.headers["location"]) == (
        303,
        BACK.replace("{CHECKOUT_SESSION_ID}", session.id),
    )
    found = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert found.status == "complete"
    assert found.setup_intent.status == "succeeded"  # type: ignore[union-attr]
    metadata = found.setup_intent.metadata  # type: ignore[union-attr]
    assert metadata is not None
    assert metadata["portal_setup"] == "setu_1"
    again = httpx.get(address)
    assert "This page is complete." in again.text
    assert "<form" not in again.text
    assert httpx.post(address, data={"card": "pm_card_visa"}).status_code == 200
    assert len(client.v1.customers.payment_methods.list(str(session.customer)).data) == 1


@pytest.mark.parametrize("token", ["pm_card_chargeDeclined", "", "pm_1", "pm_card_none"])
def test_a_refusal_stays_on_the_page(client: stripe.StripeClient, token: str) -> None:
    session = opened(client)
    refused = httpx.post(str(session.url), data={"card": token})
    assert refused.status_code in (400, 402)
    assert 'role="alert"' in refused.text
    assert "<form" in refused.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_a_debit_is_saved_too(client: stripe.StripeClient) -> None:
    session = opened(client)
    httpx.post(str(session.url), data={"card": "pm_sepaDebit_success_de"})
    (method,) = client.v1.customers.payment_methods.list(str(session.customer)).data
    assert method.type == "sepa_debit"


def test_an_unknown_page_is_not_found(sandbox: SandboxServer, client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({}).id
    for unknown in ("cs_test_none", customer):
        address = f"{sandbox.origin}/pages/checkout/{unknown}"
        assert httpx.get(address).status_code == 404
        assert httpx.post(address, data={"card": "pm_card_visa"}).status_code == 404


def test_a_cards_network_tells_of_a_new_expiry(
    sandbox: SandboxServer, client: stripe.StripeClient
) -> None:
    customer = client.v1.customers.create({}).id
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    assert method.card is not None
    sandbox.raw("POST", f"/_sandbox/payment_methods/{method.id}/renew", json={})
    renewed = client.v1.payment_methods.retrieve(method.id).card
    assert renewed is not None
    assert (renewed.exp_month, renewed.exp_year) == (
        method.card.exp_month,
        method.card.exp_year + 3,
    )
    given = {"exp_month": 4, "exp_year": renewed.exp_year + 1}
    sandbox.raw("POST", f"/_sandbox/payment_methods/{method.id}/renew", json=given)
    told = client.v1.events.list({"type": "payment_method.automatically_updated"}).data
    assert len(told) == 2
    previous = told[0].data.to_dict()["previous_attributes"]
    assert previous == {"card": {"exp_month": renewed.exp_month, "exp_year": renewed.exp_year}}
