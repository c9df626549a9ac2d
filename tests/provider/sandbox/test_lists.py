"""Lists: order, cursors both ways, filters."""

from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_app.sandbox.engine.world import World
from portal_app.sandbox.http.listing import page
from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer


def test_newest_first_and_both_cursors(client: stripe.StripeClient) -> None:
    ids = [client.v1.customers.create({"name": str(n)}).id for n in range(5)][::-1]
    listing = client.v1.customers.list

    def seen(found: Any) -> tuple[list[str], bool]:
        return [c.id for c in found.data], found.has_more

    assert seen(listing({"limit": 2})) == (ids[:2], True)
    assert seen(listing({"limit": 2, "starting_after": ids[1]})) == (ids[2:4], True)
    assert seen(listing({"limit": 2, "starting_after": ids[3]})) == (ids[4:], False)
    assert seen(listing({"limit": 2, "ending_before": ids[4]})) == (ids[2:4], True)
    assert seen(listing({"limit": 2, "ending_before": ids[2]})) == (ids[:2], False)
    assert [c.id for c in listing({"limit": 2}).auto_paging_iter()] == ids


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 101},
        {"starting_after": "cus_none"},
        {"starting_after": "a", "ending_before": "b"},
    ],
)
def test_bad_pages_are_refused(client: stripe.StripeClient, params: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.list(params)


def test_filters(shop: Shop, sandbox: SandboxServer) -> None:
    api = shop.client.v1
    ada, ben = shop.customer(email="ada@example.com"), shop.customer(email="ben@example.com")
    sandbox.advance(DAY)
    late = shop.customer(email="ada@example.com")
    assert [c.id for c in api.customers.list({"email": "ada@example.com"}).data] == [late, ada]
    assert [c.id for c in api.customers.list({"created": {"gt": START}}).data] == [late]
    assert [c.id for c in api.customers.list({"created": START}).data] == [ben, ada]
    cheap, dear = shop.price(100), shop.price(900)
    first, second = shop.subscribe(ada, cheap), shop.subscribe(ben, dear)
    api.subscriptions.cancel(first.id)

    def found(**params: Any) -> list[str]:
        return [s.id for s in api.subscriptions.list(params).data]

    assert found() == [second.id]
    assert found(status="all") == [second.id, first.id]
    assert found(status="canceled") == found(status="ended") == [first.id]
    assert found(status="all", customer=ada) == [first.id]
    assert found(status="all", price=dear) == [second.id]
    assert [i.customer for i in api.invoices.list({"customer": ben, "status": "paid"}).data] == [
        ben
    ]
    assert not api.invoices.list({"subscription": first.id, "status": "open"}).data
    assert len(api.prices.list({"product": shop.product, "active": True}).data) == 2


def test_event_types_and_age(shop: Shop, sandbox: SandboxServer) -> None:
    shop.subscribe(shop.customer())
    events = shop.client.v1.events
    kinds = {e.type for e in events.list({"types": ["invoice.paid", "customer.created"]}).data}
    assert kinds == {"invoice.paid", "customer.created"}
    old = events.list({"type": "customer.created"}).data[0]
    assert events.retrieve(old.id).data.object["email"] == "a@example.com"
    sandbox.advance(31 * DAY)
    with pytest.raises(stripe.InvalidRequestError, match="No such event"):
        events.retrieve(old.id)
    assert all(e.created > START for e in events.list({"limit": 100}).data)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.integers(0, 40), st.integers(1, 12))
def test_walking_either_way_meets_everything_once(size: int, limit: int) -> None:
    world = World(now=0)
    objects = [world.add({"id": f"x_{n}", "object": "x"}) for n in range(size)][::-1]
    forward: list[str] = []
    while True:
        cursor = {"starting_after": forward[-1]} if forward else {}
        found = page(world, objects, {"limit": limit, **cursor}, "/x")
        forward += [obj["id"] for obj in found["data"]]
        if not found["has_more"]:
            break
    assert forward == [obj["id"] for obj in objects]
    backward = forward[-1:]
    while backward:
        found = page(world, objects, {"limit": limit, "ending_before": backward[0]}, "/x")
        backward = [obj["id"] for obj in found["data"]] + backward
        if not found["has_more"]:
            break
    assert backward == forward
