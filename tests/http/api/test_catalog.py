"""`/products`, `/plans` and `/variants`: shapes, prices and filters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal_app.catalog.models import Company, Interval, Plan, Product
from portal_app.kit.db import Database
from tests.factories import STARTED, make_plan, make_product
from tests.http.api.conftest import World


async def _get(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    reply = await client.get(path, params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def _ids(client: httpx.AsyncClient, path: str, **query: Any) -> list[str]:
    return [one["id"] for one in (await _get(client, path, **query))["data"]]


@pytest.fixture
async def shop(world: World, db: Database) -> dict[str, Product | Plan]:
    """Beside the monthly room: an archived product with a yen plan, and one sold once."""
    async with db.unit_of_work() as session:
        company = await session.get_one(Company, world.company_id)
        later = {"created_at": STARTED + timedelta(days=1)}
        old = await make_product(
            session, company, title="50% Off_Season", active=False, description="Gone", **later
        )
        course = await make_product(
            session,
            company,
            title="Course",
            description="Learn",
            details={"metadata": {"level": "1", "portal_company": "biz_northwind"}},
            created_at=STARTED + timedelta(days=2),
        )
        yen = await make_plan(session, old, amount_minor=1500, currency="JPY", active=False)
        once = await make_plan(
            session, course, amount_minor=9900, interval=None, title="Forever", **later
        )
        older = await make_plan(session, course, interval_count=3, active=False)
        yearly = await make_plan(
            session,
            course,
            interval=Interval.YEAR,
            created_at=STARTED + timedelta(days=3),
        )
    named = {"old": old, "course": course, "yen": yen, "once": once}
    return {**named, "older": older, "yearly": yearly}


async def test_a_plan(client: httpx.AsyncClient, world: World) -> None:
    plan = await _get(client, f"/plans/{world.own.plan.id}")
    assert plan["plan_type"] == "renewal"
    assert (plan["initial_price"], plan["renewal_price"]) == (0.0, 29.0)
    assert plan["initial_price_due"]["amount"] == "29.00"
    assert (plan["billing_period"], plan["currency"]) == (30, "usd")
    assert plan["formatted_price"] == "$29.00 / month"
    assert plan["account"] == {"id": "biz_northwind", "title": "Northwind Academy"}
    assert plan["product"] == {"id": world.own.plan.product_id, "title": "Trading Room"}
    assert plan["visibility"] == "visible"
    assert plan == await _get(client, f"/variants/{world.own.plan.id}")
    assert [plan] == (await _get(client, "/plans"))["data"]


async def test_prices_of_every_kind(client: httpx.AsyncClient, shop: dict[str, Any]) -> None:
    once = await _get(client, f"/plans/{shop['once'].id}")
    assert (once["initial_price"], once["renewal_price"]) == (99.0, 0.0)
    assert (once["plan_type"], once["billing_period"]) == ("one_time", None)
    assert (once["formatted_price"], once["title"]) == ("$99.00", "Forever")
    yen = await _get(client, f"/plans/{shop['yen'].id}")
    assert (yen["renewal_price"], yen["visibility"]) == (1500.0, "archived")
    assert yen["initial_price_due"] == {
        "amount": "1500",
        "currency": "jpy",
        "decimals": 0,
        "display_decimals": 0,
    }
    quarterly = await _get(client, f"/plans/{shop['older'].id}")
    assert (quarterly["formatted_price"], quarterly["billing_period"]) == ("$29.00 / 3 months", 90)


async def test_plan_filters(client: httpx.AsyncClient, world: World, shop: dict[str, Any]) -> None:
    everything = await _ids(client, "/plans")
    assert len(everything) == 5
    archived = {shop["yen"].id, shop["older"].id}
    for names, expected in (
        (["visible"], set(everything) - archived),
        (["archived"], archived),
        (["visible", "archived"], set(everything)),
        (["hidden", "quick_link"], set()),
    ):
        assert set(await _ids(client, "/plans", visibilities=names)) == expected
    assert await _ids(client, "/plans", plan_types=["one_time"]) == [shop["once"].id]
    assert len(await _ids(client, "/plans", plan_types=["renewal"])) == 4
    assert await _ids(client, "/plans", release_methods=["waitlist"]) == []
    assert await _ids(client, "/plans", release_methods=["buy_now", "waitlist"]) == everything
    of_course = await _ids(client, "/plans", product_ids=[shop["course"].id])
    assert set(of_course) == {shop["once"].id, shop["older"].id, shop["yearly"].id}
    assert await _ids(client, "/plans", product_ids=[world.foreign.plan.product_id]) == []
    assert await _ids(client, "/plans", account_id="biz_lumen") == []
    assert await _ids(client, "/plans", direction="asc") == everything[::-1]


async def test_a_product(client: httpx.AsyncClient, shop: dict[str, Any]) -> None:
    course = await _get(client, f"/products/{shop['course'].id}")
    assert (course["title"], course["description"]) == ("Course", "Learn")
    assert course["metadata"] == {"level": "1"}
    # The oldest plan that is on sale, although an older one was.
    assert course["default_plan"]["id"] == shop["once"].id
    assert course["default_plan"]["initial_price"]["amount"] == "99.00"
    assert course["default_plan"]["renewal_price"]["amount"] == "0.00"
    assert [one["id"] for one in course["variants"]] == [shop["once"].id, shop["yearly"].id]
    listed = (await _get(client, "/products"))["data"]
    assert listed[0] == {name: course[name] for name in listed[0]}
    old = await _get(client, f"/products/{shop['old'].id}")
    assert (old["visibility"], old["default_plan"], old["variants"]) == ("archived", None, [])


async def test_product_filters(
    client: httpx.AsyncClient, world: World, shop: dict[str, Any]
) -> None:
    room, old, course = world.own.plan.product_id, shop["old"].id, shop["course"].id
    assert await _ids(client, "/products") == [course, old, room]
    assert await _ids(client, "/products", visibilities=["archived"]) == [old]
    assert await _ids(client, "/products", visibilities=["visible"]) == [course, room]
    assert await _ids(client, "/products", plan_types=["one_time"]) == [course]
    assert await _ids(client, "/products", plan_types=["renewal"]) == [course, room]
    assert await _ids(client, "/products", query="tRADING") == [room]
    assert await _ids(client, "/products", query="learn") == [course]
    assert await _ids(client, "/products", query="50% off_s") == [old]
    for wildcard in ("%", "_", "\\"):
        assert await _ids(client, "/products", query=f"{wildcard}ding") == []
    assert await _ids(client, "/products", account_id="biz_lumen") == []
    after = (STARTED + timedelta(hours=1)).isoformat()
    assert await _ids(client, "/products", created_after=after) == [course, old]


@pytest.mark.parametrize("name", ["price_minimum", "price_maximum", "labels", "access_pass_types"])
async def test_a_filter_that_is_not_there_is_refused_and_not_passed_over(
    client: httpx.AsyncClient, world: World, name: str
) -> None:
    reply = await client.get("/products", params={name: "1"})
    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "unsupported_parameter"
