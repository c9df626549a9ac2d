"""After a method has gone the page tells the truth at once: no webhook comes in these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.intents.errors import StillUnderWay, Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.service import asked_by
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.db import Database
from portal_app.memberships.service import (
    REASSIGN,
    charge_to,
    make_default,
    method_added,
    remove_method,
)
from portal_app.payment_methods.errors import PaymentMethodNotFound
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import Uses
from tests.conftest import Clocks
from tests.provider.adapter.account import rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


async def test_what_ends_and_named_it_follows_the_default(shop: Shop) -> None:
    """It may be kept after all, and would be charged to the default then."""
    visa = set((await shop.charged()).values()).pop()
    own = shop.attach("pm_card_mastercard")
    await shop.learn()
    first, _ = await shop.held(shop.ada)
    method = await shop.method(own)
    await charge_to(shop.desk, shop.ada, first.row.member.id, method, everywhere=False)
    await remove_method(shop.desk, shop.ada, method, cancel=True)
    assert set((await shop.charged()).values()) == {visa}
    shop.client.v1.subscriptions.update(shop.subs[0], {"cancel_at_period_end": False})
    shop.client.v1.subscriptions.update(shop.subs[1], {"cancel_at_period_end": False})
    assert shop.charged_at_stripe() == [visa, visa]


async def test_the_first_card_after_the_default_has_gone_is_the_default(shop: Shop) -> None:
    visa = set((await shop.charged()).values()).pop()
    await remove_method(shop.desk, shop.ada, await shop.method(visa), cancel=True)
    new = shop.attach("pm_card_mastercard")
    await shop.learn_method(new)
    await method_added(shop.desk, shop.ada, await shop.method(new))
    settings = shop.client.v1.customers.retrieve(shop.cus).invoice_settings
    assert settings is not None
    assert settings.default_payment_method == new
    assert set((await shop.charged()).values()) == {new}


async def test_a_detachment_that_failed_after_it_was_made_is_made(
    shop: Shop, clocks: Clocks
) -> None:
    """A new attempt has a new key, under which Stripe refuses what is detached already."""
    spare = shop.attach("pm_card_mastercard")
    await shop.learn()
    path = f"/v1/payment_methods/{spare}/detach"
    fault = {"kind": "500", "times": 9, "method": "POST", "path": path, "after": True}
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    with pytest.raises(Waiting):
        await remove_method(shop.desk, shop.ada, await shop.method(spare))
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    clocks.wall.advance(timedelta(minutes=2))
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, by_kind(REASSIGN)))
    assert await drain(queue) == 1
    (intent,) = await rows(shop.db, Intent)
    assert intent.outcome is IntentOutcome.DONE
    gone = [one for one in await rows(shop.db, PaymentMethod) if one.detached_at is not None]
    assert [one.stripe_payment_method_id for one in gone] == [spare]


async def test_what_has_ended_unheard_does_not_stop_the_rest(shop: Shop) -> None:
    """A last retry failed, say, and the webhook was lost."""
    own, new = shop.attach("pm_card_mastercard"), shop.attach("pm_card_amex")
    await shop.learn()
    for held in await shop.held(shop.ada):
        method = await shop.method(own)
        await charge_to(shop.desk, shop.ada, held.row.member.id, method, everywhere=False)
    shop.client.v1.subscriptions.cancel(shop.subs[1])
    await method_added(shop.desk, shop.ada, await shop.method(new), Uses(everywhere=True))
    assert list((await shop.charged()).values()) == [new]
    await remove_method(shop.desk, shop.ada, await shop.method(new), cancel=True)
    (left,) = await shop.held(shop.ada)
    assert left.facts.cancel_at_period_end


async def test_a_schedule_does_not_keep_alive_what_is_to_end(shop: Shop) -> None:
    """Stripe refuses to end what a schedule is attached to."""
    visa = set((await shop.charged()).values()).pop()
    for sub in shop.subs:
        shop.client.v1.subscription_schedules.create({"from_subscription": sub})
    await remove_method(shop.desk, shop.ada, await shop.method(visa), cancel=True)
    found = [shop.client.v1.subscriptions.retrieve(sub) for sub in shop.subs]
    assert [(sub.schedule, sub.cancel_at_period_end) for sub in found] == [(None, True)] * 2


async def test_nothing_ends_that_is_being_changed_already(shop: Shop) -> None:
    visa = await shop.method(set((await shop.charged()).values()).pop())
    held = (await shop.held(shop.ada))[0]
    about = held.row.membership.id
    async with shop.db.unit_of_work() as session:
        session.add(asked_by(shop.ada, kind="canceling.cancel", about=about, payload={}))
    with pytest.raises(StillUnderWay):
        await remove_method(shop.desk, shop.ada, visa, cancel=True)
    assert len(shop.client.v1.customers.payment_methods.list(shop.cus).data) == 1


async def test_two_tabs_with_the_same_card_keep_one_and_what_both_wanted(shop: Shop) -> None:
    """Both have saved it before either puts it to use."""
    tabs = [shop.attach("pm_card_mastercard") for _ in range(2)]
    await shop.learn()
    first, second = [await shop.method(one) for one in tabs]
    one, _ = await shop.held(shop.ada)
    await method_added(shop.desk, shop.ada, first, Uses(member_ids=(one.row.member.id,)))
    await method_added(shop.desk, shop.ada, second, Uses(everywhere=True))
    assert set((await shop.charged()).values()) == {tabs[0]}
    attached = shop.client.v1.customers.payment_methods.list(shop.cus).data
    assert tabs[0] in {one.id for one in attached}
    assert tabs[1] not in {one.id for one in attached}
    assert shop.charged_at_stripe() == [tabs[0], tabs[0]]


async def test_a_copy_is_looked_for_among_ones_own(shop: Shop) -> None:
    """Ben has the same Visa as Ada; hers being gone doesn't lead to his."""
    visa = set((await shop.charged()).values()).pop()
    gone = await shop.method(visa)
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    await make_default(shop.desk, shop.ada, await shop.method(other))
    await remove_method(shop.desk, shop.ada, gone)
    for actor in (shop.ada, shop.ben):
        with pytest.raises(PaymentMethodNotFound):
            await method_added(shop.desk, actor, gone, Uses(everywhere=True))
