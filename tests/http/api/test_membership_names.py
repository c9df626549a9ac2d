"""`GET /memberships/{id}`: which names lead to a membership, and who learns of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from portal_app.kit.db import Database
from tests.factories import NOW, make_member, make_membership, make_person
from tests.http.api.conftest import World


async def _answer(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    reply = await client.get(f"/memberships/{name}")
    answer: dict[str, Any] = reply.raise_for_status().json()
    return answer


async def test_a_past_holding_leads_to_the_current_one(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        past_holder = await make_person(session, "past@example.com")
        past = await make_member(
            session,
            world.own.membership,
            past_holder,
            customer=world.own.customer,
            from_at=NOW - timedelta(days=900),
            until_at=NOW - timedelta(days=300),
        )
    answer = await _answer(client, past.id)
    assert answer == await _answer(client, world.own.membership.id)
    assert answer["member_id"] == world.own.member.id


@pytest.mark.contradictory("its holding ends and none begins")
async def test_an_ended_holding_keeps_the_link(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        member = await session.merge(world.own.member)
        member.until_at = NOW
    answer = await _answer(client, world.own.membership.id)
    assert answer["manage_url"].endswith(f"/billing/manage/{world.own.member.id}/")


async def test_the_newest_of_two_equal_license_keys_counts(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        newer = await make_membership(
            session, plan=world.own.plan, license_key="KEY-northwind-0001", created_at=NOW
        )
    answer = await _answer(client, "KEY-northwind-0001")
    assert answer["id"] == newer.membership.id


async def test_foreign_ids_look_exactly_like_unknown_ones(
    client: httpx.AsyncClient, world: World
) -> None:
    unknown = await client.get("/memberships/mem_unknown")
    assert unknown.status_code == 404
    names = (
        world.foreign.membership.id,
        world.foreign.member.id,
        "KEY-lumen-0001",
        "mber_unknown",
        "mem_\x00",
        "mem_' OR 1=1 --",
        "é",
        "k" * 4000,
    )
    for name in names:
        reply = await client.get(f"/memberships/{quote(name)}")
        assert (reply.status_code, reply.content) == (404, unknown.content), name
    mine = await client.get(
        f"/memberships/{world.foreign.membership.id}",
        headers={"Authorization": f"Bearer {world.foreign_key}"},
    )
    assert mine.status_code == 200
    assert mine.json()["account"]["logo_url"] == "/lumen.svg"


async def test_a_key_without_the_scope_learns_nothing_of_ids(
    client: httpx.AsyncClient, world: World
) -> None:
    replies = [
        await client.get(
            f"/memberships/{name}", headers={"Authorization": f"Bearer {world.manage_only_key}"}
        )
        for name in (world.own.membership.id, "mem_unknown", world.foreign.member.id)
    ]
    assert [reply.status_code for reply in replies] == [403] * 3
    assert len({reply.content for reply in replies}) == 1
