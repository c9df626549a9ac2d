"""Each object fetched by itself is the same as in its listing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

from portal_app.provider.errors import UnknownAtProvider
from portal_app.provider.facts import DeletedCustomer, Page
from portal_app.provider.stripe_objects import StripeObjects
from tests.provider.adapter.account import customer, price
from tests.provider.sandbox_server import KEY, SandboxServer


@pytest.fixture
async def objects(sandbox: SandboxServer) -> AsyncIterator[StripeObjects]:
    provider = StripeObjects(KEY, sandbox.origin)
    yield provider
    await provider.close()


async def listed(pages: AsyncIterator[Page[Any]]) -> list[Any]:
    return [fact async for page in pages for fact in page.facts]


async def test_every_kind_reads_as_in_its_listing(
    client: stripe.StripeClient, objects: StripeObjects
) -> None:
    buyer = customer(client)
    many = [{"price": price(client, 100 + n, name=f"Seat {n}")} for n in range(12)]
    client.v1.subscriptions.create({"customer": buyer.id, "items": many})  # type: ignore[typeddict-item]
    once = price(client, 9900, recurring=None)
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "customer": buyer.id,
            "line_items": [{"price": once, "quantity": 1}],
            "success_url": "https://shop.example/",
        }
    )
    assert session.id
    [paid] = [one for one in await listed(objects.payments()) if one.amount.minor > 0]
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 50})
    pairs: list[tuple[Any, Any]] = [
        (objects.products(), objects.product),
        (objects.prices(), objects.price),
        (objects.customers(), objects.customer),
        (objects.payment_methods(buyer.id), objects.payment_method),
        (objects.subscriptions(), objects.subscription),
        (objects.payments(), objects.payment),
        (objects.invoices(), objects.invoice),
        (objects.refunds(), objects.refund),
    ]
    for pages, retrieve in pairs:
        facts = await listed(pages)
        assert facts
        assert [await retrieve(fact.id) for fact in facts] == facts
    [subscription] = await listed(objects.subscriptions())
    assert len(subscription.extras) == 11
    assert not (await objects.checkout(session.id)).complete


async def test_a_completed_checkout_has_its_lines(
    client: stripe.StripeClient, sandbox: SandboxServer, objects: StripeObjects
) -> None:
    once = price(client, 9900, recurring=None)
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "customer": customer(client).id,
            "line_items": [{"price": once, "quantity": 1}],
            "success_url": "https://shop.example/",
        }
    )
    sandbox.raw("POST", f"/_sandbox/checkout/sessions/{session.id}/complete", json={})
    [fact] = await listed(objects.checkouts())
    assert await objects.checkout(session.id) == fact
    assert (fact.complete, len(fact.lines)) == (True, 1)


async def test_what_is_gone_is_unknown(client: stripe.StripeClient, objects: StripeObjects) -> None:
    buyer = customer(client)
    client.v1.customers.delete(buyer.id)
    assert await objects.customer(buyer.id) == DeletedCustomer(buyer.id)
    with pytest.raises(UnknownAtProvider):
        await objects.subscription("sub_never")
    with pytest.raises(UnknownAtProvider):
        await objects.payment("pi_never")
