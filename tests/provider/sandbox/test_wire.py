"""Stripe's wire format: keys, errors, idempotency, expansion, unknown things."""

import json

import pytest
import stripe

from tests.provider.sandbox.shop import Shop
from tests.provider.sandbox_server import SandboxServer


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Authorization": ""}, "You did not provide an API key"),
        ({"Authorization": "Bearer sk_live_abcdefgh"}, "Invalid API Key provided: sk_live"),
        ({"Authorization": "Basic sk_test_abcdefgh"}, "Invalid API Key provided"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/customers", "/_sandbox/clock"])
def test_a_key_is_required(
    sandbox: SandboxServer, path: str, headers: dict[str, str], message: str
) -> None:
    answer = sandbox.raw("GET", path, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert message in answer.json()["error"]["message"]


def test_a_wrong_key_cannot_reset(sandbox: SandboxServer, shop: Shop) -> None:
    assert sandbox.raw("POST", "/_sandbox/reset", headers={"Authorization": ""}).status_code == 401
    assert shop.client.v1.products.retrieve(shop.product).name == "Room"


def test_the_sdk_sees_an_authentication_error(sandbox: SandboxServer) -> None:
    with pytest.raises(stripe.AuthenticationError):
        sandbox.client(key="sk_live_nothing").v1.customers.list()


def test_other_routes_are_501_and_name_themselves(sandbox: SandboxServer) -> None:
    answer = sandbox.raw("POST", "/v1/quotes")
    assert answer.status_code == 501
    assert answer.json() == {
        "error": {
            "type": "api_error",
            "message": "The sandbox does not implement POST /v1/quotes",
        }
    }
    assert sandbox.raw("DELETE", "/v1/prices/price_1").status_code == 501


def test_parameters_that_stripe_knows_and_we_do_not_are_501(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.APIError, match="shipping of POST /v1/customers") as refused:
        client.v1.customers.create({"shipping": {"name": "A", "address": {}}})
    assert refused.value.http_status == 501


def test_unknown_parameters_are_named(sandbox: SandboxServer) -> None:
    answer = sandbox.raw("POST", "/v1/customers", data={"color": "red"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["param"]) == ("parameter_unknown", "color")
    nested = sandbox.raw("POST", "/v1/prices", data={"recurring[color]": "red"})
    assert nested.json()["error"]["param"] == "recurring[color]"
    later = sandbox.raw("POST", "/v1/prices", data={"recurring[usage_type]": "metered"})
    assert later.status_code == 501
    listed = {"items[0][color]": "red"}
    answer = sandbox.raw("POST", "/v1/subscriptions", data=listed)
    assert answer.json()["error"]["param"] == "items[0][color]"
    assert (
        sandbox.raw("POST", "/v1/subscriptions", data={"items[0][discounts]": ""}).status_code
        == 501
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"balance": "many"}, "parameter_invalid_integer"),
        ({"invoice_prefix": ""}, "parameter_invalid_empty"),
        ({"tax_exempt": "perhaps"}, None),
        ({"metadata": "text"}, None),
        ({"email[x]": "y"}, None),
        ({"preferred_locales": "de"}, None),
        ({"address": "here"}, None),
    ],
)
def test_malformed_values_are_400(
    sandbox: SandboxServer, data: dict[str, str], code: str | None
) -> None:
    answer = sandbox.raw("POST", "/v1/customers", data=data)
    assert answer.status_code == 400
    assert answer.json()["error"].get("code") == code


