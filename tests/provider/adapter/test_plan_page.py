"""The page that changes a plan, without a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
import reflex as rx

from portal_app.identity.actor import Actor
from portal_app.memberships.state import MembershipState, PayState, PlanState, PromotionState
from portal_app.ui.notices import NoticeState
from tests.provider.adapter.account import DAY
from tests.provider.adapter.pages import at, run
from tests.provider.adapter.plan_shop import PlanShop


@pytest.fixture
def shop(plans: PlanShop) -> PlanShop:
    return plans


async def page_at(root: rx.State, member_id: str) -> PlanState:
    at(root, f"/billing/manage/{member_id}/plan/", member_id=member_id)
    page = await root.get_state(PlanState)
    await PlanState.load.fn(page)
    return page


async def opened(root: rx.State, shop: PlanShop) -> PlanState:
    return await page_at(root, (await shop.mine()).row.member.id)


async def reviewed(root: rx.State, shop: PlanShop, name: str) -> PlanState:
    page = await opened(root, shop)
    PlanState.choose.fn(page, await shop.plan(name))
    await run(PlanState.review, page)
    return page


async def press(page: PlanState) -> list[str]:
    """The pages that it leads to; that the heading takes the focus is none."""
    sent = [str(one) for one in await run(PlanState.confirm, page, page.attempt)]
    return [one for one in sent if "_set_focus" not in one]


async def test_more_is_shown_with_the_sum_and_done(
    root: rx.State, shop: PlanShop, ada: Actor
) -> None:
    await shop.advance(10 * DAY)
    page = await opened(root, shop)
    assert (page.phase, page.view.state, page.choice) == ("ready", "open", "")
    assert [one.label for one in page.view.options] == ["Small", "Yearly", "Pro"]
    assert page.view.options[1].note.startswith("$290.00 per year · about $24.17 per month · ")
    page = await reviewed(root, shop, "pro")
    quote = page.quote
    assert quote.title == "Change to Pro?"
    assert quote.gained == ["Pro right away", "$59.00 per month"]
    assert quote.lost == ["Basic, right away", "Your price of $29.00 per month"]
    assert [row.label for row in quote.rows] == ["Credit for Basic", "Pro", "Due today"]
    assert quote.button == f"Change plan and pay {quote.rows[-1].amount} today"
    assert await press(page) == []
    assert (page.view.current, page.reviewing, page.busy, page.problem) == ("Pro", False, False, "")
    assert (await root.get_state(NoticeState)).text == "Your plan is Pro now."
    cents = shop.invoices()[0].amount_paid
    assert quote.rows[-1].amount == f"${cents / 100:.2f}"


async def test_two_presses_are_one_change(root: rx.State, shop: PlanShop, ada: Actor) -> None:
    page = await reviewed(root, shop, "pro")
    attempt = page.attempt
    await run(PlanState.confirm, page, attempt)
    before = len(shop.invoices())
    await run(PlanState.confirm, page, attempt)
    await press(page)
    assert len(shop.invoices()) == before


async def test_less_is_arranged_and_can_be_taken_back(
    root: rx.State, shop: PlanShop, ada: Actor
) -> None:
    page = await reviewed(root, shop, "small")
    assert page.quote.button.startswith("Change plan on ")
    assert page.quote.then.startswith("Nothing is charged today.")
    await press(page)
    assert (page.view.state, page.view.can_keep) == ("pending", True)
    assert page.view.title.startswith("Your plan changes on ")
    # The membership's page says so too, and leads there.
    member_id = page.view.member_id
    at(root, f"/billing/manage/{member_id}/", member_id=member_id)
    detail = await root.get_state(MembershipState)
    await MembershipState.load.fn(detail)
    assert detail.view.scheduled_change.endswith("your plan changes to Small, $19.00 per month.")
    assert (detail.view.own_change, detail.view.can_change_plan) == (True, True)
    assert detail.view.timeline[0].sentence.startswith("Change of plan arranged for ")
    page = await page_at(root, member_id)
    await run(PlanState.keep, page)
    assert (page.view.state, page.problem) == ("open", "")
    assert (await root.get_state(NoticeState)).text == "You keep Basic."


async def test_what_is_too_old_is_worked_out_again(
    root: rx.State, shop: PlanShop, ada: Actor
) -> None:
    page = await reviewed(root, shop, "pro")
    shop.clocks.wall.advance(timedelta(minutes=16))
    await press(page)
    assert page.problem.startswith("What you saw was more than 15 minutes old")
    assert (page.reviewing, shop.price) == (True, shop.prices["basic"])
    await press(page)
    assert (page.view.current, shop.price) == ("Pro", shop.prices["pro"])


async def test_a_bank_that_asks_comes_next_and_then_it_has_changed(
    root: rx.State, shop: PlanShop, ada: Actor
) -> None:
    asking = shop.attach("pm_card_authenticationRequired")
    shop.client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": asking})
    await shop.hear()
    page = await reviewed(root, shop, "pro")
    (sent,) = await press(page)
    assert f"/billing/manage/{page.view.member_id}/pay/?bank=1" in sent
    assert (page.view.state, page.view.title) == ("pending", "Your plan hasn't changed yet")
    at(
        root,
        f"/billing/manage/{page.view.member_id}/pay/",
        "bank=1",
        member_id=page.view.member_id,
    )
    pay = await root.get_state(PayState)
    await run(PayState.load, pay)
    assert (pay.phase, pay.view.state) == ("bank", "owed")
    payment_id = pay.client_secret.partition("_secret_")[0]
    shop.sandbox.raw("POST", f"/_sandbox/authenticate/{payment_id}", json={"outcome": "succeed"})
    shop.clocks.wall.advance(timedelta(seconds=1))
    await run(PayState.answered, pay)
    assert (pay.phase, pay.view.state) == ("ready", "paid")
    assert (await shop.mine()).row.plan.stripe_price_id == shop.prices["pro"] == shop.price
    assert (await shop.asked())[0].happened_at is not None


async def test_a_card_that_is_declined_leaves_two_ways(
    root: rx.State, shop: PlanShop, ada: Actor
) -> None:
    bad = shop.attach("pm_card_chargeCustomerFail")
    shop.client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": bad})
    await shop.hear()
    page = await reviewed(root, shop, "pro")
    assert await press(page) == []
    assert (page.view.state, page.view.can_keep) == ("pending", True)
    assert page.view.way_out.endswith("/pay/")
    await run(PlanState.keep, page)
    assert page.view.state == "open"


async def test_a_strangers_page_is_missing_and_does_nothing(
    root: rx.State, shop: PlanShop, ada: Actor
) -> None:
    theirs = (await shop.mine(shop.ben)).row.member.id
    page = await page_at(root, theirs)
    assert (page.phase, page.view.product, page.email) == ("missing", "", ada.email)
    unknown = await page_at(root, "mber_unknown0000000")
    assert unknown.phase == "missing"
    page = await page_at(root, theirs)
    await run(PlanState.review, page)
    assert page.problem == "Choose a plan first."
    PlanState.choose.fn(page, await shop.plan("pro"))
    PlanState.count.fn(page, "2")
    for handler in (PlanState.review, PlanState.keep):
        await run(handler, page)
    await press(page)
    promotion = await root.get_state(PromotionState)
    await run(PromotionState.check, promotion, {"code": "SPRING"})
    await run(PromotionState.use, promotion)
    assert (page.phase, page.reviewing, promotion.offer.code) == ("missing", False, "")
    assert promotion.problem == "We can't find that membership."
    assert await shop.asked() == []


@pytest.mark.parametrize("typed", ["", "x", "-1", "1e9", "99999999999", "２x"])
async def test_a_quantity_that_is_none(
    root: rx.State, shop: PlanShop, ada: Actor, typed: str
) -> None:
    await shop.policy(quantity={"most": 5})
    page = await opened(root, shop)
    assert (page.view.least, page.view.most, page.view.options[0].label) == (1, 5, "Basic")
    PlanState.count.fn(page, typed)
    await run(PlanState.review, page)
    assert (page.reviewing, page.problem) == (
        False,
        "That can't be chosen here. Nothing was changed.",
    )


async def test_what_ends_says_why_it_can_not_be_changed(
    root: rx.State, shop: PlanShop, ada: Actor
) -> None:
    shop.client.v1.subscriptions.update(shop.subs[0], {"cancel_at_period_end": True})
    await shop.hear()
    page = await opened(root, shop)
    assert (page.view.state, page.view.promotions) == ("closed", False)
    assert page.view.sentence.startswith("It ends on ")
    assert page.view.way_out.endswith("/undo/")
