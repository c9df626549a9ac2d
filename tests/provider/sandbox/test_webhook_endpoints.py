"""Webhook endpoints through the real SDK; every answer is checked against its annotations."""

from __future__ import annotations

import pytest
import stripe

from tests.provider.sandbox_server import SandboxServer

URL = "https://billing.example.com/webhooks/stripe"


def create(client: stripe.StripeClient) -> stripe.WebhookEndpoint:
    return client.v1.webhook_endpoints.create(
        {"url": URL, "enabled_events": ["customer.updated", "invoice.paid"]}
    )


def test_the_secret_is_shown_once(client: stripe.StripeClient) -> None:
    created = create(client)
    assert (created.secret or "").startswith("whsec_")
    assert (created.status, created.livemode) == ("enabled", False)
    retrieved = client.v1.webhook_endpoints.retrieve(created.id)
    assert "secret" not in retrieved
    assert retrieved.enabled_events == ["customer.updated", "invoice.paid"]


def test_a_repeat_with_the_same_key_makes_no_second_one(client: stripe.StripeClient) -> None:
    params: stripe.params.WebhookEndpointCreateParams = {
        "url": URL,
        "enabled_events": ["invoice.paid"],
    }
    first = client.v1.webhook_endpoints.create(params, {"idempotency_key": "k"})
    again = client.v1.webhook_endpoints.create(params, {"idempotency_key": "k"})
    assert (first.id, first.secret) == (again.id, again.secret)
    assert len(client.v1.webhook_endpoints.list().data) == 1


def test_an_update_changes_what_it_names(client: stripe.StripeClient) -> None:
    one = create(client)
    client.v1.webhook_endpoints.update(one.id, {"enabled_events": ["invoice.paid"]})
    client.v1.webhook_endpoints.update(one.id, {"disabled": True, "metadata": {"of": "portal"}})
    [listed] = client.v1.webhook_endpoints.list({"limit": 100}).data
    assert (listed.url, listed.enabled_events) == (URL, ["invoice.paid"])
    assert (listed.status, listed.metadata["of"]) == ("disabled", "portal")


def test_a_deleted_one_is_listed_no_more(client: stripe.StripeClient) -> None:
    one = create(client)
    assert client.v1.webhook_endpoints.delete(one.id).deleted is True
    assert client.v1.webhook_endpoints.list().data == []


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"enabled_events": ["invoice.paid"]}, "url"),
        ({"url": URL}, "enabled_events"),
        ({"url": "billing.example.com", "enabled_events": ["invoice.paid"]}, "url"),
        ({"url": URL, "enabled_events": ["invoice.payed"]}, "enabled_events[0]"),
    ],
)
def test_what_is_wrong_is_named(
    client: stripe.StripeClient, params: stripe.params.WebhookEndpointCreateParams, named: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.webhook_endpoints.create(params)
    assert refused.value.param == named


def test_a_restricted_key_may_lack_a_resource(sandbox: SandboxServer) -> None:
    limited = sandbox.client(key="rk_test_without_webhook_endpoints")
    assert limited.v1.customers.list().data == []
    with pytest.raises(stripe.PermissionError):
        limited.v1.webhook_endpoints.list()