def test_an_unknown_id_is_404_in_a_path_and_400_in_a_parameter(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as path:
        client.v1.customers.retrieve("cus_nobody")
    assert (path.value.http_status, path.value.code, path.value.param) == (
        404,
        "resource_missing",
        "id",
    )
    assert path.value.user_message == "No such customer: 'cus_nobody'"
    with pytest.raises(stripe.InvalidRequestError) as parameter:
        client.v1.invoices.create({"customer": "cus_nobody"})
    assert (parameter.value.http_status, parameter.value.param) == (400, "customer")


def test_an_id_of_another_kind_is_missing(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such invoice"):
        shop.client.v1.invoices.retrieve(shop.product)


def test_an_error_in_the_middle_undoes_the_whole_request(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.customers.create(
            {
                "email": "half@example.com",
                "payment_method": "pm_card_visa",
                "invoice_settings": {"default_payment_method": "pm_nothing"},
            }
        )
    assert not shop.client.v1.customers.list({"email": "half@example.com"}).data
    assert "customer.created" not in shop.event_types()
    # The ids go on where they were.
    assert shop.customer().startswith("cus_")


def test_the_same_key_replays_the_same_answer(client: stripe.StripeClient) -> None:
    create = client.v1.customers.create
    first = create({"name": "A"}, {"idempotency_key": "once"})
    again = create({"name": "A"}, {"idempotency_key": "once"})
    assert first.id == again.id
    assert len(client.v1.customers.list().data) == 1
    headers = [c.last_response.headers for c in (first, again)]
    assert [h.get("idempotent-replayed") for h in headers] == [None, "true"]
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        create({"name": "B"}, {"idempotency_key": "once"})


def test_a_decline_is_replayed_and_not_repeated(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")
    invoice = str(shop.subscribe(customer).latest_invoice)

    def charges() -> int:
        return len(shop.client.v1.charges.list({"customer": customer}).data)

    before = charges()
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            shop.client.v1.invoices.pay(invoice, {}, {"idempotency_key": "pay"})
    assert charges() == before + 1


def test_a_refused_request_may_be_corrected_under_its_key(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.products.create({}, {"idempotency_key": "k"})
    assert client.v1.products.create({"name": "A"}, {"idempotency_key": "k"}).name == "A"


def test_every_answer_has_a_request_id_which_events_name(
    sandbox: SandboxServer, client: stripe.StripeClient
) -> None:
    customer = client.v1.customers.create({"name": "A"}, {"idempotency_key": "k1"})
    [event] = client.v1.events.list({"type": "customer.created"}).data
    assert customer.last_response is not None
    assert event.request is not None
    assert event.request.id == customer.last_response.request_id
    assert event.request.idempotency_key == "k1"
    refused = sandbox.raw("GET", "/v1/customers/none")
    assert refused.headers["request-id"].startswith("req_")


def test_expand_walks_lists_and_nested_objects(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), expand=["latest_invoice.payments", "customer"])
    assert subscription.customer.email == "a@example.com"
    intent = subscription.latest_invoice.payments.data[0].payment.payment_intent
    assert intent.startswith("pi_")
    found = shop.client.v1.subscriptions.list({"expand": ["data.items.data.price"]})
    assert found.data[0]["items"].data[0].price.product == shop.product
    deep = shop.client.v1.subscriptions.retrieve(
        subscription.id, {"expand": ["items.data.price.product"]}
    )
    assert deep["items"].data[0].price.product.name == "Room"
    customer = shop.client.v1.customers.retrieve(
        subscription.customer.id, {"expand": ["subscriptions"]}
    )
    assert [s.id for s in customer.subscriptions.data] == [subscription.id]


def test_what_is_not_asked_for_is_not_sent(shop: Shop) -> None:
    [invoice] = shop.invoices(shop.subscribe(shop.customer()).id)
    assert "payments" not in invoice
    assert "confirmation_secret" not in invoice


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("name", "cannot be expanded"),
        ("nothing", "cannot be expanded"),
        ("a.b.c.d.e", "more than 4 levels"),
    ],
)
def test_bad_expansions_are_refused(shop: Shop, path: str, message: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=message):
        shop.client.v1.products.retrieve(shop.product, {"expand": [path]})


def test_metadata_is_merged_unset_and_limited(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    update = client.v1.customers.update
    changed = update(customer.id, {"metadata": {"a": "", "c": "3"}}).metadata
    assert json.loads(str(changed)) == {"b": "2", "c": "3"}
    assert not json.loads(str(update(customer.id, {"metadata": ""}).metadata))
    with pytest.raises(stripe.InvalidRequestError):
        update(customer.id, {"metadata": {"x" * 41: "1"}})
