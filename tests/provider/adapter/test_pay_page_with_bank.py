"""The page that pays while a bank or the provider keeps it waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import reflex as rx

from portal_app.identity.actor import Actor
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.memberships.service import PAY
from portal_app.memberships.state import PayState
from portal_app.payment_methods.views import decline_sentence
from portal_app.ui.reader import Reader
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.adapter.pages import opened, press, run

ASKING = "pm_card_authenticationRequired"
NOT_CONFIRMED = "The payment was not confirmed. Nothing has been charged."


@pytest.fixture
def shop(overdue: Overdue) -> Overdue:
    return overdue


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
