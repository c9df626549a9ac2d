"""The pages that cancel a membership and take that back, without a browser."""

from __future__ import annotations

import pytest
import reflex as rx

from portal_app.identity.actor import Actor
from portal_app.memberships.models import Cancellation
from portal_app.memberships.state import CancelState
from portal_app.ui.notices import NoticeState
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.adapter.pages import at, run


@pytest.fixture
def shop(overdue: Overdue) -> Overdue:
    return overdue


async def page_at(root: rx.State, member_id: str, what: str = "cancel") -> CancelState:
    at(root, f"/billing/manage/{member_id}/{what}/", member_id=member_id)
    page = await root.get_state(CancelState)
    await CancelState.load.fn(page)
    return page


async def test_the_page_says_it_does_it_and_takes_it_back(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    member_id = next(
        held.row.member.id
        for held in await shop.held(shop.ada)
        if held.row.member.id != shop.member_id
    )
    page = await page_at(root, member_id)
    assert (page.phase, page.view.state, page.view.exit) == ("ready", "open", "at_period_end")
    assert page.view.first.startswith("You keep access until ")
    CancelState.choose_reason.fn(page, "switching")
    CancelState.write_comment.fn(page, "Thanks")
    await run(CancelState.cancel, page)
    assert (page.view.state, page.view.undo, page.busy) == ("done", True, False)
    assert page.view.reference.startswith("C-")
    assert page.view.if_kept.startswith("If you keep it, it renews on ")
    noted = await one(shop.db, Cancellation)
    assert (noted.reason, noted.comment) == ("switching", "Thanks")
    page = await page_at(root, member_id, "undo")
    (sent,) = await run(CancelState.keep, page)
    assert f"/billing/manage/{member_id}/" in str(sent)
    notice = await root.get_state(NoticeState)
    assert notice.text.startswith("Good to have you. Your membership goes on. It renews on ")


async def test_a_strangers_page_is_missing_and_does_nothing(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    theirs = (await shop.held(shop.ben))[0].row.member.id
    page = await page_at(root, theirs)
    assert (page.phase, page.view.product) == ("missing", "")
    await run(CancelState.cancel, page)
    await run(CancelState.keep, page)
    assert page.phase == "missing"
    assert await rows(shop.db, Cancellation) == []


async def test_what_is_overdue_says_what_becomes_of_the_invoice(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    page = await page_at(root, shop.member_id)
    assert page.view.first == "It ends right away, and no further payment is tried."
    assert "The unpaid invoice of $29.00 is cancelled; you don't owe it." in page.view.further
    await run(CancelState.cancel, page)
    assert (page.view.state, page.view.undo) == ("done", False)
