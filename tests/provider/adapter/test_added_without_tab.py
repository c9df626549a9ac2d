"""A method whose tab or process died after the provider saved it: the webhook puts it to use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.ingest.handling import InboxHandler
from portal_app.ingest.models import InboxEvent
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import BatchQueue, Queue
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.memberships.service import REASSIGN, charge_to, make_default, method_added
from portal_app.payment_methods.models import MethodSetup
from portal_app.payment_methods.service import (
    Uses,
    change_uses,
    finish_setup,
    list_wallets,
    note_setup,
    open_setup,
)
from tests.conftest import Clocks
from tests.provider.adapter.account import rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.inbox_world import events, receive
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


async def saved(shop: Shop, clocks: Clocks, uses: Uses, card: str = "pm_card_mastercard") -> str:
    """The form was opened for *uses* and filled in, and then nobody was there; the setup's id."""
    async with shop.db.reading() as session:
        (wallet,) = await list_wallets(session, shop.ada)
    noted = await note_setup(shop.db, shop.ada, wallet, Uses(everywhere=not uses.everywhere))
    setup = await open_setup(shop.writer, wallet, noted)
    await change_uses(shop.db, shop.ben, noted.id, Uses(member_ids=("mber_his",)))  # not his
    await change_uses(shop.db, shop.ada, noted.id, uses)
    shop.client.v1.setup_intents.confirm(setup.id, {"payment_method": card})
    clocks.wall.advance(timedelta(seconds=1))
    return setup.id


async def told(shop: Shop) -> None:
    """Every webhook that there was, worked on; then what the jobs loop has to do."""
    await receive(shop.db, events(shop.sandbox))
    handler = InboxHandler(lambda: shop.db, shop.writer)
    while await drain(BatchQueue(InboxEvent, "handled_at", handler, batch=100)):
        pass
    intents: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, by_kind(REASSIGN)))
    while await drain(intents):
        pass


def method_of(shop: Shop, setup: str) -> str:
    return str(shop.client.v1.setup_intents.retrieve(setup).payment_method)


async def test_the_webhook_moves_what_was_chosen(shop: Shop, clocks: Clocks) -> None:
    setup = await saved(shop, clocks, Uses(everywhere=True))
    await told(shop)
    new = method_of(shop, setup)
    assert set((await shop.charged()).values()) == {new}
    assert shop.charged_at_stripe() == [new, new]


async def test_the_webhook_moves_one_membership(shop: Shop, clocks: Clocks) -> None:
    first, second = await shop.held(shop.ada)
    setup = await saved(shop, clocks, Uses(member_ids=(second.row.member.id,)))
    await told(shop)
    charged = await shop.charged()
    new = method_of(shop, setup)
    assert (charged[first.row.membership.id] == new, charged[second.row.membership.id]) == (
        False,
        new,
    )


async def test_the_webhook_lets_the_same_card_take_its_own_place(
    shop: Shop, clocks: Clocks
) -> None:
    old = set((await shop.charged()).values()).pop()
    first, _ = await shop.held(shop.ada)
    await charge_to(
        shop.desk, shop.ada, first.row.member.id, await shop.method(old), everywhere=False
    )
    clocks.wall.advance(timedelta(seconds=1))
    setup = await saved(shop, clocks, Uses(), card="pm_card_visa")
    await told(shop)
    new = method_of(shop, setup)
    attached = shop.client.v1.customers.payment_methods.list(shop.cus).data
    assert [one.id for one in attached] == [new]
    assert shop.charged_at_stripe() == [new, new]


@pytest.mark.parametrize("tab_first", [True, False])
async def test_tab_and_webhook_do_it_once(shop: Shop, clocks: Clocks, tab_first: bool) -> None:
    """Whoever comes second changes nothing, also when something else was chosen in between."""
    setup = await saved(shop, clocks, Uses(everywhere=True))
    if not tab_first:
        await told(shop)
    method, noted = await finish_setup(shop.db, shop.writer, shop.ada, setup)
    await method_added(shop.desk, shop.ada, method.id, setup_id=noted)
    assert set((await shop.charged()).values()) == {method.stripe_payment_method_id}
    if tab_first:
        visa = next(
            one.id
            for one in shop.client.v1.customers.payment_methods.list(shop.cus).data
            if one.card and one.card.last4 == "4242"
        )
        await make_default(shop.desk, shop.ada, await shop.method(visa))
        await told(shop)
        assert set((await shop.charged()).values()) == {visa}
        assert len(await rows(shop.db, Intent)) == 2
    else:
        assert len(await rows(shop.db, Intent)) == 1


async def test_what_was_chosen_later_is_not_undone(shop: Shop, clocks: Clocks) -> None:
    """The webhook comes late, and meanwhile another card was made the default by hand."""
    amex = shop.attach("pm_card_amex")
    await shop.learn()
    setup = await saved(shop, clocks, Uses(everywhere=True))
    await make_default(shop.desk, shop.ada, await shop.method(amex))
    await told(shop)
    assert set((await shop.charged()).values()) == {amex}
    async with shop.db.reading() as session:
        (wallet,) = await list_wallets(session, shop.ada)
    assert method_of(shop, setup) in {one.stripe_payment_method_id for one in wallet.methods}


async def test_an_unfinished_change_is_waited_for(shop: Shop, clocks: Clocks) -> None:
    setup = await saved(shop, clocks, Uses(everywhere=True))
    async with shop.db.unit_of_work() as session:
        (customer,) = {one.row.membership.customer_id for one in await shop.held(shop.ada)}
        waiting = Intent(
            kind=REASSIGN.kind,
            about=customer,
            actor_kind="customer",
            actor_id=shop.ada.person_id,
            payload={"default": False, "subscriptions": [], "cancel": [], "detach": []}
            | {"freed": [], "method": None, "customer": shop.cus},
            asked_at=wall_now(),
            created_at=wall_now() - timedelta(minutes=1),
            due_at=wall_now() + timedelta(minutes=1),
        )
        session.add(waiting)
    await told(shop)
    assert (await rows(shop.db, MethodSetup))[0].used_at is None
    clocks.wall.advance(timedelta(minutes=2))
    await told(shop)  # the waiting change is made
    clocks.wall.advance(timedelta(minutes=2))
    await told(shop)
    assert set((await shop.charged()).values()) == {method_of(shop, setup)}


async def test_a_method_that_is_gone_again_is_let_be(shop: Shop, clocks: Clocks) -> None:
    before = await shop.charged()
    setup = await saved(shop, clocks, Uses(everywhere=True))
    shop.client.v1.payment_methods.detach(method_of(shop, setup))
    await told(shop)
    assert await shop.charged() == before
    assert (await rows(shop.db, MethodSetup))[0].used_at is not None


async def test_a_setup_that_is_not_ours_moves_nothing(shop: Shop, clocks: Clocks) -> None:
    before = await shop.charged()
    for marked in ({}, {"portal_setup": "setu_0000000000000000000000"}, {"portal_setup": "x"}):
        made = shop.client.v1.setup_intents.create({"customer": shop.cus, "metadata": marked})
        shop.client.v1.setup_intents.confirm(made.id, {"payment_method": "pm_card_amex"})
    await told(shop)
    assert await shop.charged() == before
    assert await rows(shop.db, Intent) == []
