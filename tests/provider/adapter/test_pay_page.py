"""The handlers of the page that pays, of the banner and of what offers to pay, on real states."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
import reflex as rx
import stripe
from reflex.constants import RouteArgType
from reflex.istate.data import RouterData

from portal_app.identity.actor import Actor, actor_now
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.db import Database
from portal_app.memberships.service import PAY
from portal_app.memberships.state import ChargedToState, OverdueState, PayState, refresh_overdue
from portal_app.payment_methods.state import AddMethodState, PaymentMethodsState
from portal_app.payment_methods.views import decline_sentence
from portal_app.provider import current
from portal_app.ui.banner import Banner, use_banner
from portal_app.ui.notices import NoticeState
from portal_app.ui.reader import Reader
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY
from tests.provider.adapter.overdue_shop import Overdue, overdue_shop
from tests.provider.sandbox_server import SandboxServer

ASKING = "pm_card_authenticationRequired"
NOTHING = (". ", "")
NOT_CONFIRMED = "The payment was not confirmed. Nothing has been charged."


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Overdue]:
    async with overdue_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield shop


@pytest.fixture
def root(clocks: Clocks) -> rx.State:
    rx.State.setup_dynamic_args({"member_id": RouteArgType.SINGLE})
    return rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]


@pytest.fixture
def ada(shop: Overdue) -> Iterator[Actor]:
    token = actor_now.set(shop.ada)
    yield shop.ada
    actor_now.reset(token)


def at(root: rx.State, path: str, query: str = "", **given: str) -> None:
    address = f"{path}?{query}" if query else path
    root.router = RouterData.from_router_data(
        {"pathname": path, "asPath": address, "query": dict(given)}
    )


async def run(handler: Any, state: rx.State, *arguments: Any) -> list[Any]:
    """What a handler that yields has sent to the browser on its way."""
    return [one async for one in handler.fn(state, *arguments) if one is not None]


async def opened(root: rx.State, shop: Overdue, query: str = "", member: str = "") -> PayState:
    member_id = member or shop.member_id
    at(root, f"/billing/manage/{member_id}/pay/", query, member_id=member_id)
    page = await root.get_state(PayState)
    await run(PayState.load, page)
    return page


async def press(page: PayState) -> None:
    await run(PayState.pay, page, page.attempt)


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


async def asked(root: rx.State, shop: Overdue, card: str = ASKING) -> PayState:
    """The page with the bank's page in front of it."""
    asking = shop.attach(card)
    await shop.learn()
    page = await opened(root, shop, f"method={await shop.method(asking)}")
    await press(page)
    assert page.phase == "bank"
    assert (page.publishable_key, page.script) == (
        "pk_test_sandbox",
        "/sandbox/stripe/js/stripe.js",
    )
    shop.clocks.wall.advance(timedelta(seconds=1))
    return page


def answer(shop: Overdue, page: PayState, outcome: str) -> str:
    payment_id = page.client_secret.partition("_secret_")[0]
    shop.sandbox.raw("POST", f"/_sandbox/authenticate/{payment_id}", json={"outcome": outcome})
    return payment_id


async def test_the_bank_approves(root: rx.State, shop: Overdue, ada: Actor) -> None:
    page = await asked(root, shop)
    answer(shop, page, "succeed")
    await run(PayState.answered, page)
    assert (page.phase, page.view.state, page.client_secret) == ("ready", "paid", "")
    assert page.done.endswith("pays for Room now.")
    assert len(shop.charges()) == 1


@pytest.mark.parametrize(
    ("outcome", "card", "code"),
    [
        (
            "fail",
            ASKING,
            "payment_intent_authentication_failure",
        ),
        ("", ASKING, ""),
        (
            "succeed",
            "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            "insufficient_funds",
        ),
    ],
)
@pytest.mark.usefixtures("ada")
async def test_without_the_bank_nothing_is_charged(
    root: rx.State, shop: Overdue, outcome: str, card: str, code: str
) -> None:
    """Whatever the browser says: it is the provider who is asked."""
    page = await asked(root, shop, card)
    if outcome:
        answer(shop, page, outcome)
    await run(PayState.answered, page)
    why = decline_sentence(Reader("en"), code)
    said = f"Nothing has been charged. {why}" if code else NOT_CONFIRMED
    assert (page.phase, page.view.state, page.problem) == ("ready", "owed", said)
    assert shop.charges() == []
    PayState.choose.fn(page, await shop.method(shop.good))
    await press(page)
    assert (page.view.state, len(shop.charges())) == ("paid", 1)


async def test_back_from_the_banks_own_page(root: rx.State, shop: Overdue, ada: Actor) -> None:
    page = await asked(root, shop)
    payment_id, choice = answer(shop, page, "succeed"), page.choice
    page = await opened(root, shop, f"payment_intent={payment_id}&redirect_status=failed")
    assert (page.phase, page.view.state, page.choice) == ("ready", "paid", choice)
    assert page.done.endswith("pays for Room now.")


async def test_the_address_is_not_believed(root: rx.State, shop: Overdue, ada: Actor) -> None:
    page = await asked(root, shop)
    payment_id = page.client_secret.partition("_secret_")[0]
    page = await opened(root, shop, f"payment_intent={payment_id}&redirect_status=succeeded")
    assert (page.phase, page.view.state) == ("ready", "owed")
    assert page.problem == NOT_CONFIRMED
    for strange in ("pi_none", "x" * 500, "../v1"):
        page = await opened(root, shop, f"payment_intent={strange}&redirect_status=succeeded")
        assert (page.phase, page.view.state) == ("ready", "owed")
    assert shop.charges() == []


async def test_without_an_answer_the_page_finds_out(
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    page = await opened(root, shop, f"method={await shop.method(shop.good)}")
    shop.fault("reset", "POST", after=True)
    await press(page)
    assert page.phase == "unconfirmed"
    page = await opened(root, shop)
    assert page.phase == "unconfirmed"
    shop.heal()
    shop.clocks.wall.advance(timedelta(minutes=2))
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, by_kind(PAY)))
    assert await drain(queue) == 1
    await PayState.refresh.fn(page)
    assert (page.phase, page.view.state) == ("ready", "paid")
    assert len(shop.charges()) == 1


async def test_checking_again_asks_the_provider(root: rx.State, shop: Overdue, ada: Actor) -> None:
    page = await asked(root, shop)
    answer(shop, page, "succeed")
    shop.fault("500", "GET")
    await run(PayState.answered, page)
    assert page.phase == "unconfirmed"
    shop.heal()
    await run(PayState.check_again, page)
    assert (page.phase, page.view.state) == ("ready", "paid")


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
    root: rx.State, shop: Overdue, ada: Actor
) -> None:
    use_banner(Banner(rx.fragment, refresh_overdue))
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
    ChargedToState.choose.fn(page, await shop.method(shop.good))
    ChargedToState.use_everywhere.fn(page, False)
    await run(ChargedToState.save, page)
    assert (await notice(root))[:2] == (
        "Mastercard ending 4444 pays for Room now. $29.00 for Room is still open.",
        "Pay $29.00 now",
    )


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
