"""What other pages say of what is overdue: the banner, and the offer to pay it now."""

from __future__ import annotations

import pytest
import reflex as rx

from portal_app.identity.actor import Actor, actor_now
from portal_app.memberships.state import ChargedToState, OverdueState, refresh_overdue
from portal_app.payment_methods.state import (
    AddMethodState,
    PaymentMethodsState,
    RemoveMethodState,
)
from portal_app.ui import banner as banner_module
from portal_app.ui.banner import Banner
from portal_app.ui.notices import NoticeState
from tests.provider.adapter.account import DAY
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.adapter.pages import at, opened, run

NOTHING = (". ", "")


@pytest.fixture
def shop(overdue: Overdue) -> Overdue:
    return overdue


async def banner(root: rx.State, path: str) -> tuple[str, str]:
    at(root, path)
    await refresh_overdue(root)
    state = await root.get_state(OverdueState)
    return f"{state.view.title}. {state.view.text}", state.view.href


async def test_every_page_says_what_is_overdue_and_none_twice(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    own = f"/billing/manage/{shop.member_id}/"
    title = "We couldn't charge Visa ending 0341 for Room ($29.00)"
    text = "Due since 29 Feb 2024. Your access continues for now."
    said = (f"{title}. {text}", f"{own}pay/")
    for path in ("/account/", "/payment-methods/", f"{own}payment-method/", "/billing/manage/x/"):
        assert await banner(root, path) == said
    for path in ("/orders/", own, f"{own}pay/"):
        assert await banner(root, path) == NOTHING
    shop.sandbox.raw("POST", "/_sandbox/settings", json={"after_retries": "past_due"})
    shop.client.v1.subscriptions.update(shop.subs[1], {"default_payment_method": shop.bad})
    shop.sandbox.advance(31 * DAY)
    await shop.learn()
    assert await banner(root, "/account/") == ("2 memberships are not paid. ", "/orders/")


async def test_the_banner_follows_and_is_nobody_elses(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    assert await banner(root, "/account/") != NOTHING
    page = await root.get_state(OverdueState)
    token = actor_now.set(shop.ben)
    await OverdueState.refresh.fn(page)
    assert page.view.title == ""
    actor_now.reset(token)
    await OverdueState.refresh.fn(page)
    assert page.view.title != ""
    shop.client.v1.invoices.pay(str(shop.late.id), {"payment_method": shop.good})
    await shop.learn()
    await OverdueState.refresh.fn(page)
    assert page.view.title == ""


async def test_pages_bring_the_banner_when_they_begin(
    root: rx.State, shop: Overdue, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banner_module, "_banners", [Banner(rx.fragment, refresh_overdue)])
    at(root, "/payment-methods/")
    await PaymentMethodsState.load.fn(await root.get_state(PaymentMethodsState))
    assert (await root.get_state(OverdueState)).view.title != ""


async def notice(root: rx.State) -> tuple[str, str, str]:
    notices = await root.get_state(NoticeState)
    return notices.text, notices.label, notices.href


async def test_a_new_default_offers_to_pay_what_is_open(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    good = await shop.method(shop.good)
    page = await root.get_state(PaymentMethodsState)
    at(root, "/payment-methods/")
    await PaymentMethodsState.load.fn(page)
    await run(PaymentMethodsState.make_default, page, good)
    text, label, href = await notice(root)
    assert text == "Mastercard ending 4444 is now your default. $29.00 for Room is still open."
    assert (label, href) == (
        "Pay $29.00 now",
        f"/billing/manage/{shop.member_id}/pay/?method={good}",
    )
    assert shop.asked_to_pay() == []


async def test_another_method_for_a_membership_offers_it_too(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    at(root, f"/billing/manage/{shop.member_id}/payment-method/", member_id=shop.member_id)
    page = await root.get_state(ChargedToState)
    await ChargedToState.load.fn(page)
    # The one that has just failed is no suggestion: it comes last and says so.
    assert page.view.methods[-1].label == "Visa ending 0341"
    assert [one.note for one in page.view.methods].count("Failed last time") == 1
    assert page.view.methods[-1].note == "Failed last time"
    ChargedToState.choose.fn(page, await shop.method(shop.good))
    ChargedToState.use_everywhere.fn(page, False)
    await run(ChargedToState.save, page)
    assert (await notice(root))[:2] == (
        "Mastercard ending 4444 pays for Room now. $29.00 for Room is still open.",
        "Pay $29.00 now",
    )


async def test_removing_another_suggests_the_one_that_failed_last(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    good = await shop.method(shop.good)
    at(root, f"/payment-methods/{good}/remove/", method_id=good)
    page = await root.get_state(RemoveMethodState)
    await RemoveMethodState.load.fn(page)
    *fine, last = page.view.substitutes
    assert (last.label, last.note) == ("Visa ending 0341", "Failed last time")
    assert fine
    assert "Failed last time" not in {one.note for one in fine}


async def added(root: rx.State, shop: Overdue, query: str) -> list[str]:
    at(root, "/payment-methods/add/", query)
    page = await root.get_state(AddMethodState)
    await run(AddMethodState.load, page)
    setup = page.client_secret.partition("_secret_")[0]
    shop.client.v1.setup_intents.confirm(setup, {"payment_method": "pm_card_amex"})
    return [str(one) for one in await run(AddMethodState.finish, page, setup)]


async def test_an_added_method_offers_it_too(root: rx.State, shop: Overdue, ada: Actor) -> None:
    await added(root, shop, "")
    text, label, href = await notice(root)
    assert text.endswith("was added. $29.00 for Room is still open.")
    assert label == "Pay $29.00 now"
    assert f"/{shop.member_id}/pay/?method=payt_" in href


async def test_a_method_added_to_pay_comes_back_chosen_and_moves_nothing(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    before = await shop.charged()
    (sent_to,) = await added(root, shop, f"member={shop.member_id}&then=pay")
    assert f"/billing/manage/{shop.member_id}/pay/?method=payt_" in sent_to
    assert await shop.charged() == before
    assert shop.asked_to_pay() == []
    method = sent_to.partition("?method=")[2][:27]
    page = await opened(root, shop, f"method={method}")
    assert page.view.methods
    assert page.choice == method
