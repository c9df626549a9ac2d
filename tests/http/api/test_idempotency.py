"""`Idempotency-Key`: once, alike, and only for the same request."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal_app.api import idempotency
from portal_app.api.idempotency import Asked, InProgress, OtherRequest, once
from portal_app.api.models import IdempotentRequest
from portal_app.jobs.pruning import prune
from portal_app.kit.db import Database
from portal_app.kit.errors import Conflict
from portal_app.payment_methods.models import SetupIntent
from tests.conftest import Clocks
from tests.http.api.conftest import World
from tests.rows import all_of

ASKED = Asked("apik_1", "key", "digest")


class Effects:
    """Counts what was done, each a moment long."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self.error = error

    async def __call__(self) -> Any:
        self.count += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return {"number": self.count}


async def test_the_same_request_is_answered_alike(db: Database, clocks: Clocks) -> None:
    write = Effects()
    assert await once(ASKED, write) == ({"number": 1}, False)
    clocks.wall.advance(timedelta(hours=24))
    await prune(db)
    assert await once(ASKED, write) == ({"number": 1}, True)
    clocks.wall.advance(timedelta(hours=1, seconds=1))
    await prune(db)
    assert await once(ASKED, write) == ({"number": 2}, False)


async def test_another_request_and_another_owner(db: Database, clocks: Clocks) -> None:
    write = Effects()
    await once(ASKED, write)
    with pytest.raises(OtherRequest):
        await once(Asked("apik_1", "key", "other"), write)
    await once(Asked("apik_2", "key", "other"), write)
    await once(Asked("apik_1", "", "digest"), write)
    await once(Asked("apik_1", "", "digest"), write)
    assert write.count == 4


async def test_what_failed_may_be_tried_again(db: Database, clocks: Clocks) -> None:
    with pytest.raises(Conflict):
        await once(ASKED, Effects(Conflict("no")))
    with pytest.raises(RuntimeError):
        await once(ASKED, Effects(RuntimeError("fault")))
    assert await once(ASKED, Effects()) == ({"number": 1}, False)


async def test_twenty_at_once_are_one(db: Database, clocks: Clocks) -> None:
    write = Effects()
    found = await asyncio.gather(*[once(ASKED, write) for _ in range(20)], return_exceptions=True)
    answers = [one for one in found if isinstance(one, tuple)]
    assert write.count == 1
    assert all(isinstance(one, tuple | InProgress) for one in found)
    assert {answer["number"] for answer, _ in answers} == {1}


async def test_a_process_that_died_gives_its_turn_back(db: Database, clocks: Clocks) -> None:
    async def dies() -> None:
        raise asyncio.CancelledError

    async def keeps(_asked: Asked) -> None:
        """The process is gone before it could forget."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(idempotency, "_forget", keeps)
        with pytest.raises(asyncio.CancelledError):
            await once(ASKED, dies)
    with pytest.raises(InProgress):
        await once(ASKED, Effects())
    clocks.wall.advance(idempotency.LEASE + timedelta(seconds=1))
    assert await once(ASKED, Effects()) == ({"number": 1}, False)


async def _patch(client: httpx.AsyncClient, world: World, url: str, *keys: str) -> httpx.Response:
    return await client.patch(
        f"/setup_intents/{world.setups[0]}/return_url",
        json={"return_url": url},
        headers=[("Idempotency-Key", key) for key in keys],
    )


async def test_over_http(client: httpx.AsyncClient, world: World, db: Database) -> None:
    first = await _patch(client, world, "https://example.com/1", "a")
    await _patch(client, world, "https://example.com/2")
    again = await _patch(client, world, "https://example.com/1", "a")
    assert (again.status_code, again.content) == (200, first.content)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    setups = {one.id: one.return_url for one in await all_of(db, SetupIntent)}
    assert setups[world.setups[0]] == "https://example.com/2"
    other = await _patch(client, world, "https://example.com/3", "a")
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    for keys in (("",), ("x" * 256,), ("a", "b")):
        refused = await _patch(client, world, "https://example.com/4", *keys)
        assert refused.json()["error"]["code"] == "invalid_idempotency_key"
    reply = await client.get("/setup_intents", headers={"Idempotency-Key": "a"})
    assert reply.status_code == 200


async def test_a_refusal_is_not_kept(client: httpx.AsyncClient, world: World, db: Database) -> None:
    refused = await _patch(client, world, "ftp://example.com", "a")
    assert refused.status_code == 400
    assert await all_of(db, IdempotentRequest) == []
    assert (await _patch(client, world, "https://example.com/1", "a")).status_code == 200
