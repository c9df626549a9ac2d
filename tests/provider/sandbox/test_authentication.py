"""3D Secure: cards that want to see the customer, at saving, paying and renewing."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import stripe
from starlette.requests import Request

from portal_app.sandbox.http import bank
from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer

UNLESS_SET_UP = "pm_card_authenticationRequiredOnSetup"
ALWAYS = "pm_card_authenticationRequired"
ALREADY = "pm_card_authenticationRequiredSetupForOffSession"
TYPED = {
    "type": "card",
    "card[number]": "4242424242424242",
    "card[exp_month]": 12,
    "card[exp_year]": 2030,
}
THEN_DECLINED = "pm_card_threeDSecureRequiredChargeDeclined"


def _save(shop: Shop, customer: str, card: str, **given: Any) -> stripe.SetupIntent:
    return shop.client.v1.setup_intents.create(
        {"customer": customer, "payment_method": card, "confirm": True, **given}  # type: ignore[typeddict-item]
    )


def _verdict(sandbox: SandboxServer, intent: str, outcome: str = "succeed") -> dict[str, Any]:
    answer = sandbox.raw("POST", f"/_sandbox/authenticate/{intent}", json={"outcome": outcome})
    found: dict[str, Any] = answer.json()
    return found


def _pay(shop: Shop, card: str, **given: Any) -> stripe.PaymentIntent:
    params = {"amount": 4200, "currency": "usd", "payment_method": card, "confirm": True, **given}
    return shop.client.v1.payment_intents.create(params)  # type: ignore[arg-type]


def test_a_saved_card_is_attached_after_the_bank_said_yes(
    shop: Shop, sandbox: SandboxServer
) -> None:
    customer = shop.customer(None)
    intent = _save(shop, customer, UNLESS_SET_UP)
    assert (intent.status, intent.next_action.type) == ("requires_action", "use_stripe_sdk")  # type: ignore[union-attr]
    assert not shop.client.v1.customers.payment_methods.list(customer).data
    assert _verdict(sandbox, intent.id)["status"] == "succeeded"
    [method] = shop.client.v1.customers.payment_methods.list(customer).data
    done = shop.client.v1.setup_intents.retrieve(intent.id)
    assert (done.payment_method, done.next_action) == (method.id, None)
    assert shop.event_types()[-4:] == [
        "setup_intent.created",
        "setup_intent.requires_action",
        "payment_method.attached",
        "setup_intent.succeeded",
    ]


def test_a_refused_authentication_saves_nothing(shop: Shop, sandbox: SandboxServer) -> None:
    customer = shop.customer(None)
    intent = _save(shop, customer, ALWAYS)
    failed = _verdict(sandbox, intent.id, "fail")
    assert failed["status"] == "requires_payment_method"
    assert failed["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    assert not shop.client.v1.customers.payment_methods.list(customer).data
    again = shop.client.v1.setup_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (again.status, again.last_setup_error) == ("succeeded", None)
    assert _verdict(sandbox, intent.id)["error"]["code"] == "setup_intent_unexpected_state"


def test_the_banks_page_leads_back_to_the_shop(shop: Shop, sandbox: SandboxServer) -> None:
    back = "https://shop.example/done?x=1"
    intent = _save(shop, shop.customer(None), ALWAYS, return_url=back)
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    url = str(intent.next_action.redirect_to_url.url)
    assert url.startswith(sandbox.origin)
    stranger = url.replace(str(intent.client_secret), "guess")
    assert httpx.get(stranger).status_code == 404
    assert httpx.post(stranger, data={"outcome": "succeed"}).status_code == 404
    nowhere = f"{sandbox.origin}/pages/authenticate/seti_none"
    for secret in ("", "?client_secret=none", "?client_secret=ä"):
        assert httpx.get(nowhere + secret).status_code == 404
        assert httpx.post(url.partition("?")[0] + secret).status_code == 404
    assert "Approve" in httpx.get(url).text
    answer = httpx.post(url, data={"outcome": "succeed"})
    target = urlsplit(answer.headers["location"])
    assert (answer.status_code, target.netloc) == (303, "shop.example")
    assert parse_qs(target.query) == {
        "x": ["1"],
        "setup_intent": [intent.id],
        "setup_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    assert httpx.get(url).status_code == 404


def test_a_card_that_declines_when_saved_leaves_its_reason(shop: Shop) -> None:
    customer = shop.customer(None)
    with pytest.raises(stripe.CardError) as refused:
        _save(shop, customer, "pm_card_chargeDeclinedInsufficientFunds")
    assert refused.value.error.decline_code == "insufficient_funds"
    kept = shop.client.v1.setup_intents.retrieve(refused.value.error.setup_intent.id)
    assert kept.status == "requires_payment_method"
    assert kept.last_setup_error is not None
    assert kept.last_setup_error.decline_code == "insufficient_funds"


@pytest.mark.parametrize(
    ("card", "saved", "status"),
    [
        (UNLESS_SET_UP, True, "active"),
        (UNLESS_SET_UP, False, "past_due"),
        (ALWAYS, True, "past_due"),
        (ALREADY, False, "active"),
        ("pm_card_threeDSecureOptional", False, "active"),
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", True, "past_due"),
    ],
)
def test_renewals_happen_without_the_customer(
    shop: Shop, sandbox: SandboxServer, card: str, saved: bool, status: str
) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer)
    if saved:
        intent = _save(shop, customer, card)
        if intent.status == "requires_action":
            _verdict(sandbox, intent.id)
        method = shop.client.v1.setup_intents.retrieve(intent.id).payment_method
    else:
        method = shop.attach(customer, card)
    shop.set_default(customer, str(method))
    sandbox.advance(29 * DAY)
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == status


def test_a_renewal_that_needs_the_customer_says_so_and_is_paid_by_them(
    shop: Shop, sandbox: SandboxServer
) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer)
    shop.set_default(customer, shop.attach(customer, ALWAYS))
    sandbox.advance(29 * DAY)
    assert "invoice.payment_action_required" in shop.event_types()
    late = shop.invoices(subscription.id)[-1]
    with pytest.raises(stripe.CardError) as asked:
        shop.client.v1.invoices.pay(late.id)
    assert asked.value.code == "invoice_payment_intent_requires_action"
    intent = asked.value.error.payment_intent
    assert (intent.status, intent.amount) == ("requires_action", 2900)
    assert _verdict(sandbox, intent.id)["status"] == "succeeded"
    assert shop.client.v1.invoices.retrieve(late.id).status == "paid"
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_first_payment_can_wait_for_the_customer_and_sets_the_card_up(
    shop: Shop, sandbox: SandboxServer
) -> None:
    customer = shop.customer(UNLESS_SET_UP)
    subscription = shop.subscribe(customer, expand=["latest_invoice.confirmation_secret"])
    assert subscription.status == "incomplete"
    secret = subscription.latest_invoice.confirmation_secret.client_secret
    intent = secret.partition("_secret_")[0]
    assert _verdict(sandbox, intent, "fail")["last_payment_error"]["code"] == (
        "payment_intent_authentication_failure"
    )
    [method] = shop.client.v1.customers.payment_methods.list(customer).data
    confirmed = shop.client.v1.payment_intents.confirm(intent, {"payment_method": method.id})
    assert confirmed.status == "requires_action"
    _verdict(sandbox, intent)
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "active"
    sandbox.advance(29 * DAY)
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert shop.invoices(subscription.id)[-1].status == "paid"


def test_a_payment_of_its_own(shop: Shop, sandbox: SandboxServer) -> None:
    assert _pay(shop, "pm_card_visa").status == "succeeded"
    with pytest.raises(stripe.CardError) as refused:
        _pay(shop, "pm_card_chargeDeclinedLostCard")
    kept = shop.client.v1.payment_intents.retrieve(refused.value.error.payment_intent.id)
    assert kept.last_payment_error.decline_code == "lost_card"  # type: ignore[union-attr]
    asked = _pay(shop, THEN_DECLINED)
    assert asked.status == "requires_action"
    declined = _verdict(sandbox, asked.id)
    assert declined["last_payment_error"]["code"] == "card_declined"
    with pytest.raises(stripe.CardError) as absent:
        _pay(shop, ALWAYS, off_session=True)
    assert absent.value.code == "authentication_required"


def test_a_payment_keeps_its_card_when_asked(shop: Shop, sandbox: SandboxServer) -> None:
    customer = shop.customer(None)
    intent = _pay(shop, UNLESS_SET_UP, customer=customer, setup_future_usage="off_session")
    _verdict(sandbox, intent.id)
    [method] = shop.client.v1.customers.payment_methods.list(customer).data
    assert _pay(shop, method.id, customer=customer, off_session=True).status == "succeeded"


def test_intents_refuse_what_does_not_fit(shop: Shop) -> None:
    api = shop.client.v1.payment_intents
    open_ = api.create({"amount": 500, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError) as empty:
        api.confirm(open_.id)
    assert empty.value.code == "payment_intent_unexpected_state"
    foreign = shop.attach(shop.customer(None), "pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError, match="another Customer"):
        api.confirm(open_.id, {"payment_method": foreign})
    assert api.cancel(open_.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as over:
        api.confirm(open_.id, {"payment_method": "pm_card_visa"})
    assert over.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError) as missing:
        api.create({"amount": 500})  # type: ignore[typeddict-item]
    assert (missing.value.code, missing.value.param) == ("parameter_missing", "currency")
    setup = shop.client.v1.setup_intents.create({})
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        shop.client.v1.setup_intents.confirm(setup.id)
    assert shop.client.v1.setup_intents.cancel(setup.id).status == "canceled"


def test_a_browser_reaches_its_own_intent_only(shop: Shop, sandbox: SandboxServer) -> None:
    intent = shop.client.v1.setup_intents.create({"customer": shop.customer(None)})
    public = {"Authorization": "Bearer pk_test_sandbox"}
    card: dict[str, Any] = {
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "4242 4242 4242 4242",
        "payment_method_data[card][exp_month]": 12,
        "payment_method_data[card][exp_year]": 2030,
        "payment_method_data[card][cvc]": "123",
    }
    path = f"/v1/setup_intents/{intent.id}"
    for secret in ({}, {"client_secret": "guess"}):
        assert sandbox.raw("GET", path, headers=public, params=secret).status_code == 404
        wrong = sandbox.raw("POST", f"{path}/confirm", headers=public, data={**card, **secret})
        assert wrong.status_code == 404
    refused = sandbox.raw("GET", "/v1/customers", headers=public)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "secret_key_required")
    mine = {"client_secret": str(intent.client_secret)}
    done = sandbox.raw("POST", f"{path}/confirm", headers=public, data={**card, **mine})
    assert done.json()["status"] == "succeeded"
    assert sandbox.raw("GET", path, headers=public, params=mine).status_code == 200
    # It may describe a card, and nothing else.
    method = sandbox.raw("POST", "/v1/payment_methods", headers=public, data=TYPED)
    assert (method.status_code, method.json()["customer"]) == (200, None)
    for path in ("/v1/refunds", "/v1/setup_intents", f"/v1/setup_intents/{intent.id}/cancel"):
        assert sandbox.raw("POST", path, headers=public, data=mine).status_code == 401
    settings = sandbox.raw("POST", f"/_sandbox/authenticate/{intent.id}", headers=public)
    assert settings.status_code == 401
    assert sandbox.now() == START


def test_two_answers_at_a_time_are_no_error() -> None:
    """The intent may be concluded while the second answer's body is read."""
    request = Request({"type": "http", "query_string": b"return_url=https://shop.example/"})
    assert bank._return_url(request, {"next_action": None}) == "https://shop.example/"
