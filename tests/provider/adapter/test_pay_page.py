"""The handlers of the page that pays, on real states."""

from __future__ import annotations

from typing import Any

import pytest
import reflex as rx

from portal_app.identity.actor import Actor
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.memberships.state import OverdueState, PayState
from tests.provider.adapter.account import DAY
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.adapter.pages import opened, press, run


@pytest.fixture
def shop(overdue: Overdue) -> Overdue:
    return overdue


def facts(page: PayState) -> dict[str, str]:
    return {row.label: row.value for row in page.view.facts}


async def test_the_page_says_exactly_what_is_due(root: rx.State, shop: Overdue, ada: Actor) -> None:
    page = await opened(root, shop)
    assert (page.phase, page.view.state) == ("ready", "owed")
    assert (page.view.amount, page.view.amount_minor) == ("$29.00", 2900)
    assert page.view.sentence == (
        "We couldn't charge Visa ending 0341. Your bank declined. Please use another payment"
        " method, or ask your bank."
    )
    assert page.view.access == "Your access continues for now."
    assert facts(page)["Amount"] == "$29.00"
    assert facts(page)["Period"] == "29 Feb 2024 to 31 Mar 2024"
    assert facts(page)["Open since"] == "29 Feb 2024"
    assert facts(page)["Next automatic try"] == "3 Mar 2024"
    assert page.choice == page.view.current == await shop.method(shop.bad)
    assert {one.label: one.note for one in page.view.methods}["Visa ending 0341"] == (
        "Failed last time"
    )
    assert page.view.add_href.endswith(f"member={shop.member_id}&then=pay")


async def test_paid_with_another_card_that_renewals_use_from_then_on(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    page = await opened(root, shop, f"method={await shop.method(shop.good)}")
    assert page.choice == await shop.method(shop.good)
    await press(page)
    assert (page.phase, page.view.state, page.problem) == ("ready", "paid", "")
    assert facts(page)["Paid with"] == "Mastercard ending 4444"
    assert page.view.access == "You have access to Room."
    assert page.view.hosted_href == shop.late.hosted_invoice_url
    assert page.done == "Mastercard ending 4444 pays for Room now."
    held = await shop.overdue()
    assert held.row.membership.stripe_default_payment_method_id == shop.good
    assert len(shop.charges()) == 1


async def test_without_the_tick_the_next_renewal_stays_as_it_is(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    page = await opened(root, shop)
    PayState.choose.fn(page, await shop.method(shop.good))
    PayState.keep_method.fn(page, False)
    await press(page)
    assert (page.view.state, page.done) == ("paid", "")
    held = await shop.overdue()
    assert held.row.membership.stripe_default_payment_method_id == shop.bad


async def test_a_decline_says_why_and_the_next_press_is_a_new_attempt(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    page = await opened(root, shop)
    await press(page)
    assert (page.phase, page.view.state, page.busy) == ("ready", "owed", False)
    assert page.problem == (
        "Nothing has been charged. Your bank declined. Please use another payment method, or ask"
        " your bank."
    )
    PayState.choose.fn(page, await shop.method(shop.good))
    assert page.problem == ""
    await press(page)
    assert page.view.state == "paid"
    assert len({key for key, _, _ in shop.asked_to_pay()}) == 2


async def test_a_second_press_of_the_same_frame_is_none(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    page = await opened(root, shop)
    for attempt in (0, 0, -1, 7):
        await run(PayState.pay, page, attempt)
    assert len(shop.asked_to_pay()) == 1
    assert page.problem != ""


async def test_two_tabs_pay_once(root: rx.State, shop: Overdue, ada: Actor) -> None:
    page = await opened(root, shop, f"method={await shop.method(shop.good)}")
    other_root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    other = await opened(other_root, shop, f"method={await shop.method(shop.good)}")
    await press(page)
    await press(other)
    assert (other.view.state, other.problem) == ("paid", "")
    assert other.done == "It was paid already, and nothing was charged again."
    assert len(shop.charges()) == 1


async def test_an_automatic_retry_is_seen_by_the_open_page(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    page = await opened(root, shop)
    shop.client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": shop.good})
    shop.sandbox.advance(4 * DAY)
    await shop.learn()
    await PayState.refresh.fn(page)
    assert page.view.state == "paid"
    await press(page)
    assert shop.asked_to_pay() == []


async def test_what_is_not_hers_is_missing_alike(root: rx.State, shop: Overdue, ada: Actor) -> None:
    (his,) = await shop.held(shop.ben)
    for unknown in (his.row.member.id, "mber_0000000000000000000000", "x" * 500):
        page = await opened(root, shop, member=unknown)
        assert (page.phase, page.view.product, page.view.methods) == ("missing", "", [])
        await press(page)
        await run(PayState.answered, page)
        await run(PayState.check_again, page)
        assert page.phase == "missing"
    page = await opened(root, shop)
    PayState.choose.fn(page, his.row.payment_method.id)
    await press(page)
    assert page.problem == "We can't find that payment method."
    assert shop.asked_to_pay() == []


async def test_a_paid_membership_has_nothing_to_pay(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    paid = next(held for held in await shop.held(shop.ada) if held.row.member.id != shop.member_id)
    page = await opened(root, shop, member=paid.row.member.id)
    assert (page.phase, page.view.state) == ("ready", "nothing")


@pytest.mark.parametrize(
    "handler",
    [
        PayState.load,
        PayState.refresh,
        PayState.choose,
        PayState.keep_method,
        PayState.pay,
        PayState.answered,
        PayState.check_again,
        OverdueState.refresh,
    ],
)
def test_every_handler_needs_somebody_signed_in(handler: Any) -> None:
    assert getattr(handler.fn, ATTRIBUTE) is Policy.SIGNED_IN
