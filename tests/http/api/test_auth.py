"""Who may call: one refusal for every wrong key, a named one for a missing scope."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from portal_app.api import last_used
from portal_app.api.key_format import compose
from portal_app.api.keys import READ_SCOPES, create_key, revoke_key
from portal_app.api.models import ApiKey
from portal_app.kit.db import Database
from portal_app.kit.errors import NotFound
from tests.conftest import NOW, Clocks
from tests.http.api.conftest import World

REFUSED = {
    "error": {
        "type": "unauthorized",
        "message": "A valid API key is needed: send it as “Authorization: Bearer …”.",
    }
}


def _path(world: World) -> str:
    return f"/memberships/{world.own.membership.id}"


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic {key}",
        "{key}",
        "Bearer {key}x",
        "Bearer {key}, Bearer {key}",
        "Bearer {typo}",
        "Bearer {unknown}",
        "Bearer bpk_test_é",
        "Bearer sk_test_sandbox",
    ],
)
async def test_every_wrong_header_gets_the_same_refusal(
    client: httpx.AsyncClient, world: World, value: str
) -> None:
    typo = world.key[:-1] + ("a" if world.key[-1] != "a" else "b")
    header = value.format(key=world.key, typo=typo, unknown=compose("nobody", live=False))
    reply = await client.get(_path(world), headers=[(b"authorization", header.encode())])
    assert (reply.status_code, reply.json()) == (401, REFUSED)
    assert reply.headers["www-authenticate"] == "Bearer"


async def test_two_headers_are_refused(client: httpx.AsyncClient, world: World) -> None:
    twice = [("authorization", f"Bearer {world.key}")] * 2
    reply = await client.get(_path(world), headers=twice)
    assert (reply.status_code, reply.json()) == (401, REFUSED)


async def test_a_key_in_the_query_counts_for_nothing(
    client: httpx.AsyncClient, world: World
) -> None:
    del client.headers["Authorization"]
    names = ("api_key", "token", "access_token", "authorization")
    reply = await client.get(_path(world), params=dict.fromkeys(names, world.key))
    assert (reply.status_code, reply.json()) == (401, REFUSED)


async def test_a_typo_is_refused_without_a_query(
    client: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def untouchable(*_: Any) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(Database, "read_all", untouchable)
    swapped = world.key[:12] + world.key[13] + world.key[12] + world.key[14:]
    assert swapped != world.key
    reply = await client.get(_path(world), headers=_bearer(swapped))
    assert (reply.status_code, reply.json()) == (401, REFUSED)


async def test_a_key_expires_to_the_second(
    client: httpx.AsyncClient, world: World, db: Database, clocks: Clocks
) -> None:
    async with db.unit_of_work() as session:
        _, text = await create_key(
            session,
            company_id=world.company_id,
            name="short",
            scopes=READ_SCOPES,
            now=NOW,
            expires_at=NOW + timedelta(hours=1),
        )
    clocks.wall.advance(timedelta(minutes=59, seconds=59))
    assert (await client.get(_path(world), headers=_bearer(text))).status_code == 200
    clocks.wall.advance(timedelta(seconds=1))
    reply = await client.get(_path(world), headers=_bearer(text))
    assert (reply.status_code, reply.json()) == (401, REFUSED)


async def test_business_time_expires_no_key(
    client: httpx.AsyncClient, world: World, clocks: Clocks
) -> None:
    clocks.business.advance(timedelta(days=4000))
    assert (await client.get(_path(world))).status_code == 200


async def test_a_revoked_key_stops_at_once(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    assert (await client.get(_path(world))).status_code == 200
    async with db.unit_of_work() as session:
        await revoke_key(session, company_id=world.company_id, key_id=world.key_id, now=NOW)
    reply = await client.get(_path(world))
    assert (reply.status_code, reply.json()) == (401, REFUSED)
    readonly = await client.get(_path(world), headers=_bearer(world.readonly_key))
    assert readonly.status_code == 200


async def test_nobody_revokes_another_companys_key(world: World, db: Database) -> None:
    async with db.unit_of_work() as session:
        with pytest.raises(NotFound):
            await revoke_key(session, company_id="biz_lumen", key_id=world.key_id, now=NOW)


async def test_the_last_use_is_written_once_a_minute(
    client: httpx.AsyncClient, world: World, db: Database, clocks: Clocks
) -> None:
    async def use_after(seconds: int) -> Any:
        clocks.wall.advance(timedelta(seconds=seconds))
        assert (await client.get(_path(world))).status_code == 200
        await last_used.settled()
        async with db.reading() as session:
            statement = select(ApiKey.last_used_at).where(col(ApiKey.id) == world.key_id)
            return (await session.execute(statement)).scalar_one()

    assert await use_after(0) == NOW
    assert await use_after(59) == NOW
    assert await use_after(1) == NOW + timedelta(minutes=1)


async def test_a_failing_note_costs_nobody_an_answer(
    client: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(last_used, "record_use", broken)
    assert (await client.get(_path(world))).status_code == 200
    await last_used.settled()
