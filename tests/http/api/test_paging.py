"""Walking a list: every row once and in order, whatever the page sizes and the direction."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from itertools import cycle
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_app.kit.db import Database
from tests.factories import NOW, make_membership, make_plan, make_product
from tests.http.api.conftest import World
from tests.http.api.every_state import EveryState, build_every_state

LISTS = ("/memberships", "/members", "/products", "/plans", "/variants")
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"statuses": ["active", "canceling", "canceled"]},
    {"statuses": ["unclaimed"]},
)
# The database is only read, so one world serves every example.
WALK = settings(
    max_examples=1000 if os.environ.get("PORTAL_SOAK") else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
async def every(world: World, db: Database) -> EveryState:
    async with db.unit_of_work() as session:
        return await build_every_state(session, world)


async def _page(client: httpx.AsyncClient, path: str, **query: Any) -> dict[str, Any]:
    reply = await client.get(path, params=query)
    assert reply.status_code == 200, reply.text
    page: dict[str, Any] = reply.json()
    return page


async def _forwards(
    client: httpx.AsyncClient, path: str, sizes: list[int], **query: Any
) -> AsyncIterator[list[str]]:
    after: dict[str, str] = {}
    for size in cycle(sizes):
        page = await _page(client, path, first=size, **after, **query)
        info = page["page_info"]
        assert info["has_previous_page"] is bool(after)
        assert (info["end_cursor"] is not None) is info["has_next_page"]
        yield [one["id"] for one in page["data"]]
        if not info["has_next_page"]:
            return
        after = {"after": info["end_cursor"]}


async def _backwards(
    client: httpx.AsyncClient, path: str, sizes: list[int], **query: Any
) -> AsyncIterator[list[str]]:
    before: dict[str, str] = {}
    for size in cycle(sizes):
        page = await _page(client, path, last=size, **before, **query)
        info = page["page_info"]
        assert info["has_next_page"] is bool(before)
        yield [one["id"] for one in page["data"]]
        if not info["has_previous_page"]:
            return
        before = {"before": info["start_cursor"]}


@WALK
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    direction=st.sampled_from(["asc", "desc"]),
    path=st.sampled_from(LISTS),
    filters=st.sampled_from(FILTERS),
)
async def test_each_row_once_and_in_order(
    *,
    client: httpx.AsyncClient,
    every: EveryState,
    sizes: list[int],
    direction: str,
    path: str,
    filters: dict[str, Any],
) -> None:
    query = {"direction": direction, **(filters if path == "/memberships" else {})}
    everything = [one["id"] for one in (await _page(client, path, first=100, **query))["data"]]
    assert len(set(everything)) == len(everything)
    forwards = [page async for page in _forwards(client, path, sizes, **query)]
    assert [one for page in forwards for one in page] == everything
    backwards = [page async for page in _backwards(client, path, sizes, **query)]
    assert [one for page in reversed(backwards) for one in page] == everything
    for pages in (forwards, backwards):
        wanted = [size for size, _ in zip(cycle(sizes), pages, strict=False)]
        assert [len(page) for page in pages[:-1]] == wanted[:-1]


async def test_a_range_between_two_cursors(client: httpx.AsyncClient, every: EveryState) -> None:
    everything = [held.membership.id for held in every.held]
    left = (await _page(client, "/memberships", first=5))["page_info"]["end_cursor"]
    right = (await _page(client, "/memberships", last=5))["page_info"]["start_cursor"]
    between = {"after": left, "before": right}
    whole = await _page(client, "/memberships", first=100, **between)
    assert [one["id"] for one in whole["data"]] == everything[5:-5]
    start = await _page(client, "/memberships", first=3, **between)
    assert [one["id"] for one in start["data"]] == everything[5:8]
    end = await _page(client, "/memberships", last=3, **between)
    assert [one["id"] for one in end["data"]] == everything[-8:-5]
    for page in (whole, start, end):
        assert page["page_info"]["has_next_page"]
        assert page["page_info"]["has_previous_page"]


async def test_rows_that_come_in_between_shift_nothing(
    client: httpx.AsyncClient, every: EveryState, db: Database
) -> None:
    everything = [held.membership.id for held in every.held]
    page = await _page(client, "/memberships", first=4)
    async with db.unit_of_work() as session:
        await make_membership(session, plan=every.plans[0], created_at=NOW)
    after = page["page_info"]["end_cursor"]
    following = await _page(client, "/memberships", first=4, after=after)
    assert [one["id"] for one in following["data"]] == everything[4:8]


async def test_sizes_have_a_default_and_a_limit(
    client: httpx.AsyncClient, world: World, db: Database
) -> None:
    async with db.unit_of_work() as session:
        company = await make_product(session, None, company_id=world.company_id)
        for _ in range(120):
            await make_plan(session, company)
    assert len((await _page(client, "/plans"))["data"]) == 10
    assert len((await _page(client, "/plans", first=1000))["data"]) == 100
    assert len((await _page(client, "/plans", last=101))["data"]) == 100


async def test_a_cursor_of_another_company_is_only_a_place(
    client: httpx.AsyncClient, every: EveryState
) -> None:
    foreign = {"Authorization": f"Bearer {every.world.foreign_key}"}
    reply = await client.get("/memberships", params={"last": 1}, headers=foreign)
    cursor = reply.json()["page_info"]["start_cursor"]
    page = await _page(client, "/memberships", first=100, after=cursor)
    assert {one["account"]["id"] for one in page["data"]} == {"biz_northwind"}
