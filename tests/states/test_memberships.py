"""The handlers of the orders page and of a membership's page, on real states, without a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from reflex.utils.format import format_route
from sqlalchemy.exc import OperationalError

from portal_app.identity.models import Person
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.kit.db import Database
from portal_app.memberships.state import MembershipState, OrdersState
from portal_app.memberships.state import detail as detail_module
from portal_app.memberships.state import orders as orders_module
from portal_app.ui.notices import NoticeState
from tests.factories import NOW, HeldMembership, make_membership, make_person

ROUTE = "/billing/manage/[member_id]"


async def held_by(db: Database, person: Person, **over: Any) -> HeldMembership:
    async with db.unit_of_work() as session:
        return await make_membership(session, await session.merge(person), **over)


def at(root: rx.State, given_id: str, room: str = "") -> None:
    """Put the tab on a membership's address, or on a *room*'s below it."""
    route = f"{ROUTE}/{room}".rstrip("/")
    path = route.replace("[member_id]", given_id)
    root.router = RouterData.from_router_data(
        {"pathname": format_route(route), "asPath": path, "query": {"member_id": given_id}}
    )


async def broken(*_given: object) -> None:
    raise OperationalError("SELECT", {}, Exception("disk I/O error"))


async def test_orders_show_what_the_actor_holds(root: rx.State, db: Database, ada: Person) -> None:
    await held_by(db, ada)
    orders = await root.get_state(OrdersState)
    await OrdersState.load.fn(orders)
    assert orders.phase == "ready"
    assert [card.title for card in orders.view.current] == ["Trading Room"]
    assert orders.view.email == "ada@example.com"


async def test_orders_of_somebody_who_has_nothing(
    root: rx.State, db: Database, ada: Person
) -> None:
    orders = await root.get_state(OrdersState)
    await OrdersState.load.fn(orders)
    assert (orders.phase, orders.view.current, orders.view.past) == ("ready", [], [])


async def test_older_memberships_are_appended_until_there_are_no_more(
    root: rx.State, db: Database, ada: Person
) -> None:
    first = await held_by(db, ada)
    for day in range(25):
        over = {"stripe_status": "canceled", "ended_at": NOW - timedelta(days=day)}
        await held_by(db, ada, plan=first.plan, **over)
    orders = await root.get_state(OrdersState)
    await OrdersState.load.fn(orders)
    assert (len(orders.view.past), orders.view.has_older) == (20, True)
    busy = [orders.busy async for _ in OrdersState.show_older.fn(orders)]
    assert busy == [True]
    assert (len(orders.view.past), orders.view.has_older, orders.busy) == (25, False, False)
    assert [None async for _ in OrdersState.show_older.fn(orders)] == []  # nothing more to ask for


async def test_older_ones_that_cannot_be_read_are_said_and_can_be_asked_for_again(
    root: rx.State, db: Database, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(25):
        await held_by(db, ada, stripe_status="canceled", ended_at=NOW)
    orders, notices = await root.get_state(OrdersState), await root.get_state(NoticeState)
    await OrdersState.load.fn(orders)
    with monkeypatch.context() as patched:
        patched.setattr(orders_module, "past_memberships", broken)
        assert [orders.busy async for _ in OrdersState.show_older.fn(orders)] == [True]
    assert (notices.tone, notices.text[:27]) == ("danger", "We couldn't load older memb")
    assert (len(orders.view.past), orders.view.has_older, orders.busy) == (20, True, False)
    assert [None async for _ in OrdersState.show_older.fn(orders)] == [None]
    assert len(orders.view.past) == 25


async def test_orders_that_cannot_be_read_say_so_and_can_be_tried_again(
    root: rx.State, db: Database, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await held_by(db, ada)
    orders = await root.get_state(OrdersState)
    with monkeypatch.context() as patched:
        patched.setattr(orders_module, "list_memberships", broken)
        await OrdersState.load.fn(orders)
    assert (orders.phase, orders.view.current) == ("failed", [])
    await OrdersState.load.fn(orders)
    assert (orders.phase, len(orders.view.current)) == ("ready", 1)


async def test_a_membership_is_shown_at_its_address(
    root: rx.State, db: Database, ada: Person
) -> None:
    hers = await held_by(db, ada)
    page = await root.get_state(MembershipState)
    at(root, hers.member.id)
    assert await MembershipState.load.fn(page) is None
    assert page.phase == "ready"
    assert (page.view.member_id, page.view.title) == (hers.member.id, "Trading Room")


async def test_a_membership_id_of_her_own_is_sent_on(
    root: rx.State, db: Database, ada: Person
) -> None:
    hers = await held_by(db, ada)
    page = await root.get_state(MembershipState)
    at(root, hers.membership.id)
    sent_on = await MembershipState.load.fn(page)
    assert f"/billing/manage/{hers.member.id}/" in str(sent_on)
    assert page.view.title == ""


async def test_every_miss_leaves_the_same_state(root: rx.State, db: Database, ada: Person) -> None:
    async with db.unit_of_work() as session:
        ben = await make_person(session, "ben@example.com")
    his = await held_by(db, ben)
    hers = await held_by(db, ada)
    page = await root.get_state(MembershipState)
    seen = []
    for given_id in (his.member.id, his.membership.id, "mber_0000000000000000000000", "%2e%2e"):
        at(root, hers.member.id)
        await MembershipState.load.fn(page)  # what was there before must be gone
        at(root, given_id)
        await MembershipState.load.fn(page)
        seen.append(page.dict()[page.get_full_name()])
    assert seen[0]["phase_rx_state_"] == "missing"
    assert seen[0]["email_rx_state_"] == "ada@example.com"
    assert all(one == seen[0] for one in seen)
    assert hers.member.id not in str(seen[0]["view_rx_state_"])


async def test_a_membership_that_cannot_be_read_says_so(
    root: rx.State, db: Database, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detail_module, "get_membership", broken)
    page = await root.get_state(MembershipState)
    at(root, "mber_1")
    await MembershipState.load.fn(page)
    assert page.phase == "failed"


@pytest.mark.parametrize(
    "handler",
    [
        OrdersState.load,
        OrdersState.refresh,
        OrdersState.show_older,
        MembershipState.load,
        MembershipState.refresh,
    ],
)
def test_every_handler_needs_somebody_signed_in(handler: Any) -> None:
    assert getattr(handler.fn, ATTRIBUTE) is Policy.SIGNED_IN
