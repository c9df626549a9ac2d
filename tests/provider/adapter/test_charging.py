"""What a membership is charged to: page, rows and Stripe say the same after every change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.identity.actor import ActorKind
from portal_app.intents.errors import Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.models import Membership, MembershipEvent
from portal_app.memberships.service import (
    REASSIGN,
    charge_to,
    make_default,
    method_added,
    remove_method,
)
from portal_app.payment_methods.errors import OtherCustomer, PaymentMethodNotFound, StillInUse
from portal_app.payment_methods.service import Uses
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, customer, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


async def test_a_new_default_is_what_renewals_are_charged_to(shop: Shop) -> None:
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    await make_default(shop.desk, shop.ada, await shop.method(other))
    assert set((await shop.charged()).values()) == {other}
    assert shop.charged_at_stripe() == [other, other]


async def test_one_membership_may_have_a_method_of_its_own(shop: Shop) -> None:
    visa = set((await shop.charged()).values()).pop()
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    first, _second = await shop.held(shop.ada)
    method = await shop.method(other)
    await charge_to(shop.desk, shop.ada, first.row.member.id, method, everywhere=False)
    assert sorted((await shop.charged()).values()) == sorted([visa, other])
    assert sorted(shop.charged_at_stripe()) == sorted([visa, other])
    events = [one for one in await rows(shop.db, MembershipEvent) if "method" in one.kind]
    assert [(one.actor_kind, one.actor_id) for one in events] == [
        (ActorKind.CUSTOMER, shop.ada.person_id)
    ]


async def test_everywhere_reaches_what_had_a_method_of_its_own(shop: Shop) -> None:
    """“Changed the card but the old one is charged” can't happen."""
    old, new = shop.attach("pm_card_mastercard"), shop.attach("pm_card_amex")
    await shop.learn()
    first, second = await shop.held(shop.ada)
    own = await shop.method(old)
    await charge_to(shop.desk, shop.ada, first.row.member.id, own, everywhere=False)
    chosen = await shop.method(new)
    await charge_to(shop.desk, shop.ada, second.row.member.id, chosen, everywhere=True)
    assert set((await shop.charged()).values()) == {new}
    assert shop.charged_at_stripe() == [new, new]


async def test_the_same_card_again_takes_its_own_place(shop: Shop) -> None:
    old = set((await shop.charged()).values()).pop()
    first, _ = await shop.held(shop.ada)
    await charge_to(
        shop.desk, shop.ada, first.row.member.id, await shop.method(old), everywhere=False
    )
    again = shop.attach("pm_card_visa")
    await shop.learn()
    await method_added(shop.desk, shop.ada, await shop.method(again))
    assert set((await shop.charged()).values()) == {again}
    attached = shop.client.v1.customers.payment_methods.list(shop.cus).data
    assert [one.id for one in attached] == [again]
    assert shop.charged_at_stripe() == [again, again]


async def test_the_first_method_of_a_customer_becomes_its_default(shop: Shop) -> None:
    visa = set((await shop.charged()).values()).pop()
    shop.client.v1.payment_methods.detach(visa)
    new = shop.attach("pm_card_mastercard")
    await shop.learn()
    await method_added(shop.desk, shop.ada, await shop.method(new))
    assert set((await shop.charged()).values()) == {new}


async def test_a_further_method_changes_nothing_by_itself(shop: Shop) -> None:
    before = await shop.charged()
    new = shop.attach("pm_card_mastercard")
    await shop.learn()
    await method_added(shop.desk, shop.ada, await shop.method(new))
    assert await shop.charged() == before


async def test_a_new_method_for_one_membership(shop: Shop) -> None:
    new = shop.attach("pm_card_mastercard")
    await shop.learn()
    _, second = await shop.held(shop.ada)
    await method_added(
        shop.desk,
        shop.ada,
        await shop.method(new),
        Uses(member_ids=(second.row.member.id,)),
    )
    assert (await shop.charged())[second.row.membership.id] == new
    assert list((await shop.charged()).values()).count(new) == 1


async def test_removing_what_pays_for_something_needs_a_choice(shop: Shop) -> None:
    visa = set((await shop.charged()).values()).pop()
    with pytest.raises(StillInUse):
        await remove_method(shop.desk, shop.ada, await shop.method(visa))
    attached = shop.client.v1.customers.payment_methods.list(shop.cus).data
    assert [one.id for one in attached] == [visa]


async def test_a_substitute_pays_from_then_on(shop: Shop) -> None:
    visa = set((await shop.charged()).values()).pop()
    first, _ = await shop.held(shop.ada)
    own = await shop.method(visa)
    await charge_to(shop.desk, shop.ada, first.row.member.id, own, everywhere=False)
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    await remove_method(shop.desk, shop.ada, own, substitute_id=await shop.method(other))
    assert set((await shop.charged()).values()) == {other}
    with pytest.raises(PaymentMethodNotFound):
        await remove_method(shop.desk, shop.ada, own)
    assert shop.charged_at_stripe() == [other, other]


