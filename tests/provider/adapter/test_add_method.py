"""The handlers of the page that adds a payment method, on real states, against the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import reflex as rx
import stripe
from reflex.istate.data import RouterData

from portal_app.identity.actor import Actor
from portal_app.identity.policy import ATTRIBUTE, Policy
from portal_app.kit.db import Database
from portal_app.payment_methods.service import list_wallets
from portal_app.payment_methods.state import AddMethodState
from portal_app.provider import current
from portal_app.ui.notices import NoticeState
from tests.conftest import Clocks
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.sandbox_server import SandboxServer

HERE = "/payment-methods/add/"


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        current.install(shop.writer)
        yield shop


@pytest.fixture
async def page(clocks: Clocks) -> AddMethodState:
    root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    return await root.get_state(AddMethodState)


async def run(handler: Any, page: AddMethodState, *arguments: Any) -> list[str]:
    """What the handler sends to the browser on its way."""
    return [str(one) async for one in handler.fn(page, *arguments) if one is not None]


async def load(page: AddMethodState, query: str = "") -> list[str]:
    root = page._get_root_state()
    root.router = RouterData.from_router_data({"pathname": HERE, "asPath": f"{HERE}?{query}"})
    return await run(AddMethodState.load, page)


async def notice(page: AddMethodState) -> tuple[str, str]:
    notices = await page.get_state(NoticeState)
    return notices.tone, notices.text


async def wallet_of(shop: Shop, actor: Actor) -> tuple[str, list[str]]:
    """The id of a person's one customer, and what is on file there."""
    async with shop.db.reading() as session:
        (wallet,) = await list_wallets(session, actor)
    return wallet.customer.id, [one.stripe_payment_method_id for one in wallet.methods]


def confirmed(shop: Shop, secret: str, method: str = "pm_card_mastercard") -> str:
    """What the browser does with the secret; the setup's id."""
    setup = secret.partition("_secret_")[0]
    shop.client.v1.setup_intents.confirm(setup, {"payment_method": method})
    return setup


