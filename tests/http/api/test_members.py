"""`GET /members` and `/members/{id}`: holdings, who sees what of them, and every filter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal_app.api.keys import create_key
from portal_app.api.member_list import ACTIONS
from portal_app.catalog.models import Company
from portal_app.catalog.policies import Policies
from portal_app.kit.db import Database
from portal_app.memberships.rules import grants_access
from tests.factories import (
    NOW,
    HeldMembership,
    make_configuration,
    make_invoice,
    make_payment,
)
from tests.http.api.conftest import World
from tests.http.api.every_state import EveryState, build_every_state, facts_of

POLICIES = (
    {},
    {"while_past_due": False},
    {"grace_days": 1},
    {"grace_days": 0},
    {"while_paused": False},
)
STRICT = {"while_past_due": False, "while_paused": False}


@pytest.fixture
async def every(world: World, db: Database) -> EveryState:
    async with db.unit_of_work() as session:
        return await build_every_state(session, world)


def _holdings(every: EveryState) -> list[HeldMembership]:
    """Every holding in the list's order: by membership, newest first, then by its own id."""
    everything = [*every.held, every.handed_on]
    return sorted(
        everything,
        key=lambda held: (held.membership.created_at, held.membership.id, held.member.id),
        reverse=True,
    )


async def _members(client: httpx.AsyncClient, *query: tuple[str, str]) -> list[dict[str, Any]]:
    reply = await client.get("/members", params=[("first", "100"), *query])
    assert reply.status_code == 200, reply.text
    members: list[dict[str, Any]] = reply.json()["data"]
    return members


async def _ids(client: httpx.AsyncClient, *query: tuple[str, str]) -> list[str]:
    return [one["id"] for one in await _members(client, *query)]


async def test_the_whole_object(client: httpx.AsyncClient, world: World) -> None:
    own = world.own
    expected = {
        "id": own.member.id,
        "account_id": "biz_northwind",
        "access_level": "customer",
        "status": "joined",
        "display_name": "Ada",
        "email": "ada@example.com",
        "phone_number": None,
        "user": {
            "id": own.member.person_id,
            "name": "Ada",
            "profile_picture": {"url": "http://localhost:3000/favicon.svg"},
            "username": own.member.person_id,
        },
        "usd_total_spent": {
            "amount": "0.00",
            "currency": "usd",
            "decimals": 2,
            "display_decimals": 2,
        },
        "token_balance": 0.0,
        "most_recent_action": "paid_subscriber",
        "most_recent_action_at": "2026-11-16T09:30:00.000Z",
        "last_accessed_at": None,
        "joined_at": "2026-05-16T09:30:00.000Z",
        "created_at": "2026-05-16T09:30:00.000Z",
    }
    assert (await client.get(f"/members/{own.member.id}")).json() == expected
    assert await _members(client) == [expected]


async def test_every_holding_is_listed_and_reads_alike_alone(
    client: httpx.AsyncClient, every: EveryState
) -> None:
    listed = await _members(client)
    assert [one["id"] for one in listed] == [held.member.id for held in _holdings(every)]
    for one in listed:
        assert (await client.get(f"/members/{one['id']}")).json() == one
    left = next(one for one in listed if one["id"] == every.handed_on.member.id)
    assert (left["status"], left["access_level"]) == ("left", "no_access")
    assert (left["most_recent_action"], left["display_name"]) == ("left", "Former Holder")
    assert {one["most_recent_action"] for one in listed} == {*ACTIONS.values(), "left"}


async def test_an_unclaimed_holding_shows_the_customer(
    client: httpx.AsyncClient, every: EveryState, db: Database
) -> None:
    unclaimed = next(held for held in every.held if held.member.person_id is None)
    async with db.unit_of_work() as session:
        customer = await session.merge(unclaimed.customer)
        customer.name, customer.email = "Una Claimed", "una@example.com"
    one = (await client.get(f"/members/{unclaimed.member.id}")).json()
    assert (one["user"], one["display_name"]) == (None, "Una Claimed")
    assert one["email"] == "una@example.com"