async def test_what_nothing_else_can_pay_for_ends_with_its_period(shop: Shop) -> None:
    visa = set((await shop.charged()).values()).pop()
    await remove_method(shop.desk, shop.ada, await shop.method(visa), cancel=True)
    assert [one.facts.cancel_at_period_end for one in await shop.held(shop.ada)] == [True, True]
    listed = shop.client.v1.subscriptions.list({"customer": shop.cus}).data
    assert [one.cancel_at_period_end for one in listed] == [True, True]
    assert shop.client.v1.customers.payment_methods.list(shop.cus).data == []


async def test_what_is_overdue_never_ends_by_removing_a_card(shop: Shop) -> None:
    bad = shop.attach("pm_card_chargeCustomerFail")
    await shop.learn()
    await make_default(shop.desk, shop.ada, await shop.method(bad))
    shop.sandbox.advance(32 * DAY)
    await shop.learn()
    with pytest.raises(StillInUse):
        await remove_method(shop.desk, shop.ada, await shop.method(bad), cancel=True)


async def test_an_unused_one_simply_goes(shop: Shop) -> None:
    before = await shop.charged()
    spare = shop.attach("pm_card_mastercard")
    await shop.learn()
    await remove_method(shop.desk, shop.ada, await shop.method(spare))
    assert await shop.charged() == before
    attached = shop.client.v1.customers.payment_methods.list(shop.cus).data
    assert spare not in {one.id for one in attached}


async def test_nobody_else_can_do_any_of_it(shop: Shop) -> None:
    visa = await shop.method(set((await shop.charged()).values()).pop())
    first, _ = await shop.held(shop.ada)
    (his,) = await shop.held(shop.ben)
    assert his.row.payment_method is not None
    for refused in (
        make_default(shop.desk, shop.ben, visa),
        remove_method(shop.desk, shop.ben, visa, cancel=True),
        method_added(shop.desk, shop.ben, visa, Uses(everywhere=True)),
        charge_to(
            shop.desk, shop.ada, first.row.member.id, his.row.payment_method.id, everywhere=True
        ),
        remove_method(shop.desk, shop.ada, visa, substitute_id=his.row.payment_method.id),
        make_default(shop.desk, shop.ada, "payt_0000000000000000000000"),
        make_default(shop.desk, shop.ada, ["payt_1"]),
    ):
        with pytest.raises(PaymentMethodNotFound):
            await refused
    with pytest.raises(MembershipNotFound):
        await charge_to(
            shop.desk, shop.ben, first.row.member.id, his.row.payment_method.id, everywhere=False
        )
    assert await rows(shop.db, Intent) == []


async def test_another_customers_method_cannot_pay(shop: Shop) -> None:
    """Hers too, but billed apart, as in another currency."""
    elsewhere = customer(shop.client)
    await shop.learn()
    await _claim(shop)
    (other,) = shop.client.v1.customers.payment_methods.list(elsewhere.id).data
    method = await shop.method(other.id)
    first, _ = await shop.held(shop.ada)
    for everywhere in (False, True):
        with pytest.raises(OtherCustomer):
            await charge_to(shop.desk, shop.ada, first.row.member.id, method, everywhere=everywhere)
    with pytest.raises(OtherCustomer):
        await method_added(shop.desk, shop.ada, method, Uses(member_ids=(first.row.member.id,)))


async def _claim(shop: Shop) -> None:
    async with shop.db.unit_of_work() as session:
        await claim(
            session,
            person_id=shop.ada.person_id,
            address_key="ada@example.com",
            now=business_now(),
        )


@pytest.mark.parametrize("fault", ["500", "reset", "not_json", "429"])
async def test_a_provider_that_fails_on_the_way_is_asked_again_later(
    shop: Shop, clocks: Clocks, fault: str
) -> None:
    """Twice two memberships and a detachment: whatever call fails, the end is the same."""
    visa = await shop.method(set((await shop.charged()).values()).pop())
    other = shop.attach("pm_card_mastercard")
    await shop.learn()
    shop.sandbox.raw(
        "POST",
        "/_sandbox/faults",
        json={"answers": [{"kind": fault, "times": 9, "method": "POST", "path": "/v1/customers"}]},
    )
    with pytest.raises(Waiting):
        await remove_method(shop.desk, shop.ada, visa, substitute_id=await shop.method(other))
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    clocks.wall.advance(timedelta(minutes=2))
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, by_kind(REASSIGN)))
    assert await drain(queue) == 1
    (intent,) = await rows(shop.db, Intent)
    assert intent.outcome is IntentOutcome.DONE
    assert set((await shop.charged()).values()) == {other}
    attached = shop.client.v1.customers.payment_methods.list(shop.cus).data
    assert [one.id for one in attached] == [other]
    for row in await rows(shop.db, Membership):
        assert row.stripe_default_payment_method_id in {None, other}
