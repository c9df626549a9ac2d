"""The checker itself: it must see what it is there to see."""

import json
from typing import Any

import pytest

from tests.provider.sandbox import conformity
from tests.provider.sandbox.shop import Shop
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
def invoice(shop: Shop, sandbox: SandboxServer) -> Any:
    found = shop.subscribe(shop.customer()).latest_invoice
    return json.loads(sandbox.raw("GET", f"/v1/invoices/{found}?expand[]=payments").text)


def test_a_real_answer_has_no_fault(invoice: Any) -> None:
    assert conformity.faults(invoice) == []


def test_faults_are_found_at_every_depth(invoice: Any) -> None:
    line = invoice["lines"]["data"][0]
    invoice["subscription"] = "sub_1"
    del invoice["issuer"]
    invoice["total"] = "2900"
    invoice["currency"] = None
    line["price"] = "price_1"
    line["parent"]["subscription_item_details"]["plan"] = "x"
    del line["period"]["end"]
    del invoice["payments"]["data"][0]["payment"]["type"]
    invoice["livemode"] = 1
    found = "\n".join(conformity.faults(invoice))
    for fault in (
        "invoice.subscription: unknown to Invoice",
        "invoice.issuer: missing",
        "invoice.total: expected int, got '2900'",
        "invoice.currency: expected str, got None",
        "lines.data[0].price: unknown to InvoiceLineItem",
        "subscription_item_details.plan: unknown to SubscriptionItemDetails",
        "period.end: missing",
        "payments.data[0].payment.type: missing",
        "invoice.livemode: expected bool, got 1",
    ):
        assert fault in found, (fault, found)


def test_an_expanded_object_is_checked_too(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = shop.subscribe(shop.customer())
    path = f"/v1/subscriptions/{subscription.id}?expand[]=customer"
    body = json.loads(sandbox.raw("GET", path).text)
    assert conformity.faults(body) == []
    body["customer"]["plan"] = "x"
    assert conformity.faults(body) == ["subscription.customer.plan: unknown to Customer"]
