"""Coming back after the end: at the price that was shown, once, with the bank where it asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.identity.actor import Actor, CompanyKey
from portal_app.intents.errors import Unconfirmed
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.money import Money
from portal_app.memberships.claiming import claim
from portal_app.memberships.errors import (
    AlreadyBack,
    AmountChanged,
    CantRejoin,
    MembershipNotFound,
)
from portal_app.memberships.exit_repository import standing_cancellation
from portal_app.memberships.models import MembershipEvent, MembershipSubscription
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.service import (
    JOIN,
    HeldMembership,
    cancel_as_company,
    find_held,
    look_up_rejoin,
    quote_rejoin,
    rejoin,
    rejoin_page,
    rejoin_secret,
)
from portal_app.payment_methods.errors import OtherCustomer, PaymentMethodNotFound
from portal_app.provider.errors import AuthenticationRequired, CardDeclined
from tests.conftest import Clocks
from tests.provider.adapter.account import one, price, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.sandbox_server import SandboxServer

PRICE = Money(2900, "USD")


class Left:
    """Ada's first membership has ended; her second goes on. *member_id* is that of the first."""

    def __init__(self, shop: Shop, clocks: Clocks, held: HeldMembership) -> None:
        self.shop, self.clocks = shop, clocks
        self.member_id, self.membership_id = held.row.member.id, held.row.membership.id
        self.plan_id = held.row.plan.id

    async def back(self, method: str, actor: Actor | None = None, **over: Any) -> None:
        self.clocks.wall.advance(timedelta(seconds=1))
        given = {"plan_id": self.plan_id, "due": PRICE, **over}
        method_id = method if method.startswith("payt_") else await self.shop.method(method)
        await rejoin(
            self.shop.desk, actor or self.shop.ada, self.member_id, method_id=method_id, **given
        )

    async def card(self, given: str = "pm_card_mastercard", cus: str = "") -> str:
        attached = self.shop.attach(given, cus)
        await self.shop.learn_method(attached)
        return attached

    async def held(self) -> HeldMembership:
        async with self.shop.db.reading() as session:
            return await find_held(session, self.shop.ada, self.member_id, business_now())

    def begun(self) -> list[str]:
        """Statuses of every subscription that was to join this membership."""
        listed = self.shop.client.v1.subscriptions.list(
            {"customer": self.shop.cus, "status": "all", "limit": 100}
        )
        return [
            sub.status
            for sub in listed.data
            if sub.metadata and sub.metadata.to_dict().get("portal_membership")
        ]

    def charged(self) -> list[int]:
        found = self.shop.client.v1.charges.list({"customer": self.shop.cus, "limit": 100}).data
        return [charge.amount for charge in found if charge.status == "succeeded"]


@pytest.fixture
async def left(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Left]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        link = await one(shop.db, MembershipSubscription, stripe_subscription_id=shop.subs[0])
        key = CompanyKey("biz_northwind", "apik_1")
        (held,) = [
            found
            for found in await shop.held(shop.ada)
            if found.row.membership.id == link.membership_id
        ]
        sandbox.advance(60)
        clocks.business.advance(timedelta(seconds=60))
        await cancel_as_company(shop.desk, key, link.membership_id, at_once=True)
        sandbox.advance(60)
        clocks.business.advance(timedelta(seconds=60))
        yield Left(shop, clocks, held)


async def test_it_goes_on_where_it_was_for_what_was_shown(left: Left) -> None:
    before = left.charged()
    card = await left.card()
    quote = await quote_rejoin(left.shop.desk, left.shop.ada, left.member_id, left.plan_id)
    assert quote.due == PRICE
    await left.back(card)
    held = await left.held()
    assert (held.status, held.facts.ended_at) == (MembershipStatus.ACTIVE, None)
    assert held.facts.current_period_end == quote.paid_until
    assert held.row.payment_method
    assert held.row.payment_method.stripe_payment_method_id == card
    assert left.begun() == ["active"]
    assert sorted(left.charged()) == sorted([*before, quote.due.minor])
    (event,) = [one for one in await rows(left.shop.db, MembershipEvent) if one.kind == "rejoined"]
    assert event.actor_id == left.shop.ada.person_id
    async with left.shop.db.reading() as session:
        # What ended the subscription before says nothing about this one.
        assert await standing_cancellation(session, left.membership_id) is None


async def test_nobody_else_can_nor_with_what_is_not_theirs(left: Left) -> None:
    card, bens = await left.card(), left.shop.client.v1.customers.list().data
    (ben,) = [cus.id for cus in bens if cus.email == "ben@example.com"]
    his = await left.shop.method(await left.card("pm_card_visa", ben))
    with pytest.raises(MembershipNotFound):
        await left.back(card, left.shop.ben)
    with pytest.raises(PaymentMethodNotFound):
        await left.back(his)
    for plan in ("plan_unknown", "", None, 7):
        with pytest.raises(CantRejoin):
            await left.back(card, plan_id=plan)
    with pytest.raises(MembershipNotFound):
        await quote_rejoin(left.shop.desk, left.shop.ben, left.member_id, left.plan_id)
    with pytest.raises(MembershipNotFound):
        await look_up_rejoin(left.shop.desk, left.shop.ben, left.member_id)
    with pytest.raises(MembershipNotFound):
        await rejoin_secret(left.shop.desk, left.shop.ben, left.member_id)
    assert left.begun() == []


async def test_of_two_tabs_one_joins_and_the_other_is_told(left: Left) -> None:
    card = await left.card()
    await left.back(card)
    with pytest.raises(AlreadyBack):
        await left.back(card)
    assert left.begun() == ["active"]


