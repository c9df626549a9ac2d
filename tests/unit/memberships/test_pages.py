"""The pages compile, carry the names that contracts.md promises, and lead nowhere dead."""

from __future__ import annotations

import re

import pytest
import reflex as rx

from portal_app.memberships.pages.detail import membership_body, membership_page
from portal_app.memberships.pages.orders import OrdersEvents, orders_body, orders_page
from portal_app.memberships.pages.rejoining import RejoinEvents, rejoin_body
from portal_app.memberships.state import MembershipState, OrdersState, RejoinState

PAGES = {"orders": orders_page, "membership": membership_page}
# Pages that exist; everything else a link names comes from a view.
BUILT = {
    "/",
    "/orders/",
    "/payment-methods/",
    "/billing/history/",
    "/billing/upcoming/",
    "/account/",
    "/studio/",
    "/cancel/",
    "/withdraw/",
    "#main",
}


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return str(PAGES[request.param]().render())


def test_fixed_links_lead_to_pages_that_exist(page: str) -> None:
    fixed = set(re.findall(r'(?:\bto|href):"([^"]*)"', page))
    assert fixed
    assert fixed <= BUILT


def test_signing_out_is_posted_by_the_browser(page: str) -> None:
    assert 'action:"/auth/logout"' in page
    assert 'method:"post"' in page


def test_the_name_of_a_link_carries_the_thing() -> None:
    orders = str(orders_page().render())
    assert '"Manage {product} ({price})"' in orders.replace("\\", "")
    assert '"See details of {product}"' in orders.replace("\\", "")


def test_past_memberships_have_their_anchor() -> None:
    orders = str(orders_page().render())
    assert 'id:"past"' in orders
    assert "#past" in orders


def test_bodies_take_any_view_and_events() -> None:
    """The studio shows them with its own; no state class is named in them."""
    preview = OrdersEvents(show_older=rx.noop(), busy=False)
    assert "show_older" not in str(orders_body(OrdersState.view, preview).render())
    assert membership_body(MembershipState.view).render()


def test_another_memberships_picture_is_never_drawn() -> None:
    assert "location?.pathname" in str(membership_page().render())


def test_that_nothing_was_charged_is_said_also_where_nobody_can_join_any_more() -> None:
    """The seller may switch it off while the bank asks."""
    state = RejoinState
    body = rejoin_body(state.view, state.quote, RejoinEvents(problem=state.problem))
    (parts,) = body.render()["children"]
    says = {step: str(state.problem) in str(part) for (step,), part in parts["match_cases"]}
    assert says == {'"open"': True, '"soon"': True, '"done"': False, '"runs"': False}
    assert str(state.problem) in str(parts["default"])
