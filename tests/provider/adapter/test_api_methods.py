"""Methods over the API: seen, charged and deleted by the company that may, and at Stripe alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

from portal_app.identity.actor import ActorKind
from portal_app.intents.models import Intent
from portal_app.kit.db import Database
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.service import make_default
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, price, rows
from tests.provider.adapter.api_client import Program, attached, changes, opened_program
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.sandbox_server import SandboxServer

BODIES = [
    (b"", "missing_parameter"),
    (b"{", "invalid_body"),
    (b"[]", "invalid_body"),
    (b"\xff\xfe", "invalid_body"),
    (b"[" * 20_000, "invalid_body"),
    (b'{"payment_method_id": 7}', "invalid_parameter"),
    (b'{"payment_method_id": {"a": 1}}', "invalid_parameter"),
    (b'{"payment_method_id": "\\u0000"}', "invalid_parameter"),
    (b'{"payment_method_id": "payt_1", "billing_period_days": 7}', "unsupported_parameter"),
    (b'{"metadata": {"a": 1}}', "invalid_parameter"),
    (b'{"metadata": {"portal_membership": "mem_1"}}', "invalid_parameter"),
    (b'{"payment_method_id": null}', "missing_parameter"),
    (b" " * 70_000, "body_too_large"),
]


@pytest.fixture
async def program(
    *,
    settings: Any,
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
) -> AsyncIterator[Program]:
    async with opened_shop(companies, client, sandbox, clocks) as shop, opened_program(shop) as one:
        yield one


@pytest.fixture
def shop(program: Program) -> Shop:
    return program.shop


async def test_a_company_sees_what_its_own_memberships_are_billed_to(program: Program) -> None:
    ours = await program.data("/payment_methods")
    theirs = (await program.lumen.get("/payment_methods")).json()["data"]
    assert [one["card"]["last4"] for one in ours] == ["4242", "4242"]
    assert len(theirs) == 1
    assert not {one["id"] for one in ours} & {one["id"] for one in theirs}
    for one in theirs:
        assert (await program.http.get(f"/payment_methods/{one['id']}")).status_code == 404


async def test_by_member_only_that_customers(program: Program) -> None:
    member, other = [(await program.shop.held(one))[0].row for one in _people(program)]
    (mine,) = await program.data("/payment_methods", member_id=member.member.id)
    (his,) = await program.data("/payment_methods", member_id=other.member.id)
    assert mine["id"] != his["id"]
    path = f"/payment_methods/{mine['id']}"
    assert (await program.http.get(path, params={"member_id": member.member.id})).json() == mine
    for params in ({"member_id": other.member.id}, {"account_id": "biz_lumen"}):
        assert (await program.http.get(path, params=params)).status_code == 404
        assert (await program.write("DELETE", path, params=params)).status_code == 404
    both = {"member_id": member.member.id, "account_id": "biz_northwind"}
    assert (await program.http.get("/payment_methods", params=both)).status_code == 400


def _people(program: Program) -> tuple[Any, Any]:
    return program.shop.ada, program.shop.ben


async def test_a_membership_is_charged_to_another_method(program: Program, shop: Shop) -> None:
    visa = set((await shop.charged()).values()).pop()
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    first, _ = await shop.held(shop.ada)
    path = f"/memberships/{first.row.member.id}"
    reply = await program.write("PATCH", path, json={"payment_method_id": await shop.method(other)})
    assert (reply.status_code, reply.json()["id"]) == (200, first.row.membership.id)
    assert reply.json()["manage_url"].endswith(f"/billing/manage/{first.row.member.id}/")
    assert sorted((await shop.charged()).values()) == sorted([visa, other])
    assert sorted(shop.charged_at_stripe()) == sorted([visa, other])
    events = [one for one in await rows(shop.db, MembershipEvent) if "method" in one.kind]
    assert [(one.actor_kind, one.actor_id) for one in events] == [
        (ActorKind.API_KEY, program.key_id)
    ]


async def overdue(shop: Shop) -> str:
    """The first of Ada's, whose renewal was declined."""
    bad = shop.attach("pm_card_chargeCustomerFail")
    await shop.learn()
    await make_default(shop.desk, shop.ada, await shop.method(bad))
    shop.sandbox.advance(32 * DAY)
    await shop.learn()
    return (await shop.held(shop.ada))[0].row.membership.id


async def test_what_is_overdue_is_charged_to_the_new_method(program: Program, shop: Shop) -> None:
    path = f"/memberships/{await overdue(shop)}"
    assert (await program.http.get(path)).json()["status"] == "past_due"
    good = shop.attach("pm_card_mastercard")
    await shop.learn()
    before = len(changes(shop, "/pay"))
    reply = await program.write("PATCH", path, json={"payment_method_id": await shop.method(good)})
    assert (reply.status_code, reply.json()["status"]) == (200, "active")
    assert len(changes(shop, "/pay")) == before + 1
    again = await program.write("PATCH", path, json={"payment_method_id": await shop.method(good)})
    assert (again.status_code, len(changes(shop, "/pay"))) == (200, before + 1)


