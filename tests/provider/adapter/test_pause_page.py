"""The page that pauses a membership and resumes it, without a browser."""

from __future__ import annotations

import pytest
import reflex as rx

from portal_app.identity.actor import Actor
from portal_app.memberships.models import Member, MembershipSubscription, Pause
from portal_app.memberships.service import fill_previews
from portal_app.memberships.state import MembershipState, PausingState
from portal_app.ui.notices import NoticeState
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.adapter.pages import at, run


@pytest.fixture
def shop(overdue: Overdue) -> Overdue:
    return overdue


async def page_at(root: rx.State, member_id: str) -> PausingState:
    at(root, f"/billing/manage/{member_id}/pause/", member_id=member_id)
    page = await root.get_state(PausingState)
    await PausingState.load.fn(page)
    return page


async def membership_at(root: rx.State, member_id: str) -> MembershipState:
    at(root, f"/billing/manage/{member_id}/", member_id=member_id)
    page = await root.get_state(MembershipState)
    await MembershipState.load.fn(page)
    return page


async def paid_one(shop: Overdue) -> str:
    return next(
        held.row.member.id
        for held in await shop.held(shop.ada)
        if held.row.member.id != shop.member_id
    )


async def test_the_page_says_it_does_it_and_takes_it_back(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    member_id = await paid_one(shop)
    assert (await membership_at(root, member_id)).view.can_pause
    page = await page_at(root, member_id)
    assert (page.phase, page.view.state, page.months) == ("ready", "open", "1")
    assert page.view.first.startswith("You keep access until ")
    assert page.view.first.endswith("Then it pauses, and nothing is charged.")
    assert [one.label for one in page.view.options] == ["1 month", "2 months", "3 months"]
    PausingState.choose.fn(page, "3")
    await run(PausingState.pause, page)
    assert (page.view.state, page.view.undo, page.busy) == ("planned", True, False)
    assert page.view.options == []
    (asked,) = await rows(shop.db, Pause)
    assert asked.resumes_at is not None
    assert (asked.resumes_at - asked.starts_at).days in range(88, 93)
    assert (await membership_at(root, member_id)).view.unpause == "planned"
    page = await page_at(root, member_id)
    await run(PausingState.unpause, page)
    assert page.view.state == "open"
    notice = await root.get_state(NoticeState)
    assert notice.text.startswith("The pause is over. It renews on ")


async def test_resuming_says_the_sum_and_charges_it(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    member_id = await paid_one(shop)
    membership_id = (await one(shop.db, Member, id=member_id)).membership_id
    link = await one(shop.db, MembershipSubscription, membership_id=membership_id)
    sub = link.stripe_subscription_id
    shop.client.v1.subscriptions.pause(sub)
    await shop.learn()
    await fill_previews(shop.db, shop.writer)
    view = (await membership_at(root, member_id)).view
    assert (view.unpause, view.can_pause) == ("paused", False)
    # No period runs while it rests.
    assert "Current period" not in {row.label for row in view.facts}
    page = await page_at(root, member_id)
    assert (page.view.state, page.view.undo) == ("paused", False)
    assert view.resume_note == f"Resuming now costs {page.view.pay} today."
    pay, minor = page.view.pay, page.view.pay_minor
    await run(PausingState.resume, page)
    notice = await root.get_state(NoticeState)
    assert notice.text == f"Welcome back. {pay} was charged."
    assert shop.client.v1.subscriptions.retrieve(sub).status == "active"
    newest = shop.client.v1.invoices.list({"subscription": sub}).data[0]
    assert newest.amount_paid == minor > 0


async def test_a_strangers_page_is_missing_and_does_nothing(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    theirs = (await shop.held(shop.ben))[0].row.member.id
    page = await page_at(root, theirs)
    assert (page.phase, page.view.product) == ("missing", "")
    for handler in (PausingState.pause, PausingState.unpause, PausingState.resume):
        await run(handler, page)
    assert page.phase == "missing"
    assert await rows(shop.db, Pause) == []


async def test_what_is_overdue_says_why_not(root: rx.State, shop: Overdue, ada: Actor) -> None:
    page = await page_at(root, shop.member_id)
    assert page.view.state == "none"
    assert page.view.first == "Its last payment is still open. Pay it first; then you can pause."
    assert (page.view.way_out_label, page.view.way_out) == (
        "Pay $29.00",
        f"/billing/manage/{shop.member_id}/pay/",
    )
    await run(PausingState.pause, page)
    assert await rows(shop.db, Pause) == []
    assert not (await membership_at(root, shop.member_id)).view.can_pause
