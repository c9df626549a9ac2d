"""A change at Stripe reaches the open pages of the person concerned, and nobody else's."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from typing import Any

import httpx
import pytest

from tests.portal_server import Portal, running_portal
from tests.provider.sandbox_server import HEADERS
from tests.security.raw_socket import RawTab

HYDRATE = "reflex___state____state.hydrate_and_load"
MANAGE = "/billing/manage/[member_id]/"
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def changing_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of its own, as its memberships are changed here."""
    with running_portal(tmp_path_factory.mktemp("live")) as portal:
        yield portal


def subscription_of(portal: Portal, state: str) -> str:
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection:
        [(found,)] = connection.execute(
            "SELECT stripe_subscription_id FROM membership_subscriptions WHERE membership_id = ?",
            (portal.membership(state)["id"],),
        )
    return str(found)


async def at_stripe(portal: Portal, method: str, path: str, **form: Any) -> None:
    async with httpx.AsyncClient(headers=HEADERS, timeout=30) as client:
        url = f"{portal.origin}/sandbox/stripe{path}"
        reply = await client.request(method, url, data=form or None)
        assert reply.status_code == 200, reply.text


async def received_at(portal: Portal, kind: str) -> float:
    """When the newest webhook of this type was stored, as seconds of the machine's clock."""
    for _ in range(500):
        with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection:
            [(found,)] = connection.execute(
                "SELECT (julianday(max(received_at)) - 2440587.5) * 86400.0"
                " FROM inbox WHERE type = ?",
                (kind,),
            )
        if found is not None:
            return float(found)
        await asyncio.sleep(0.02)
    raise AssertionError(f"no webhook {kind} came")


async def frame_with(tab: RawTab, text: str, seconds: float = 5) -> float:
    """When the first frame with *text* was there."""
    deadline = time.time() + seconds
    while time.time() < deadline:
        if any(text in frame for frame in tab.frames):
            return time.time()
        await asyncio.sleep(0.01)
    raise AssertionError(f"no frame with {text!r} within {seconds} s: {tab.frames}")


async def opened(tab: RawTab, path: str, **query: str) -> None:
    await tab.send(HYDRATE, path=path, query=query)
    await frame_with(tab, '"is_hydrated_rx_state_": true', seconds=20)
    await tab.settle()
    tab.frames.clear()


async def test_a_change_is_on_every_open_page_of_hers_within_two_seconds(
    changing_portal: Portal,
) -> None:
    portal = changing_portal
    ada, ben = (portal.cookie_of(portal.sign_in(f"{who}@example.com")) for who in ("ada", "ben"))
    hers = portal.membership("active")["member_id"]
    async with (
        RawTab(portal, cookie=ada) as orders,
        RawTab(portal, cookie=ada) as detail,
        RawTab(portal, cookie=ben) as his,
        RawTab(portal) as strangers,
    ):
        await opened(orders, "/orders/")
        await opened(detail, f"/billing/manage/{hers}/", member_id=hers)
        await opened(his, "/orders/")
        await opened(strangers, "/orders/")
        subscription = subscription_of(portal, "active")
        await at_stripe(
            portal, "POST", f"/v1/subscriptions/{subscription}", cancel_at_period_end="true"
        )
        shown = await asyncio.gather(frame_with(orders, hers), frame_with(detail, hers))
        arrived = await received_at(portal, "customer.subscription.updated")
        await orders.settle()
        delays = [round(at - arrived, 2) for at in shown]
        print("webhook to frame:", delays)  # noqa: T201 -- a figure, for `pytest -s`
        assert max(delays) <= 2, delays
        assert "orders_state" in "\n".join(orders.frames)
        assert "membership_state" not in "\n".join(orders.frames)
        assert his.frames == strangers.frames == []


async def test_a_change_by_another_process_is_shown_too(changing_portal: Portal) -> None:
    """A worker or an import writes the rows and the change; this process is told by nobody."""
    portal = changing_portal
    client = portal.sign_in("ada@example.com")
    async with RawTab(portal, cookie=portal.cookie_of(client)) as tab:
        await opened(tab, "/orders/")
        row = portal.membership("yearly")
        with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection, connection:
            connection.execute(
                "UPDATE memberships SET quantity = 77, cancel_at_period_end = 1,"
                " cancel_at = current_period_end WHERE id = ?",
                (row["id"],),
            )
            connection.execute(
                "INSERT INTO changes (person_id, topic, at) SELECT person_id, 'memberships',"
                " strftime('%Y-%m-%d %H:%M:%f', 'now') FROM members WHERE id = ?",
                (row["member_id"],),
            )
        began = time.time()
        assert await frame_with(tab, row["member_id"]) - began <= 2
        # After she has signed out, her tab is told nothing of what changes.
        assert client.post("/auth/logout").status_code == 303
        await tab.settle()
        tab.frames.clear()
        subscription = subscription_of(portal, "active")
        await at_stripe(
            portal, "POST", f"/v1/subscriptions/{subscription}", cancel_at_period_end="false"
        )
        await asyncio.sleep(2.5)
        assert "Trading Room" not in json.dumps(tab.frames)


BRAND = "reflex___state____state.portal_app___studio___brand___state____brand_studio_state"


async def published_at(portal: Portal) -> float:
    """When the newest look was published, as seconds of the machine's clock."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection:
        [(found,)] = connection.execute(
            "SELECT (julianday(max(created_at)) - 2440587.5) * 86400.0 FROM brand_versions"
        )
    return float(found)


@pytest.mark.parametrize("colour", ["#7c3aed", "#0f766e", "#be123c"])
async def test_a_published_look_is_on_every_open_page_within_two_seconds(
    changing_portal: Portal, colour: str
) -> None:
    """Hers wear it, wherever they are open; who holds nothing of the company's sees no change."""
    portal = changing_portal
    ada, cleo, eve = (
        portal.cookie_of(portal.sign_in(f"{who}@example.com")) for who in ("ada", "cleo", "eve")
    )
    hers = [portal.membership(state)["member_id"] for state in ("active", "trialing", "past_due")]
    async with AsyncExitStack() as sockets:
        tabs = [
            await sockets.enter_async_context(RawTab(portal, cookie=ada)) for _ in range(len(hers))
        ]
        studio = await sockets.enter_async_context(RawTab(portal, cookie=cleo))
        stranger = await sockets.enter_async_context(RawTab(portal, cookie=eve))
        for tab, member_id in zip(tabs, hers, strict=True):
            await opened(tab, f"/billing/manage/{member_id}/", member_id=member_id)
        await opened(stranger, "/orders/")
        where = {"path": "/studio/brand/", "query": {"company": "biz_northwind"}}
        await opened(studio, "/studio/brand/", company="biz_northwind")
        await studio.send(f"{BRAND}.note", {"name": "accent", "value": colour}, **where)
        await studio.settle()
        await studio.send(f"{BRAND}.publish", **where)
        shown = await asyncio.gather(*(frame_with(tab, colour) for tab in tabs))
        delays = [round(at - await published_at(portal), 2) for at in shown]
        print("published to frame:", delays)  # noqa: T201 -- a figure, for `pytest -s`
        assert max(delays) <= 2, delays
        await stranger.settle()
        assert colour not in "".join(stranger.frames)


async def test_what_failed_in_the_background_is_nothing(changing_portal: Portal) -> None:
    with closing(sqlite3.connect(changing_portal.data_dir / "portal.db")) as connection:
        waiting = connection.execute(
            "SELECT type, last_error FROM inbox WHERE handled_at IS NULL"
        ).fetchall()
    assert waiting == []
    assert '"level":"error"' not in changing_portal.log.read_text()
