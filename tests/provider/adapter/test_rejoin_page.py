"""The page that lets an ended membership begin again, without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import reflex as rx

from portal_app.identity.actor import Actor, actor_now
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.state import MembershipState, RejoinState
from portal_app.provider import current
from tests.provider.adapter.pages import at, run
from tests.provider.adapter.test_rejoining import Left, left

__all__ = ["left"]


@pytest.fixture
def ada(left: Left) -> Iterator[Actor]:
    current.install(left.shop.writer)
    token = actor_now.set(left.shop.ada)
    yield left.shop.ada
    actor_now.reset(token)


async def page_at(root: rx.State, member_id: str, query: str = "", **given: str) -> RejoinState:
    at(root, f"/billing/manage/{member_id}/rejoin/", query, member_id=member_id, **given)
    page = await root.get_state(RejoinState)
    await run(RejoinState.load, page)
    return page


async def test_it_says_what_it_costs_and_begins(root: rx.State, left: Left, ada: Actor) -> None:
    card = await left.card()
    at(root, f"/billing/manage/{left.member_id}/", member_id=left.member_id)
    details = await root.get_state(MembershipState)
    await MembershipState.load.fn(details)
    assert details.view.can_rejoin
    page = await page_at(root, left.member_id)
    view, quote = page.view, page.quote
    assert (page.phase, view.state, view.ended) == ("ready", "open", "Ended on 31 Jan 2024.")
    assert [(plan.label, plan.note) for plan in view.plans] == [("$29.00 per month", "As before")]
    assert re.fullmatch(r"You have .+ already: .+ \(Active\)\.", view.warning)
    assert (quote.amount, quote.then) == ("$29.00", "It renews on 29 Feb 2024.")
    RejoinState.choose_method.fn(page, await left.shop.method(card))
    attempt = page.attempt
    await run(RejoinState.join, page, attempt)
    await run(RejoinState.join, page, attempt)  # the second of two quick presses
    assert (page.problem, page.view.state, page.busy) == ("", "done", False)
    assert left.begun() == ["active"]
    assert (await page_at(root, left.member_id)).view.state == "runs"


async def test_a_declined_card_says_so_and_the_bank_is_asked_where_it_wants_to(
    root: rx.State, left: Left, ada: Actor
) -> None:
    bad = await left.shop.method(await left.card("pm_card_chargeCustomerFail"))
    asking = await left.shop.method(await left.card("pm_card_authenticationRequired"))
    page = await page_at(root, left.member_id)
    RejoinState.choose_method.fn(page, bad)
    await run(RejoinState.join, page, page.attempt)
    assert page.problem.startswith("Nothing has been charged. ")
    assert page.quote.ready
    left.clocks.wall.advance(timedelta(seconds=1))
    RejoinState.choose_method.fn(page, asking)
    await run(RejoinState.join, page, page.attempt)
    assert page.phase == "bank"
    payment = page.client_secret.partition("_secret_")[0]
    await run(RejoinState.answered, page)
    assert page.problem == "The payment was not confirmed. Nothing has been charged."
    path = f"/_sandbox/authenticate/{payment}"
    left.shop.sandbox.raw("POST", path, json={"outcome": "succeed"})
    page = await page_at(root, left.member_id, f"payment_intent={payment}", payment_intent=payment)
    assert page.view.state == "done"
    assert (await left.held()).status is MembershipStatus.ACTIVE


async def test_a_strangers_page_is_missing_and_does_nothing(
    root: rx.State, left: Left, ada: Actor
) -> None:
    theirs = (await left.shop.held(left.shop.ben))[0].row.member.id
    page = await page_at(root, theirs)
    assert (page.phase, page.view.product) == ("missing", "")
    await run(RejoinState.choose_plan, page, "plan_1")
    await run(RejoinState.join, page, page.attempt)
    await run(RejoinState.answered, page)
    await run(RejoinState.check_again, page)
    assert (page.phase, left.begun()) == ("missing", [])


async def test_nobody_comes_back_by_themselves_where_their_seller_wants_none(
    root: rx.State, left: Left, ada: Actor
) -> None:
    before = left.charged()
    asking = await left.shop.method(await left.card("pm_card_authenticationRequired"))
    other_tab = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    page, asked = await page_at(root, left.member_id), await page_at(other_tab, left.member_id)
    RejoinState.choose_method.fn(asked, asking)
    await run(RejoinState.join, asked, asked.attempt)
    await left.shop.publish(rejoin={"offered": False})
    await run(RejoinState.answered, asked)
    assert (asked.phase, asked.view.state) == ("ready", "gone")
    assert asked.problem == "The payment was not confirmed. Nothing has been charged."
    await run(RejoinState.join, page, page.attempt)
    assert page.problem == "This can't be joined again. Nothing was charged."
    assert (left.begun(), left.charged()) == (["incomplete"], before)
    at(root, f"/billing/manage/{left.member_id}/", member_id=left.member_id)
    details = await root.get_state(MembershipState)
    await MembershipState.load.fn(details)
    assert not details.view.can_rejoin
    view = (await page_at(root, left.member_id)).view
    assert (view.state, view.plans, view.add_href) == ("gone", [], "")
