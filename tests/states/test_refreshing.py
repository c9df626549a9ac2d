"""What a push does to an open page: new facts, and nothing of what the person was doing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import reflex as rx

from portal_app.identity.models import Person
from portal_app.kit.db import Database
from portal_app.memberships.state import MembershipState, OrdersState
from portal_app.memberships.state import detail as detail_module
from portal_app.memberships.state import orders as orders_module
from portal_app.ui.notices import NoticeState, notify
from tests.factories import NOW, HeldMembership
from tests.states.test_memberships import at, broken, held_by


def on_orders(root: rx.State) -> None:
    at(root, "x")
    root.router = type(root.router).from_router_data({"pathname": "/orders", "asPath": "/orders/"})


async def cancel(db: Database, held: HeldMembership) -> None:
    async with db.unit_of_work() as session:
        row = await session.merge(held.membership)
        row.cancel_at_period_end = True
        row.cancel_at = row.current_period_end


async def test_orders_show_what_changed_and_keep_the_notice(
    root: rx.State, db: Database, ada: Person
) -> None:
    hers = await held_by(db, ada)
    orders = await root.get_state(OrdersState)
    on_orders(root)
    await OrdersState.load.fn(orders)
    before = orders.view
    await notify(orders, "ok", "Saved.")
    await cancel(db, hers)
    await OrdersState.refresh.fn(orders)
    assert orders.view != before
    assert orders.view.current[0].member_id == hers.member.id
    assert (await root.get_state(NoticeState)).text == "Saved."


async def test_nothing_is_sent_where_nothing_changed(
    root: rx.State, db: Database, ada: Person
) -> None:
    await held_by(db, ada)
    orders = await root.get_state(OrdersState)
    on_orders(root)
    await OrdersState.load.fn(orders)
    root._clean()
    await OrdersState.refresh.fn(orders)
    assert "view_rx_state_" not in str(root.get_delta())


async def test_what_was_unfolded_stays_unfolded(root: rx.State, db: Database, ada: Person) -> None:
    first = await held_by(db, ada)
    for day in range(25):
        over = {"stripe_status": "canceled", "ended_at": NOW - timedelta(days=day)}
        await held_by(db, ada, plan=first.plan, **over)
    orders = await root.get_state(OrdersState)
    on_orders(root)
    await OrdersState.load.fn(orders)
    async for _ in OrdersState.show_older.fn(orders):
        pass
    await cancel(db, first)
    await OrdersState.refresh.fn(orders)
    assert (len(orders.view.past), orders.view.has_older) == (25, False)


async def test_a_page_that_is_not_open_reads_nothing(
    root: rx.State, db: Database, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = await root.get_state(OrdersState)
    page = await root.get_state(MembershipState)
    monkeypatch.setattr(orders_module, "list_memberships", broken)
    monkeypatch.setattr(detail_module, "get_membership", broken)
    monkeypatch.setattr(orders_module.log, "exception", pytest.fail)
    on_orders(root)
    await OrdersState.refresh.fn(orders)  # not loaded yet
    await MembershipState.refresh.fn(page)
    orders.phase = page.phase = "ready"
    await MembershipState.refresh.fn(page)
    at(root, "mber_1")
    await OrdersState.refresh.fn(orders)


@pytest.mark.contradictory("its holding ends and none begins")
async def test_a_membership_page_follows_and_says_when_it_is_gone(
    root: rx.State, db: Database, ada: Person
) -> None:
    hers = await held_by(db, ada)
    page = await root.get_state(MembershipState)
    at(root, hers.member.id)
    await MembershipState.load.fn(page)
    before = page.view
    await cancel(db, hers)
    await MembershipState.refresh.fn(page)
    assert (page.phase, page.view.member_id) == ("ready", hers.member.id)
    assert page.view != before
    async with db.unit_of_work() as session:
        await session.delete(await session.merge(hers.member))
    await MembershipState.refresh.fn(page)
    assert (page.phase, page.view.title) == ("missing", "")


async def test_a_refresh_that_fails_leaves_the_page_as_it_was(
    root: rx.State, db: Database, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers = await held_by(db, ada)
    orders, page = await root.get_state(OrdersState), await root.get_state(MembershipState)
    on_orders(root)
    await OrdersState.load.fn(orders)
    monkeypatch.setattr(orders_module, "list_memberships", broken)
    await OrdersState.refresh.fn(orders)
    assert (orders.phase, len(orders.view.current)) == ("ready", 1)
    at(root, hers.member.id)
    await MembershipState.load.fn(page)
    monkeypatch.setattr(detail_module, "get_membership", broken)
    await MembershipState.refresh.fn(page)
    assert (page.phase, page.view.title) == ("ready", "Trading Room")