async def test_e_mail_needs_its_scope(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        _, key = await create_key(
            session, company_id=world.company_id, name="t", scopes=["member:basic:read"], now=NOW
        )
    headers = {"Authorization": f"Bearer {key}"}
    for path in ("/members", f"/members/{world.own.member.id}"):
        reply = await client.get(path, headers=headers)
        assert reply.status_code == 200
        assert "ada@example.com" not in reply.text
    by_mail = {"query": "ada@example.com"}
    assert (await client.get("/members", params=by_mail, headers=headers)).json()["data"] == []
    assert len((await client.get("/members", params=by_mail)).json()["data"]) == 1


@pytest.mark.parametrize("own", [None, STRICT, {"while_past_due": True, "grace_days": None}])
@pytest.mark.parametrize("policy", POLICIES)
async def test_access_is_what_the_rules_say(
    client: httpx.AsyncClient, every: EveryState, db: Database, policy: dict[str, Any], own: Any
) -> None:
    """*own* is what differs for one of the products."""
    product_id = every.plans[0].product_id
    body = {"access": policy, "products": {product_id: {"access": own}} if own else {}}
    async with db.unit_of_work() as session:
        company = await session.get_one(Company, every.world.company_id)
        await make_configuration(session, company, body=body)
    granted, refused = [], []
    for held in _holdings(every):
        rules = Policies.read(body).of(held.membership.product_id).access
        access = held.member.until_at is None and grants_access(facts_of(held), rules, NOW)
        (granted if access else refused).append(held.member.id)
    assert granted
    assert refused
    listed = await _members(client)
    assert [one["id"] for one in listed if one["access_level"] == "customer"] == granted
    for name, value, expected in (
        ("access_level", "customer", granted),
        ("access_level", "no_access", refused),
        ("access_level", "admin", []),
        ("membership_status", "active", granted),
        ("membership_status", "inactive", refused),
    ):
        assert await _ids(client, (name, value)) == expected, (name, value)
    both = (("access_level", "customer"), ("membership_status", "inactive"))
    assert await _ids(client, *both) == []


async def test_joined_and_left(client: httpx.AsyncClient, every: EveryState) -> None:
    assert await _ids(client, ("status", "left")) == [every.handed_on.member.id]
    joined = [held.member.id for held in _holdings(every) if held.member.until_at is None]
    assert await _ids(client, ("status", "joined")) == joined


@pytest.mark.parametrize("several", [["canceling"], ["left"], ["left", "churned"], ["renewing"]])
async def test_most_recent_actions(
    client: httpx.AsyncClient, every: EveryState, several: list[str]
) -> None:
    listed = await _members(client)
    expected = [one["id"] for one in listed if one["most_recent_action"] in several]
    query = [("most_recent_actions", action) for action in several]
    assert await _ids(client, *query) == expected
    joined = [one["id"] for one in listed if one["status"] == "joined"]
    found = await _ids(client, *query, ("status", "joined"))
    assert found == [one for one in expected if one in joined]


async def test_products_plans_and_people(client: httpx.AsyncClient, every: EveryState) -> None:
    plan, person = every.plans[0], every.person
    by_plan = [held.member.id for held in _holdings(every) if held.plan.id == plan.id]
    assert await _ids(client, ("plan_ids", plan.id)) == by_plan
    by_product = [
        held.member.id for held in _holdings(every) if held.plan.product_id == plan.product_id
    ]
    assert await _ids(client, ("product_ids[]", plan.product_id)) == by_product
    people = {person.id, str(every.handed_on.member.person_id)}
    theirs = [held.member.id for held in _holdings(every) if held.member.person_id in people]
    assert await _ids(client, *(("user_ids", one) for one in sorted(people))) == theirs
    mine = {held.member.id for held in _holdings(every) if held.member.person_id == person.id}
    narrowed = [one for one in by_plan if one in mine]
    assert await _ids(client, ("plan_ids", plan.id), ("user_ids", person.id)) == narrowed
    assert await _ids(client, ("promo_code_ids", "promo_1")) == []
    assert await _ids(client, ("account_id", "biz_lumen")) == []


async def test_search_takes_whole_names_and_addresses(
    client: httpx.AsyncClient, every: EveryState
) -> None:
    mine = [held.member.id for held in _holdings(every) if held.member.person_id == every.person.id]
    assert await _ids(client, ("query", "Eve Moss")) == mine
    assert await _ids(client, ("query", "  EVE@example.com ")) == mine
    assert await _ids(client, ("query", "Eve")) == []
    assert await _ids(client, ("query", "Eve Moss"), ("user_ids", every.person.id)) == mine
    assert await _ids(client, ("query", "Eve Moss"), ("user_ids", "user_1")) == []
    assert await _ids(client, ("query", "Ben")) == []


async def test_what_was_spent_is_of_this_membership_and_customer_alone(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    own = world.own
    async with db.unit_of_work() as session:
        for subscription, paid, refunded in (
            (own.stripe_subscription_id, 2900, 0),
            (own.stripe_subscription_id, 2900, 900),
            ("sub_other", 5000, 0),
        ):
            invoice = await make_invoice(session, own.customer, stripe_subscription_id=subscription)
            await make_payment(
                session,
                own.customer,
                invoice_id=invoice.id,
                amount_minor=paid,
                refunded_minor=refunded,
            )
        await make_payment(session, own.customer, amount_minor=700)
        await make_payment(session, world.foreign.customer, amount_minor=900)
    one = (await client.get(f"/members/{own.member.id}")).json()
    assert one["usd_total_spent"]["amount"] == "49.00"


async def test_turns_are_dated(client: httpx.AsyncClient, every: EveryState) -> None:
    for one in await _members(client):
        moment = one["most_recent_action_at"]
        assert moment is None or moment <= NOW.isoformat().replace("+00:00", ".000Z"), one
    assert NOW - timedelta(days=800) == every.handed_on.member.until_at


@pytest.mark.parametrize("order", ["joined_at", "usd_total_spent", "last_accessed_at"])
async def test_an_order_that_is_not_there_is_refused(
    client: httpx.AsyncClient, world: World, order: str
) -> None:
    reply = await client.get("/members", params={"order": order})
    assert reply.status_code == 400
    assert "created_at" in reply.json()["error"]["message"]
