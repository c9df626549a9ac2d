"""What the recipient pays with, and answers of the provider that were lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe
from sqlalchemy import update

from portal_app.customers.models import Customer
from portal_app.identity.actor import SYSTEM, Actor, CompanyKey
from portal_app.intents.models import Intent
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.models import Membership
from portal_app.notifications.models import OutboxMessage
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.transfers.errors import (
    NoMethod,
)
from portal_app.transfers.links import token_of
from portal_app.transfers.models import TransferState
from portal_app.transfers.service import (
    MOVE,
    NEW_CUSTOMER,
    place_for_card,
    recipient_page,
)
from portal_app.transfers.service.moving import Moved
from tests.conftest import Clocks
from tests.factories import actor_of, make_customer, make_person
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.handing_over import Handover, handover_of
from tests.provider.adapter.test_transfer_kinds import bought_once
from tests.provider.sandbox_server import SandboxServer

KEY = CompanyKey("biz_northwind", "apik_1")


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


@pytest.fixture
async def over(shop: Shop) -> Handover:
    return await handover_of(shop)


async def told(over: Handover) -> list[str]:
    mails = [m for m in await rows(over.db, OutboxMessage) if m.kind == "transfer"]
    return sorted(mail.payload["step"] for mail in mails)


async def set_row(over: Handover, model: Any, **values: Any) -> None:
    async with over.db.unit_of_work() as session:
        await session.execute(update(model).values(**values))


# What the recipient pays with.


async def test_a_card_of_another_currency_pays_for_nothing_here(over: Handover) -> None:
    transfer = await over.offered()
    async with over.db.reading() as session:
        page = await recipient_page(session, over.shop.ben, token_of(transfer.id))
    his = await one(over.db, PaymentMethod, id=page.chosen)
    async with over.db.unit_of_work() as session:
        customer = await session.get_one(Customer, his.customer_id)
        customer.currency = "EUR"
    with pytest.raises(NoMethod):
        await over.accept(over.shop.ben, transfer, method_id=his.id)
    with pytest.raises(NoMethod):
        await over.accept(over.shop.ben, transfer, method_id=None)
    async with over.db.reading() as session:
        page = await recipient_page(session, over.shop.ben, token_of(transfer.id))
    assert (page.methods, page.chosen) == ((), "")
    # A card for it is added to another customer, as one has one currency.
    made = await place_for_card(over.shop.desk, over.shop.ben, token_of(transfer.id))
    assert made.id != his.customer_id
    again = await place_for_card(over.shop.desk, over.shop.ben, token_of(transfer.id))
    assert again.id == made.id


async def test_without_a_default_the_first_card_is_proposed(over: Handover) -> None:
    transfer = await over.offered()
    await set_row(over, Customer, stripe_default_payment_method_id=None)
    async with over.db.reading() as session:
        page = await recipient_page(session, over.shop.ben, token_of(transfer.id))
    assert page.chosen == page.methods[0].id


async def test_a_customer_that_a_webhook_brought_before_stays_whose_it_is(over: Handover) -> None:
    cleo = await person(over, "cleo@example.com")
    facts = await over.shop.writer.create_customer(
        email="cleo@example.com", name="", metadata={}, key="k"
    )
    async with over.db.unit_of_work() as session:
        owner = await make_person(session, "dan@example.com")
        row = await make_customer(
            session, owner, stripe_customer_id=facts.id, email="cleo@example.com"
        )
    intent = Intent(
        kind=NEW_CUSTOMER.kind,
        about=cleo.person_id,
        actor_kind=SYSTEM.kind,
        actor_id="",
        payload={"email": "cleo@example.com", "person": cleo.person_id},
        asked_at=business_now(),
        created_at=business_now(),
        due_at=business_now(),
    )
    async with over.db.unit_of_work() as session:
        await NEW_CUSTOMER.apply(session, intent, facts, observed_at=business_now())
    assert (await one(over.db, Customer, id=row.id)).person_id == owner.id
    assert NEW_CUSTOMER.find is not None
    assert await NEW_CUSTOMER.find(over.shop.writer, intent) is None


async def person(over: Handover, email: str) -> Actor:
    async with over.db.unit_of_work() as session:
        return actor_of(await make_person(session, email), email)


# Lost answers, and what changed at the provider.


async def move_of(over: Handover) -> Intent:
    (found,) = [i for i in await rows(over.db, Intent) if i.kind == MOVE.kind]
    return found  # type: ignore[no-any-return]


async def test_what_changed_at_the_provider_meanwhile_is_not_agreed_to(over: Handover) -> None:
    transfer, subs = await over.offered(), over.shop.client.v1.subscriptions
    item = subs.retrieve(over.shop.subs[0])["items"].data[0].id
    subs.update(over.shop.subs[0], {"items": [{"id": item, "quantity": 2}]})
    await over.accept(over.shop.ben, transfer)
    row = await over.row(transfer)
    assert (row.state, row.reason) == (TransferState.FAILED, "changed")
    assert not subs.retrieve(over.shop.subs[0]).cancel_at_period_end


async def test_a_refusal_of_what_had_begun_is_none(
    over: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = StripeWriter.create_subscription

    async def begun(*given: Any, **named: Any) -> Any:
        await real(*given, **named)
        raise RefusedByProvider("lost_answer")

    monkeypatch.setattr(StripeWriter, "create_subscription", begun)
    transfer = await over.offered()
    await over.accept(over.shop.ben, transfer)
    await over.finish()
    assert (await over.row(transfer)).state is TransferState.COMPLETED
    found = await MOVE.find(over.shop.writer, await move_of(over))  # type: ignore[misc]
    assert found.new is not None


async def test_who_tries_again_after_it_was_taken_back_hears_the_same(
    over: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def declined(*_given: Any, **_named: Any) -> None:
        raise RefusedByProvider("card_declined")

    monkeypatch.setattr(StripeWriter, "create_subscription", declined)
    transfer = await over.offered()
    await over.accept(over.shop.ben, transfer)
    intent = await move_of(over)
    again = await MOVE.send(over.shop.writer, intent)
    assert (again.refused, again.new) == ("card_declined", None)
    assert MOVE.find is not None
    assert await MOVE.find(over.shop.writer, intent) is None


async def test_what_the_provider_has_forgotten_leaves_everything_here_as_it_was(
    over: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(*_given: Any, **_named: Any) -> None:
        raise RefusedByProvider("resource_missing")

    transfer = await over.offered()
    monkeypatch.setattr(StripeWriter, "subscription_terms", unknown)
    await over.accept(over.shop.ben, transfer)
    row = await over.row(transfer)
    assert (row.state, row.reason) == (TransferState.FAILED, "resource_missing")
    assert not (await over.subject()).cancel_at_period_end


async def test_paid_time_that_ran_out_on_the_way_is_charged_as_agreed(
    over: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two steps the old one ended; the new one begins at once instead."""
    real, first = StripeWriter.create_subscription, [True]

    async def late(*given: Any, **named: Any) -> Any:
        if first.pop() if first else False:
            await asyncio.to_thread(over.shop.client.v1.subscriptions.cancel, over.shop.subs[0])
            raise RefusedByProvider("billing_cycle_anchor_in_the_past")
        return await real(*given, **named)

    transfer = await over.offered()
    monkeypatch.setattr(StripeWriter, "create_subscription", late)
    await over.accept(over.shop.ben, transfer)
    await over.finish()
    assert (await over.row(transfer)).state is TransferState.COMPLETED


@pytest.mark.parametrize("license_key", ["", "AAAA-BBBB"])
async def test_what_was_paid_once_gets_another_licence_key(
    over: Handover, license_key: str
) -> None:
    bought = await bought_once(over.shop)
    async with over.db.unit_of_work() as session:
        kept = await session.get_one(Membership, (await bought.subject()).id)
        kept.license_key = license_key or None
    await bought.accept(over.shop.ben, await bought.offered(), method_id="")
    after = (await bought.subject()).license_key
    assert (after == license_key or not after) is not bool(license_key)
    intent = await move_of(over)
    assert await MOVE.find(over.shop.writer, intent) is None  # type: ignore[misc]
    assert await MOVE.send(over.shop.writer, intent) == Moved()
