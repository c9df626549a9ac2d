"""Adding on the provider's own page (`PORTAL_CARD_FORM=redirect`): there, and back again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import reflex as rx
import stripe

from portal_app.identity.actor import Actor
from portal_app.kit.db import Database
from portal_app.payment_methods.models import MethodSetup
from portal_app.payment_methods.state import AddMethodState
from portal_app.provider import current
from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.provider.adapter.account import rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.test_add_method import load, notice, run, wallet_of
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Shop]:
    monkeypatch.setenv("PORTAL_CARD_FORM", "redirect")
    get_settings.cache_clear()
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield shop
    get_settings.cache_clear()


@pytest.fixture
async def page(shop: Shop) -> AddMethodState:
    root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    return await root.get_state(AddMethodState)


async def left_for(shop: Shop, page: AddMethodState, query: str = "") -> stripe.checkout.Session:
    """The session of the page that the button leads to."""
    await load(page, query)
    assert (page.phase, page.hosted, page.client_secret) == ("ready", True, "")
    (sent_to,) = await run(AddMethodState.leave_for_provider, page)
    (session,) = shop.client.v1.checkout.sessions.list({"limit": 1}).data
    assert session.id in sent_to
    return session


def filled_in(
    shop: Shop, session: stripe.checkout.Session, card: str = "pm_card_mastercard"
) -> None:
    path = f"/_sandbox/checkout/sessions/{session.id}/complete"
    shop.sandbox.raw("POST", path, json={"payment_method": card})


async def test_it_comes_back_saved_and_used(page: AddMethodState, shop: Shop, ada: Actor) -> None:
    session = await left_for(shop, page)
    customer_id, _ = await wallet_of(shop, ada)
    back = f"http://localhost:3000/payment-methods/add/?customer={customer_id}"
    assert (session.mode, session.customer) == ("setup", shop.cus)
    assert session.success_url == back + "&session_id={CHECKOUT_SESSION_ID}"
    assert session.cancel_url == back + "&left=1"
    filled_in(shop, session)
    (sent_to,) = await load(page, f"customer={customer_id}&session_id={session.id}")
    assert "/payment-methods/?added=payt_" in sent_to
    assert await notice(page) == ("ok", "Mastercard ending 4444 was added.")
    saved = (await wallet_of(shop, ada))[1]
    assert len(saved) == 2
    assert set((await shop.charged()).values()) == {saved[0]}


async def test_the_choice_goes_along(page: AddMethodState, shop: Shop, ada: Actor) -> None:
    first, second = await shop.held(ada)
    await load(page)
    await run(AddMethodState.use_everywhere, page, False)
    await run(AddMethodState.use_for, page, second.row.member.id, True)
    await run(AddMethodState.leave_for_provider, page)
    (session,) = shop.client.v1.checkout.sessions.list({"limit": 1}).data
    filled_in(shop, session)
    page.reset()  # another tab, another day
    await load(page, f"session_id={session.id}")
    charged = await shop.charged()
    assert charged[first.row.membership.id] != charged[second.row.membership.id]


async def test_for_a_membership_it_comes_back_there(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    first, _ = await shop.held(ada)
    member_id = first.row.member.id
    session = await left_for(shop, page, f"member={member_id}")
    filled_in(shop, session)
    (sent_to,) = await load(page, f"member={member_id}&session_id={session.id}")
    assert f"/billing/manage/{member_id}/" in sent_to


async def test_who_gives_up_is_told_that_nothing_was_saved(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    said = "No payment method was added: you left the form before it was done."
    session = await left_for(shop, page)
    await load(page, "left=1")
    assert (page.phase, await notice(page)) == ("ready", ("info", said))
    await load(page, f"session_id={session.id}")  # by hand, before it is done
    assert (page.phase, page.problem) == ("ready", said)
    shop.client.v1.checkout.sessions.expire(session.id)
    await load(page, f"session_id={session.id}")
    assert (page.phase, page.problem) == ("ready", said)
    assert len((await wallet_of(shop, ada))[1]) == 1


async def test_everything_that_is_not_hers_is_missing_alike(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    his = shop.client.v1.customers.list({"email": "ben@example.com"}).data[0].id
    given: Any = {
        "mode": "setup",
        "customer": his,
        "currency": "usd",
        "success_url": "https://shop.example/",
    }
    opened, done = (shop.client.v1.checkout.sessions.create(given) for _ in range(2))
    filled_in(shop, done)
    for unknown in (opened.id, done.id, "cs_test_none", "cs_/../x", "x" * 500):
        assert await load(page, f"session_id={unknown}") == []
        assert (page.phase, page.view.product) == ("missing", ""), unknown
    for query in ("customer=cust_0000000000000000000000", "member=mber_0000000000000000000000"):
        await load(page, query)
        await run(AddMethodState.leave_for_provider, page)
        assert page.phase == "missing"
    assert await rows(shop.db, MethodSetup) == []


async def test_a_provider_that_does_not_answer_is_said(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    await load(page)
    fault = {"kind": "500", "times": 9, "method": "POST", "path": "/v1/checkout/sessions"}
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    assert await run(AddMethodState.leave_for_provider, page) == []
    assert ((await notice(page))[0], page.busy) == ("danger", False)
