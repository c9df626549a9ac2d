"""What is handed on besides a running plan: what is sold no more, and what was paid once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe
from sqlmodel import select

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.invoices.repository import payments_of_intent
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.bill_repository import titles_of_purchases
from portal_app.memberships.claiming import claim
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.exit_repository import paid_for
from portal_app.memberships.models import Member, Membership, MembershipSource
from portal_app.memberships.service import find_held, get_membership, method_choices
from portal_app.memberships.service.rejoin_page import rejoin_page
from portal_app.memberships.views import charged_to_view, membership_view
from portal_app.memberships.views.rejoining import rejoin_view
from portal_app.transfers.models import TransferState
from tests.conftest import Clocks
from tests.factories import actor_of, make_person
from tests.provider.adapter.account import DAY, imported, one, price, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.handing_over import Handover, handover_of, held_of
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
    settings: Any,
) -> AsyncIterator[Shop]:
    counter_at.cache_clear()
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


async def test_what_is_sold_no_more_goes_on_under_a_twin_of_the_same_price(shop: Shop) -> None:
    over, subs, prices = (
        await handover_of(shop),
        shop.client.v1.subscriptions,
        shop.client.v1.prices,
    )
    mine = subs.retrieve(shop.subs[0])["items"].data[0].price.id
    prices.update(mine, {"active": False})
    await shop.learn()
    transfer = await over.offered()
    await over.accept(shop.ben, transfer)
    await over.finish()
    await over.hear()
    assert (await over.row(transfer)).state is TransferState.COMPLETED
    member = await one(over.db, Member, id=over.member_id)
    old, new = await over.subscriptions(member.membership_id)
    twin = prices.retrieve(subs.retrieve(new.stripe_subscription_id)["items"].data[0].price.id)
    was = prices.retrieve(mine)
    assert twin.id != was.id
    assert not twin.active  # nobody can buy it
    for field in ("unit_amount", "currency", "product", "recurring"):
        assert twin[field] == was[field]
    held = held_of(await shop.held(shop.ben), member.membership_id)
    assert held.row.membership.price_minor == 2900
    shop.sandbox.advance(65 * DAY)
    paid = shop.client.v1.invoices.list(
        {"subscription": new.stripe_subscription_id, "status": "paid"}
    ).data
    assert [invoice.amount_paid for invoice in paid if invoice.total] == [2900, 2900]
    assert shop.client.v1.invoices.list({"subscription": old.stripe_subscription_id}).data[0].total


async def bought_once(shop: Shop) -> Handover:
    """Ada has paid $99 for something to keep."""
    course = price(shop.client, 9900, name="Course Library", recurring=None)
    session = shop.client.v1.checkout.sessions.create(
        {
            "customer": shop.cus,
            "mode": "payment",
            "line_items": [{"price": course, "quantity": 1}],
            "success_url": "https://example.com/",
        }
    )
    assert shop.sandbox.complete(session.id).status_code == 200
    await imported(shop.writer, shop.db)
    kept = await one(shop.db, Membership, source=MembershipSource.CHECKOUT)
    return Handover(shop, (await one(shop.db, Member, membership_id=kept.id)).id)


async def newcomer(shop: Shop, email: str) -> Actor:
    """Somebody whom Stripe has never heard of."""
    async with shop.db.unit_of_work() as session:
        person = await make_person(session, email)
        await claim(session, person_id=person.id, address_key=email, now=person.created_at)
    return actor_of(person, email)


@pytest.mark.parametrize("known", [True, False], ids=["a customer", "a newcomer"])
async def test_what_was_paid_once_needs_no_card_and_costs_nobody_anything(
    shop: Shop, known: bool
) -> None:
    over = await bought_once(shop)
    taker = shop.ben if known else await newcomer(shop, "cleo@example.com")
    before = len(shop.client.v1.payment_intents.list({"limit": 100}).data)
    subscriptions = len(shop.client.v1.subscriptions.list({"status": "all", "limit": 100}).data)
    transfer = await over.offered("ben@example.com" if known else "cleo@example.com")
    await over.accept(taker, transfer, method_id="")
    await over.finish()
    await over.hear()
    row = await over.row(transfer)
    assert (row.state, row.starts_at) == (TransferState.COMPLETED, None)
    kept = await over.subject()
    assert (kept.source, kept.ended_at) == (MembershipSource.CHECKOUT, None)
    holding = await one(over.db, Member, id=row.to_member_id)
    assert (holding.person_id, holding.membership_id) == (taker.person_id, kept.id)
    async with over.db.reading() as session:
        statement = select(Customer).where(Customer.person_id == taker.person_id)
        own = {customer.id for customer in await session.scalars(statement)}
    assert holding.customer_id in own
    assert len(shop.client.v1.payment_intents.list({"limit": 100}).data) == before
    assert len(shop.client.v1.subscriptions.list({"status": "all", "limit": 100}).data) == (
        subscriptions
    )
    (former,) = [one for one in await rows(over.db, Member) if one.id == over.member_id]
    assert former.until_at is not None


async def test_of_what_was_paid_once_only_the_books_stay_with_the_payer(shop: Shop) -> None:
    """The payment is the payer's for ever, and neither of the two learns of the other by it."""
    over, now = await bought_once(shop), business_now()
    kept = await over.subject()
    transfer = await over.offered()
    await over.accept(shop.ben, transfer, method_id="")
    await over.hear()
    mine = str((await over.row(transfer)).to_member_id)
    intent = str(kept.stripe_payment_intent_id)
    async with shop.db.reading() as session:
        his = await get_membership(session, shop.ben, mine, now)
        again = await rejoin_page(session, shop.ben, mine, now)
        assert await paid_for(session, his.held.row.membership) == []
        assert await titles_of_purchases(session, shop.ada, [intent]) == {intent: "Course Library"}
        assert await titles_of_purchases(session, shop.ben, [intent]) == {}
        assert len(await payments_of_intent(session, shop.ada, intent)) == 1
        for given in (over.member_id, mine, kept.id):
            with pytest.raises(MembershipNotFound):
                await find_held(session, shop.ada, given, now)
        methods = await method_choices(session, shop.ben, mine, now)
    assert [*his.invoices, *his.payments, *again.methods] == []
    reader = shop.ben.reader
    charged = charged_to_view(reader, methods)
    assert charged.unused == "It was paid for once. Nothing is charged for it again."
    shown = str((membership_view(reader, his), rejoin_view(reader, again, done=False), charged))
    assert "Course Library" in shown
    for theirs in (kept.customer_id, shop.cus, "ada@example.com", over.member_id):
        assert theirs not in shown
    assert (await over.subject()).customer_id == kept.customer_id
