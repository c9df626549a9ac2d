"""The handlers of the pages of payment methods, on real states, against the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import reflex as rx
import stripe

from portal_app.identity.actor import Actor
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.kit.db import Database
from portal_app.memberships.state import ChargedToState
from portal_app.payment_methods.state import PaymentMethodsState, RemoveMethodState
from portal_app.payment_methods.state import wallets as state_module
from portal_app.provider import current
from portal_app.ui.notices import NoticeState
from tests.conftest import Clocks
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.pages import at, run
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield shop


async def notice(root: rx.State) -> tuple[str, str]:
    notices = await root.get_state(NoticeState)
    return notices.tone, notices.text


async def visa_of(shop: Shop) -> str:
    return await shop.method(set((await shop.charged()).values()).pop())


async def test_the_list_says_what_each_pays_for(root: rx.State, shop: Shop, ada: Actor) -> None:
    shop.attach("pm_card_mastercard")
    await shop.learn()
    page = await root.get_state(PaymentMethodsState)
    await PaymentMethodsState.load.fn(page)
    assert page.phase == "ready"
    (wallet,) = page.view.wallets
    assert [(one.label, one.default, one.pays_for) for one in wallet.methods] == [
        ("Visa ending 4242", True, "Pays for: Room"),
        ("Mastercard ending 4444", False, ""),
    ]


async def test_a_new_default_is_shown_and_said(root: rx.State, shop: Shop, ada: Actor) -> None:
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    page = await root.get_state(PaymentMethodsState)
    await PaymentMethodsState.load.fn(page)
    await run(PaymentMethodsState.make_default, page, await shop.method(other))
    assert page.view.wallets[0].methods[0].label == "Mastercard ending 4444"
    assert page.view.wallets[0].methods[0].default
    assert await notice(root) == ("ok", "Mastercard ending 4444 is now your default.")
    assert page.busy == ""


async def test_somebody_elses_method_is_one_that_is_not_there(
    root: rx.State, shop: Shop, ada: Actor
) -> None:
    (his,) = await shop.held(shop.ben)
    page, removal = (
        await root.get_state(PaymentMethodsState),
        await root.get_state(RemoveMethodState),
    )
    for unknown in (his.row.payment_method.id, "payt_0000000000000000000000", "", "x" * 500):
        await run(PaymentMethodsState.make_default, page, unknown)
        assert await notice(root) == ("danger", "We can't find that payment method.")
        at(root, f"/payment-methods/{unknown}/remove/", method_id=unknown)
        await RemoveMethodState.load.fn(removal)
        assert (removal.phase, removal.view.label) == ("missing", "")
        await run(RemoveMethodState.remove, removal)
        assert await notice(root) == ("danger", "We can't find that payment method.")


async def test_removing_asks_what_should_happen_first(
    root: rx.State, shop: Shop, ada: Actor
) -> None:
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    visa = await visa_of(shop)
    at(root, f"/payment-methods/{visa}/remove/", method_id=visa)
    page = await root.get_state(RemoveMethodState)
    await RemoveMethodState.load.fn(page)
    assert page.phase == "ready"
    assert len(page.view.pays_for) == 2
    assert "charged next on 29 Feb 2024" in page.view.pays_for[0]
    assert page.view.can_end
    assert await run(RemoveMethodState.remove, page) == []
    assert page.error == "Choose what should happen first."
    RemoveMethodState.choose.fn(page, await shop.method(other))
    assert page.error == ""
    (sent_to,) = await run(RemoveMethodState.remove, page)
    assert "/payment-methods/" in str(sent_to)
    assert await notice(root) == ("ok", "Visa ending 4242 was removed.")
    assert set((await shop.charged()).values()) == {other}


async def test_a_membership_gets_another_method_in_three_steps(
    root: rx.State, shop: Shop, ada: Actor
) -> None:
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    first, _ = await shop.held(ada)
    member_id = first.row.member.id
    at(root, f"/billing/manage/{member_id}/payment-method/", member_id=member_id)
    page = await root.get_state(ChargedToState)
    await ChargedToState.load.fn(page)
    assert (page.phase, page.choice) == ("ready", await visa_of(shop))
    assert page.view.others
    ChargedToState.choose.fn(page, await shop.method(other))
    ChargedToState.use_everywhere.fn(page, True)
    (sent_to,) = await run(ChargedToState.save, page)
    assert f"/billing/manage/{member_id}/" in str(sent_to)
    said = "Mastercard ending 4444 pays for all your memberships here now."
    assert await notice(root) == ("ok", said)
    assert set((await shop.charged()).values()) == {other}


async def test_another_persons_membership_is_missing(
    root: rx.State, shop: Shop, ada: Actor
) -> None:
    (his,) = await shop.held(shop.ben)
    member_id = his.row.member.id
    at(root, f"/billing/manage/{member_id}/payment-method/", member_id=member_id)
    page = await root.get_state(ChargedToState)
    await ChargedToState.load.fn(page)
    assert (page.phase, page.view.product) == ("missing", "")
    ChargedToState.choose.fn(page, await visa_of(shop))
    await run(ChargedToState.save, page)
    assert (await notice(root))[0] == "danger"


async def test_a_provider_that_does_not_answer_is_said_and_shown(
    root: rx.State, shop: Shop, ada: Actor
) -> None:
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    page = await root.get_state(PaymentMethodsState)
    await PaymentMethodsState.load.fn(page)
    fault = {"kind": "500", "times": 9, "method": "POST", "path": "/v1/customers"}
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    await run(PaymentMethodsState.make_default, page, await shop.method(other))
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    tone, text = await notice(root)
    assert (tone, text[:51]) == ("info", "The payment provider isn't answering. Your change i")
    assert page.view.wallets[0].waiting
    # The next change has to wait for it.
    await run(PaymentMethodsState.make_default, page, await visa_of(shop))
    assert (await notice(root))[1].startswith("An earlier change is still being made.")


async def test_a_list_that_cannot_be_read_says_so(
    root: rx.State, shop: Shop, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_given: Any) -> None:
        raise RuntimeError("disk I/O error")

    page = await root.get_state(PaymentMethodsState)
    with monkeypatch.context() as patched:
        patched.setattr(state_module, "list_wallets", broken)
        await PaymentMethodsState.load.fn(page)
    assert (page.phase, page.view.wallets) == ("failed", [])
    await PaymentMethodsState.load.fn(page)
    assert page.phase == "ready"


async def test_an_open_list_follows_what_changes(root: rx.State, shop: Shop, ada: Actor) -> None:
    page = await root.get_state(PaymentMethodsState)
    at(root, "/payment-methods/")
    await PaymentMethodsState.load.fn(page)
    shop.attach("pm_card_mastercard")
    await shop.learn()
    await PaymentMethodsState.refresh.fn(page)
    assert len(page.view.wallets[0].methods) == 2


@pytest.mark.parametrize(
    "handler",
    [
        PaymentMethodsState.load,
        PaymentMethodsState.refresh,
        PaymentMethodsState.make_default,
        RemoveMethodState.load,
        RemoveMethodState.choose,
        RemoveMethodState.remove,
        ChargedToState.load,
        ChargedToState.choose,
        ChargedToState.use_everywhere,
        ChargedToState.save,
    ],
)
def test_every_handler_needs_somebody_signed_in(handler: Any) -> None:
    assert getattr(handler.fn, ATTRIBUTE) is Policy.SIGNED_IN
