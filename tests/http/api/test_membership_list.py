"""`GET /memberships`: which ones every filter leaves, in which order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal_app.api.membership_list import BUCKETS
from portal_app.catalog.models import Product
from portal_app.kit.db import Database
from tests.factories import NOW, make_membership, make_plan
from tests.http.api.conftest import World
from tests.http.api.every_state import EveryState, belongs_to, build_every_state

PATH = "/memberships"
Query = list[tuple[str, str]]


@pytest.fixture
async def every(world: World, db: Database) -> EveryState:
    async with db.unit_of_work() as session:
        return await build_every_state(session, world)


async def _ids(client: httpx.AsyncClient, *query: tuple[str, str]) -> list[str]:
    reply = await client.get(PATH, params=[("first", "100"), *query])
    assert reply.status_code == 200, reply.text
    return [one["id"] for one in reply.json()["data"]]


async def test_everything_of_the_company_newest_first(
    client: httpx.AsyncClient, every: EveryState
) -> None:
    everything = [held.membership.id for held in every.held]
    assert await _ids(client) == everything
    assert await _ids(client, ("order", "created_at"), ("direction", "asc")) == everything[::-1]
    assert every.world.foreign.membership.id not in everything


async def test_items_are_the_ones_that_retrieve_answers(
    client: httpx.AsyncClient, every: EveryState
) -> None:
    listed = (await client.get(PATH, params={"first": 100})).json()["data"]
    for item in listed:
        assert item == (await client.get(f"{PATH}/{item['id']}")).json()


async def test_each_status(client: httpx.AsyncClient, every: EveryState) -> None:
    for status in BUCKETS:
        expected = every.ids(*(belongs_to(status, held) for held in every.held))
        for name in ("status", "statuses", "statuses[]"):
            assert await _ids(client, (name, status)) == expected, (name, status)
        assert bool(expected) is (status != "banned")


async def test_every_membership_is_in_some_bucket(
    client: httpx.AsyncClient, every: EveryState
) -> None:
    names = ("active", "trialing", "past_due", "completed", "canceled", "expired", "canceling")
    found = [await _ids(client, ("statuses", name)) for name in (*names, "unresolved", "drafted")]
    assert sorted(one for several in found for one in several) == sorted(
        held.membership.id for held in every.held
    )


async def test_several_statuses_add_up(client: httpx.AsyncClient, every: EveryState) -> None:
    for wanted in (
        ["active", "trialing"],
        ["paused", "canceling", "canceled"],
        ["expired", "unclaimed"],
        ["banned", "one_time"],
        ["active", "active"],
        sorted(BUCKETS),
    ):
        chosen = [any(belongs_to(status, held) for status in wanted) for held in every.held]
        expected = every.ids(*chosen)
        for name in ("statuses", "statuses[]"):
            assert await _ids(client, *((name, status) for status in wanted)) == expected
        first, *others = wanted
        together = await _ids(client, ("status", first), *(("statuses", one) for one in others))
        assert together == expected


async def test_products_and_plans(client: httpx.AsyncClient, every: EveryState) -> None:
    one, two, three, _ = every.plans
    by_product = every.ids(*(held.plan.product_id == one.product_id for held in every.held))
    assert await _ids(client, ("product_id", one.product_id)) == by_product
    assert by_product
    several = {one.id, two.id}
    by_plan = every.ids(*(held.plan.id in several for held in every.held))
    for name in ("plan_ids", "plan_ids[]"):
        assert await _ids(client, *((name, plan_id) for plan_id in sorted(several))) == by_plan
    both = (("product_ids", one.product_id), ("plan_ids", two.id), ("plan_ids", three.id))
    expected = every.ids(*(held.plan.id == three.id for held in every.held))
    assert await _ids(client, *both) == expected


async def test_filters_narrow_each_other(client: httpx.AsyncClient, every: EveryState) -> None:
    plan, person = every.plans[0], every.person
    expected = every.ids(
        *(
            held.plan.id == plan.id
            and held.member.person_id == person.id
            and (belongs_to("active", held) or belongs_to("canceled", held))
            for held in every.held
        )
    )
    query = [("plan_id", plan.id), ("user_id", person.id), ("status", "active")]
    assert await _ids(client, *query, ("statuses", "canceled")) == expected
    assert expected
    mine = every.ids(*(held.member.person_id == person.id for held in every.held))
    assert await _ids(client, ("user_id", person.id)) == mine
    unclaimed = [*query[:2], ("status", "unclaimed")]
    assert await _ids(client, *unclaimed) == []


async def test_a_holding_names_its_membership(client: httpx.AsyncClient, every: EveryState) -> None:
    past, held = every.handed_on, every.held[3]
    assert await _ids(client, ("member_id", held.member.id)) == [held.membership.id]
    assert await _ids(client, ("member_id", past.member.id)) == [past.membership.id]
    # Who held it before does not hold it now.
    both = (("member_id", past.member.id), ("user_id", str(past.member.person_id)))
    assert await _ids(client, *both) == []
    assert await _ids(client, ("user_id", str(past.member.person_id))) == []


async def test_times(client: httpx.AsyncClient, every: EveryState) -> None:
    moment = every.held[9].membership.created_at
    newer = every.ids(*(held.membership.created_at > moment for held in every.held))
    older = every.ids(*(held.membership.created_at < moment for held in every.held))
    for written in (
        moment.isoformat(),
        moment.isoformat().replace("+00:00", "Z"),
        moment.replace(tzinfo=None).isoformat(),
    ):
        assert await _ids(client, ("created_after", written)) == newer
        assert await _ids(client, ("created_before", written)) == older
    just_before = (moment - timedelta(microseconds=1)).isoformat()
    just_after = (moment + timedelta(microseconds=1)).isoformat()
    between = await _ids(client, ("created_after", just_before), ("created_before", just_after))
    assert set(between) == {held.membership.id for held in every.held} - {*newer, *older}
    assert await _ids(client, ("created_after", NOW.isoformat())) == []


NOTHING: tuple[Query, ...] = (
    [("account_id", "biz_lumen")],
    [("company_id", "biz_lumen")],
    [("account_id", "biz_northwind"), ("company_id", "biz_lumen")],
    [("product_id", "prod_unknown")],
    [("plan_ids[]", "plan_unknown")],
    [("user_id", "user_unknown")],
    [("user_id", "me")],
    [("member_id", "mber_unknown")],
    [("promo_code_ids", "promo_1")],
    [("status", "banned")],
)


async def test_what_matches_nothing_is_an_empty_page(
    client: httpx.AsyncClient, every: EveryState
) -> None:
    nothing: dict[str, Any] = dict.fromkeys(("start_cursor", "end_cursor"))
    page_info = nothing | {"has_next_page": False, "has_previous_page": False}
    for query in NOTHING:
        reply = await client.get(PATH, params=query)
        assert reply.json() == {"data": [], "page_info": page_info}, query


async def test_foreign_names_find_nothing(client: httpx.AsyncClient, every: EveryState) -> None:
    foreign = every.world.foreign
    for query in (
        ("product_id", foreign.plan.product_id),
        ("plan_id", foreign.plan.id),
        ("user_id", str(foreign.member.person_id)),
        ("member_id", foreign.member.id),
    ):
        assert await _ids(client, query) == []
        assert await _ids(client, query, ("status", "active")) == []


async def test_ones_own_account_may_be_named(client: httpx.AsyncClient, every: EveryState) -> None:
    everything = await _ids(client)
    assert await _ids(client, ("account_id", "biz_northwind")) == everything
    assert await _ids(client, ("company_id", "biz_northwind")) == everything


MALFORMED: tuple[tuple[Query, str], ...] = (
    ([("status", "sleeping")], "statuses must be one of"),
    ([("order", "price")], "order must be one of"),
    ([("direction", "up")], "direction must be one of"),
    ([("first", "0")], "first must be a whole number"),
    ([("first", "-1")], "first must be a whole number"),
    ([("first", "ten")], "first must be a whole number"),
    ([("first", "٣")], "first must be a whole number"),
    ([("first", "1"), ("last", "1")], "either first or last"),
    ([("after", "nonsense")], "after is no cursor"),
    ([("before", "é")], "before is no cursor"),
    ([("after", "OTk5OTk5OTk5OTk5OTk5OTk5Lm1lbV8xLg")], "after is no cursor"),
    ([("created_after", "yesterday")], "created_after must be an ISO 8601"),
    ([("created_after", "0001-01-01T00:00:00+14:00")], "created_after must be an ISO 8601"),
    ([("user_id", "user_1"), ("user_id", "user_2")], "user_id can be sent once"),
    ([("product_ids", f"prod_{number}") for number in range(41)], "at most 40"),
    ([("user_id", "a\0b")], "user_id contains"),
)


async def test_what_is_malformed_is_refused_by_name(client: httpx.AsyncClient) -> None:
    for query, words in MALFORMED:
        reply = await client.get(PATH, params=query)
        assert reply.status_code == 400, query
        assert words in reply.json()["error"]["message"]
        assert reply.json()["error"]["code"] in {"invalid_parameter", "invalid_cursor"}


async def test_the_largest_question_is_answered(
    client: httpx.AsyncClient, every: EveryState, db: Database
) -> None:
    """Forty plans in all statuses but one: SQLite puts no more than 500 SELECTs together."""
    async with db.unit_of_work() as session:
        product = await session.get_one(Product, every.plans[0].product_id)
        more = [await make_plan(session, product) for _ in range(39)]
        newest = await make_membership(session, plan=more[-1], created_at=NOW)
    plans = [("plan_ids", plan.id) for plan in (every.plans[0], *more)]
    wanted = [status for status in BUCKETS if status not in {"unclaimed", "drafted"}]
    found = await _ids(client, *plans, *(("statuses", status) for status in wanted))
    expected = every.ids(
        *(
            held.plan.id == every.plans[0].id and any(belongs_to(status, held) for status in wanted)
            for held in every.held
        )
    )
    assert found == [newest.membership.id, *expected]
    everything = [*wanted, "drafted"]
    assert await _ids(client, *(("statuses", status) for status in everything)) == [
        newest.membership.id,
        *(held.membership.id for held in every.held),
    ]
