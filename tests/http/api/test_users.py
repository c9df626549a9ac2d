"""`/users/{id}` and what a user may use."""

from __future__ import annotations

import httpx
import pytest

from portal_app.catalog.models import Creator, CreatorRole
from portal_app.kit.db import Database
from tests.factories import NOW, make_membership, make_person, make_plan, make_product
from tests.http.api.conftest import World
from tests.rows import added


async def _access(client: httpx.AsyncClient, user: str | None, resource: str) -> tuple[bool, str]:
    reply = await client.get(f"/users/{user}/access/{resource}")
    assert reply.status_code == 200, reply.text
    answer = reply.json()
    return answer["has_access"], answer["access_level"]


async def test_a_holder_is_known_and_their_address_is_not_told(
    client: httpx.AsyncClient, world: World
) -> None:
    user = (await client.get(f"/users/{world.own.member.person_id}")).json()
    assert (user["id"], user["name"], user["email"]) == (world.own.member.person_id, "Ada", None)
    assert user["username"] == user["id"]
    assert user["created_at"] == "2026-05-16T09:30:00.000Z"


@pytest.mark.parametrize("name", ["me", "user_unknown", "ada", "mber_1"])
async def test_nobody_else_is_found(client: httpx.AsyncClient, world: World, name: str) -> None:
    unknown = await client.get("/users/user_nobody")
    reply = await client.get(f"/users/{name}")
    assert (reply.status_code, reply.content) == (404, unknown.content)


@pytest.mark.contradictory("its holding ends and none begins")
async def test_who_handed_everything_on_is_not_found(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        member = await session.merge(world.own.member)
        member.until_at = NOW
    assert (await client.get(f"/users/{member.person_id}")).status_code == 404
    assert await _access(client, member.person_id, world.company_id) == (False, "no_access")


async def test_access_follows_the_membership(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    user, product = world.own.member.person_id, world.own.plan.product_id
    for resource in (world.company_id, product):
        assert await _access(client, user, resource) == (True, "customer")
    async with db.unit_of_work() as session:
        other = await make_product(session, company_id=world.company_id)
        membership = await session.merge(world.own.membership)
        membership.stripe_status, membership.ended_at = "canceled", NOW
    assert await _access(client, user, other.id) == (False, "no_access")
    assert await _access(client, user, product) == (False, "no_access")
    assert await _access(client, user, world.company_id) == (False, "no_access")


async def test_one_membership_of_several_is_enough(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        person = await make_person(session, "many@example.com")
        plan = await make_plan(session, await make_product(session, company_id=world.company_id))
        for status in ("canceled", "active", "unpaid"):
            ended = NOW if status == "canceled" else None
            await make_membership(session, person, plan=plan, stripe_status=status, ended_at=ended)
    assert await _access(client, person.id, plan.product_id) == (True, "customer")


async def test_staff_are_admins_of_their_company_only(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        person = await make_person(session, "staff@example.com", name="Cleo")
        await added(
            session,
            Creator(
                company_id=world.company_id,
                person_id=person.id,
                role=CreatorRole.STAFF,
                created_at=NOW,
            ),
        )
    for resource in (world.company_id, world.own.plan.product_id):
        assert await _access(client, person.id, resource) == (True, "admin")
    assert (await client.get(f"/users/{person.id}")).json()["name"] == "Cleo"
    theirs = {"Authorization": f"Bearer {world.foreign_key}"}
    reply = await client.get(f"/users/{person.id}/access/biz_lumen", headers=theirs)
    assert reply.json() == {"has_access": False, "access_level": "no_access"}
    assert (await client.get(f"/users/{person.id}", headers=theirs)).status_code == 404