async def test_a_decline_takes_nothing_of_the_change_back(program: Program, shop: Shop) -> None:
    path = f"/memberships/{await overdue(shop)}"
    other = shop.attach("pm_card_chargeCustomerFail")
    await shop.learn()
    reply = await program.write("PATCH", path, json={"payment_method_id": await shop.method(other)})
    assert (reply.status_code, reply.json()["status"]) == (200, "past_due")
    assert other in (await shop.charged()).values()


async def test_only_with_a_method_of_its_own_customer(program: Program, shop: Shop) -> None:
    first, _ = await shop.held(shop.ada)
    (his,) = await shop.held(shop.ben)
    assert his.row.payment_method is not None
    path = f"/memberships/{first.row.membership.id}"
    reply = await program.write(
        "PATCH", path, json={"payment_method_id": his.row.payment_method.id}
    )
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "other_customer")
    (cleos,) = (await program.lumen.get("/payment_methods")).json()["data"]
    for unknown in (cleos["id"], "payt_0000000000000000000000", "nonsense"):
        reply = await program.write("PATCH", path, json={"payment_method_id": unknown})
        assert reply.status_code == 404
        assert reply.json()["error"]["message"] == "We can't find that payment method."
    assert await rows(shop.db, Intent) == []


async def test_what_is_over_has_no_method(program: Program, shop: Shop) -> None:
    first, _ = await shop.held(shop.ada)
    assert first.row.payment_method is not None
    shop.client.v1.subscriptions.cancel(shop.subs[0])
    shop.client.v1.subscriptions.cancel(shop.subs[1])
    await shop.learn()
    reply = await program.write(
        "PATCH",
        f"/memberships/{first.row.membership.id}",
        json={"payment_method_id": first.row.payment_method.id},
    )
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "membership_not_charged")


async def test_a_method_that_pays_for_nothing_is_deleted(program: Program, shop: Shop) -> None:
    spare = shop.attach("pm_card_mastercard")
    await shop.learn()
    path = f"/payment_methods/{await shop.method(spare)}"
    reply = await program.write("DELETE", path)
    assert (reply.status_code, reply.content) == (200, b"true")
    assert spare not in attached(shop)
    assert (await program.http.get(path)).status_code == 404
    assert (await program.write("DELETE", path)).status_code == 404
    assert len(changes(shop, "/detach")) == 1


async def test_what_a_subscription_is_charged_to_stays(program: Program, shop: Shop) -> None:
    """As a default, by itself, overdue or about to end: while it runs, it keeps its method."""
    visa = await shop.method(set((await shop.charged()).values()).pop())
    path = f"/payment_methods/{visa}"
    shop.client.v1.subscriptions.update(shop.subs[0], {"cancel_at_period_end": True})
    shop.client.v1.subscriptions.update(shop.subs[1], {"cancel_at_period_end": True})
    await shop.learn()
    reply = await program.write("DELETE", path)
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "payment_method_in_use")
    assert reply.headers["x-should-retry"] == "false"
    shop.sandbox.advance(32 * DAY)
    await shop.learn()
    assert (await program.write("DELETE", path)).content == b"true"


async def test_nor_is_taken_away_what_another_company_charges(program: Program, shop: Shop) -> None:
    """Ada's one customer buys from both: each sees the method, neither can break the other's."""
    gym = price(shop.client, 1500, metadata={"portal_company": "biz_lumen"})
    shop.client.v1.subscriptions.create({"customer": shop.cus, "items": [{"price": gym}]})
    for one in shop.subs:
        shop.client.v1.subscriptions.cancel(one)
    await shop.learn()
    visa = await shop.method(attached(shop).pop())
    seen = (await program.lumen.get(f"/payment_methods/{visa}")).json()
    assert seen == (await program.http.get(f"/payment_methods/{visa}")).json()
    reply = await program.write("DELETE", f"/payment_methods/{visa}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "payment_method_in_use")


async def test_a_malformed_body_is_refused_by_name(program: Program) -> None:
    first, _ = await program.shop.held(program.shop.ada)
    path = f"/memberships/{first.row.membership.id}"
    for body, code in BODIES:
        reply = await program.write("PATCH", path, content=body)
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, code), body[:80]
        if code == "unsupported_parameter":
            assert "payment_method_id" in reply.json()["error"]["message"]


async def test_a_provider_that_is_away_is_no_success(program: Program, shop: Shop) -> None:
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    first, _ = await shop.held(shop.ada)
    faults = [{"kind": "500", "times": 9, "method": "POST", "path": "/v1/subscriptions"}]
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": faults})
    path = f"/memberships/{first.row.membership.id}"
    body = {"payment_method_id": await shop.method(other)}
    reply = await program.write("PATCH", path, json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "change_waiting")
    again = await program.write("PATCH", path, json=body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "change_under_way")
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