async def test_the_form_is_told_at_run_time_what_it_needs(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    assert await load(page) == []
    assert page.phase == "ready"
    assert (page.publishable_key, page.script) == (
        "pk_test_sandbox",
        "/sandbox/stripe/js/stripe.js",
    )
    setup = shop.client.v1.setup_intents.retrieve(page.client_secret.partition("_secret_")[0])
    assert (setup.usage, setup.customer, setup.status) == (
        "off_session",
        shop.cus,
        "requires_payment_method",
    )
    assert page.view.everywhere == "Use it for all my memberships"
    assert page.everywhere
    assert f"?customer={(await wallet_of(shop, ada))[0]}" in page.return_url


async def test_a_saved_method_is_on_file_at_once_and_pays_for_everything(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    await load(page)
    setup = confirmed(shop, page.client_secret)
    (sent_to,) = await run(AddMethodState.finish, page, setup)
    assert "/payment-methods/" in sent_to
    assert await notice(page) == ("ok", "Mastercard ending 4444 was added.")
    saved = str(shop.client.v1.setup_intents.retrieve(setup).payment_method)
    assert saved in (await wallet_of(shop, ada))[1]
    assert set((await shop.charged()).values()) == {saved}


async def test_without_the_tick_nothing_moves(page: AddMethodState, shop: Shop, ada: Actor) -> None:
    before = await shop.charged()
    await load(page)
    await run(AddMethodState.use_everywhere, page, False)
    await run(AddMethodState.finish, page, confirmed(shop, page.client_secret))
    assert await shop.charged() == before
    assert len((await wallet_of(shop, ada))[1]) == 2


async def test_for_one_membership_only_that_one_moves(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    first, _ = await shop.held(ada)
    member_id = first.row.member.id
    await load(page, f"member={member_id}")
    assert page.view.product == "Room"
    await run(AddMethodState.use_everywhere, page, False)
    setup = confirmed(shop, page.client_secret)
    (sent_to,) = await run(AddMethodState.finish, page, setup)
    assert f"/billing/manage/{member_id}/" in sent_to
    saved = str(shop.client.v1.setup_intents.retrieve(setup).payment_method)
    charged = await shop.charged()
    assert [charged[first.row.membership.id], *charged.values()].count(saved) == 2


async def test_some_memberships_can_be_picked(page: AddMethodState, shop: Shop, ada: Actor) -> None:
    first, second = await shop.held(ada)
    (his,) = await shop.held(shop.ben)
    await load(page)
    assert {one.member_id for one in page.view.uses} == {
        first.row.member.id,
        second.row.member.id,
    }
    await run(AddMethodState.use_everywhere, page, False)
    for one, ticked in ((first, True), (second, True), (his, True), (first, False)):
        await run(AddMethodState.use_for, page, one.row.member.id, ticked)
    assert page.members == [second.row.member.id]
    setup = confirmed(shop, page.client_secret)
    await run(AddMethodState.finish, page, setup)
    saved = str(shop.client.v1.setup_intents.retrieve(setup).payment_method)
    charged = await shop.charged()
    assert charged[second.row.membership.id] == saved
    assert charged[first.row.membership.id] != saved


async def test_the_address_is_not_believed(page: AddMethodState, shop: Shop, ada: Actor) -> None:
    await load(page)
    setup = page.client_secret.partition("_secret_")[0]
    await load(page, f"setup_intent={setup}&redirect_status=succeeded")
    assert (page.phase, bool(page.client_secret)) == ("ready", True)
    assert page.problem.startswith("Your payment method was not added")
    assert len((await wallet_of(shop, ada))[1]) == 1
    confirmed(shop, f"{setup}_secret_x")
    (sent_to,) = await load(page, f"setup_intent={setup}&redirect_status=failed")
    assert "/payment-methods/" in sent_to
    assert len((await wallet_of(shop, ada))[1]) == 2


async def test_a_setup_of_another_tab_is_put_on_file_and_moves_nothing(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    before = await shop.charged()
    setup = await shop.writer.create_setup_intent(shop.cus, metadata={}, key="elsewhere")
    confirmed(shop, setup.client_secret)
    await load(page, f"setup_intent={setup.id}")
    assert len((await wallet_of(shop, ada))[1]) == 2
    assert await shop.charged() == before


async def test_everything_that_is_not_hers_is_missing_alike(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    his_customer, his_methods = await wallet_of(shop, shop.ben)
    (his,) = await shop.held(shop.ben)
    his_setup = await shop.writer.create_setup_intent(
        his.row.membership.customer_id and _stripe_id(shop), metadata={}, key="his"
    )
    confirmed(shop, his_setup.client_secret)
    strange = ["cust_0000000000000000000000", "x" * 500, "../v1/customers"]
    queries = [f"customer={one}" for one in (his_customer, *strange)]
    queries += [f"member={his.row.member.id}", "member=mber_0000000000000000000000"]
    queries += [f"setup_intent={one}" for one in (his_setup.id, "seti_none", "seti_/../x", "x")]
    for query in queries:
        assert await load(page, query) == []
        assert (page.phase, page.client_secret, page.view.product) == ("missing", "", ""), query
    for unknown in (his_setup.id, "seti_none", "", "x" * 500):
        assert await run(AddMethodState.finish, page, unknown) == []
        assert page.phase == "missing"
    assert (await wallet_of(shop, shop.ben))[1] == his_methods


def _stripe_id(shop: Shop) -> str:
    return shop.client.v1.customers.list({"email": "ben@example.com"}).data[0].id


async def test_a_provider_that_does_not_answer_is_asked_again(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    await load(page)
    setup = confirmed(shop, page.client_secret)
    fault = {"kind": "500", "times": 9, "method": "GET", "path": "/v1/setup_intents"}
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    assert await run(AddMethodState.finish, page, setup) == []
    assert page.phase == "unconfirmed"
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    (sent_to,) = await run(AddMethodState.check_again, page)
    assert "/payment-methods/" in sent_to
    assert len((await wallet_of(shop, ada))[1]) == 2


async def test_a_form_that_cannot_be_opened_says_so_and_opens_later(
    page: AddMethodState, shop: Shop, ada: Actor
) -> None:
    fault = {"kind": "500", "times": 9, "method": "POST", "path": "/v1/setup_intents"}
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    await load(page)
    assert page.phase == "failed"
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    await load(page)
    assert page.phase == "ready"


@pytest.mark.parametrize(
    "handler",
    [
        AddMethodState.load,
        AddMethodState.use_everywhere,
        AddMethodState.use_for,
        AddMethodState.finish,
        AddMethodState.check_again,
        AddMethodState.leave_for_provider,
    ],
)
def test_every_handler_needs_somebody_signed_in(handler: Any) -> None:
    assert getattr(handler.fn, ATTRIBUTE) is Policy.SIGNED_IN