async def test_another_amount_than_shown_charges_nothing(left: Left) -> None:
    before = left.charged()
    with pytest.raises(AmountChanged):
        await left.back(await left.card(), due=Money(2899, "USD"))
    assert (left.begun(), left.charged()) == ([], before)


async def test_a_card_that_is_declined_leaves_nothing_and_another_works(left: Left) -> None:
    before = left.charged()
    with pytest.raises(CardDeclined):
        await left.back(await left.card("pm_card_chargeCustomerFail"))
    assert (left.begun(), left.charged()) == ([], before)
    await left.back(await left.card())
    assert left.begun() == ["active"]


async def asked_by_bank(left: Left) -> str:
    """The bank wants to know; the payment's id."""
    with pytest.raises(AuthenticationRequired):
        await left.back(await left.card("pm_card_authenticationRequired"))
    assert (await left.held()).status is MembershipStatus.CANCELED
    secret = await rejoin_secret(left.shop.desk, left.shop.ada, left.member_id)
    return secret.partition("_secret_")[0]


async def test_the_bank_says_yes(left: Left) -> None:
    payment = await asked_by_bank(left)
    path = f"/_sandbox/authenticate/{payment}"
    left.shop.sandbox.raw("POST", path, json={"outcome": "succeed"})
    left.clocks.wall.advance(timedelta(seconds=1))
    await look_up_rejoin(left.shop.desk, left.shop.ada, left.member_id)
    assert (await left.held()).status is MembershipStatus.ACTIVE
    assert left.begun() == ["active"]


async def test_the_bank_was_not_answered_and_another_card_is_taken(left: Left) -> None:
    """What was begun with the first is ended: it could be confirmed later, in another tab."""
    before = len(left.charged())
    await asked_by_bank(left)
    await look_up_rejoin(left.shop.desk, left.shop.ada, left.member_id)
    assert (await left.held()).status is MembershipStatus.CANCELED
    await left.back(await left.card())
    assert sorted(left.begun()) == ["active", "incomplete_expired"]
    assert len(left.charged()) == before + 1


async def test_an_answer_that_was_lost_is_looked_for_and_not_repeated(left: Left) -> None:
    card = await left.card()
    before = len(left.charged())
    fault = {"kind": "reset", "times": 9, "method": "POST", "after": True}
    fault["path"] = "/v1/subscriptions"
    left.shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})
    with pytest.raises(Unconfirmed):
        await left.back(card)
    left.shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(left.shop.desk, by_kind(JOIN)))
    assert await drain(queue) == 1
    assert (await left.held()).status is MembershipStatus.ACTIVE
    assert (left.begun(), len(left.charged())) == (["active"], before + 1)


async def test_what_is_not_sold_any_more_is_not_offered(left: Left) -> None:
    """Another plan of the product takes its place, at its own price."""
    client = left.shop.client
    old = client.v1.subscriptions.retrieve(left.shop.subs[0])["items"].data[0].price
    client.v1.prices.update(old.id, {"active": False})
    await left.shop.learn()
    async with left.shop.db.reading() as session:
        page = await rejoin_page(session, left.shop.ada, left.member_id, business_now())
    assert (page.possible, [other.row.product.title for other in page.others]) == (
        False,
        [page.held.row.product.title],
    )
    new = client.v1.prices.create(
        {
            "product": str(old.product),
            "currency": "usd",
            "unit_amount": 3900,
            "recurring": {"interval": "month"},
        }
    )
    await left.shop.learn()
    async with left.shop.db.reading() as session:
        page = await rejoin_page(session, left.shop.ada, left.member_id, business_now())
    assert [plan.stripe_price_id for plan in page.plans] == [new.id]
    card = await left.card()
    with pytest.raises(CantRejoin):
        await left.back(card)
    await left.back(card, plan_id=page.plans[0].id, due=Money(3900, "USD"))
    assert (await left.held()).row.membership.price_minor == 3900


async def test_it_is_taxed_as_before(left: Left) -> None:
    client = left.shop.client
    rate = client.v1.tax_rates.create(
        {"display_name": "VAT", "percentage": 10, "inclusive": False}
    ).id
    await left.back(await left.card())
    (current,) = [
        row.stripe_subscription_id
        for row in await rows(left.shop.db, MembershipSubscription)
        if row.membership_id == left.membership_id and row.until_at is None
    ]
    client.v1.subscriptions.update(current, {"default_tax_rates": [rate]})
    left.clocks.business.advance(timedelta(seconds=60))
    left.shop.sandbox.advance(60)
    key = CompanyKey("biz_northwind", "apik_1")
    await cancel_as_company(left.shop.desk, key, left.membership_id, at_once=True)
    quote = await quote_rejoin(left.shop.desk, left.shop.ada, left.member_id, left.plan_id)
    assert quote.due == Money(3190, "USD")
    await left.back(await left.card(), due=quote.due)
    assert max(left.charged()) == 3190


async def test_only_what_is_billed_together_can_pay(left: Left) -> None:
    other = left.shop.client.v1.customers.create({"email": "ada@example.com"}).id
    plan = price(left.shop.client, 900)
    method = left.shop.attach("pm_card_visa", other)
    left.shop.client.v1.subscriptions.create(
        {"customer": other, "items": [{"price": plan}], "default_payment_method": method}
    )
    await left.shop.learn()
    async with left.shop.db.unit_of_work() as session:
        ada = left.shop.ada
        await claim(
            session, person_id=ada.person_id, address_key="ada@example.com", now=business_now()
        )
    with pytest.raises(OtherCustomer):
        await left.back(method)
