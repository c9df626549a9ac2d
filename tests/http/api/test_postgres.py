"""The hot read on PostgreSQL gives the very answer that SQLite gives."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from portal_app.api import last_used
from portal_app.api.app import create_api
from portal_app.kit import db as kit_db
from portal_app.kit.db import Database
from tests.conftest import NOW
from tests.http.api.conftest import World, build_world


async def _answers(url: str) -> tuple[World, list[Any]]:
    database = Database(url)
    kit_db.install(database)
    async with database.unit_of_work() as session:
        world = await build_world(session)
        world.own.membership.canceled_at = NOW
        world.own.membership.details = {"metadata": {"seat": "12"}}
        session.add(world.own.membership)
    transport = httpx.ASGITransport(create_api())
    names = (world.own.membership.id, world.own.member.id, "KEY-northwind-0001", "mem_unknown")
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as client:
        replies = [
            await client.get(
                f"/api/v1/memberships/{name}", headers={"Authorization": f"Bearer {world.key}"}
            )
            for name in (*names, world.foreign.membership.id)
        ]
    await last_used.settled()
    await database.close()
    return world, [(reply.status_code, reply.json()) for reply in replies]


def _without_ids(world: World, answer: Any) -> str:
    text = repr(answer)
    own = world.own
    ids = (own.membership.id, own.member.id, own.plan.id, own.plan.product_id)
    for number, value in enumerate((*ids, str(own.member.person_id))):
        text = text.replace(value, f"id{number}")
    return text


@pytest.mark.usefixtures("settings", "clocks")
async def test_both_databases_answer_alike(sqlite_url: str, postgres_url: str) -> None:
    world, expected = await _answers(sqlite_url)
    other, answers = await _answers(postgres_url)
    assert [status for status, _ in answers] == [200, 200, 200, 404, 404]
    assert answers[0][1]["metadata"] == {"seat": "12"}
    assert _without_ids(other, answers) == _without_ids(world, expected)
