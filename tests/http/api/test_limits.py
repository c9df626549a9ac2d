"""600 requests a minute for each operation and key, and the answer above that."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from portal_app.api import limits
from portal_app.kit.limits import Limit, counter_at
from tests.conftest import Clocks
from tests.http.api.conftest import World


@pytest.fixture(autouse=True)
def _fresh_counter() -> Iterator[None]:
    counter_at.cache_clear()
    yield
    counter_at.cache_clear()


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_the_limit_is_whops() -> None:
    assert Limit("api", 600, 60) == limits.PER_OPERATION


async def test_the_601st_request_of_a_minute_waits(
    client: httpx.AsyncClient,
    world: World,
    clocks: Clocks,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = f"/memberships/{world.own.membership.id}"
    for _ in range(600):
        assert (await client.get(path)).status_code == 200
    clocks.wall.advance(timedelta(seconds=48))
    with caplog.at_level(logging.WARNING):
        refused = [await client.get(path) for _ in range(3)]
    assert {reply.status_code for reply in refused} == {429}
    assert refused[0].headers["retry-after"] == "12"
    assert refused[0].json() == {
        "error": {"type": "rate_limit_exceeded", "message": "Try again in 12 seconds."}
    }
    assert len([one for one in caplog.records if one.message == "API limit"]) == 1
    # Another operation and another key count for themselves.
    assert (await client.get("/memberships")).status_code == 200
    assert (await client.get(path, headers=_bearer(world.readonly_key))).status_code == 200
    clocks.wall.advance(timedelta(seconds=12))
    assert (await client.get(path)).status_code == 200


async def test_requests_without_a_usable_key_are_not_counted(
    client: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_OPERATION", Limit("api", 1, 60))
    for _ in range(3):
        assert (await client.get("/memberships", headers=_bearer("x"))).status_code == 401
    assert (await client.get("/memberships")).status_code == 200
    assert (await client.get("/memberships")).status_code == 429


async def test_a_missing_scope_counts_too(
    client: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_OPERATION", Limit("api", 1, 60))
    headers = _bearer(world.manage_only_key)
    statuses = [(await client.get("/memberships", headers=headers)).status_code for _ in range(2)]
    assert statuses == [403, 429]
