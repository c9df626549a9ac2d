"""Notices over a real account: its first import mails nobody, what happens afterwards is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.ingest.reconciling import reconcile_fully
from portal_app.invoices.models import Payment
from portal_app.kit.clock import from_unix
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim
from portal_app.memberships.models import MembershipSubscription
from portal_app.notifications.models import NoticeSwitch, OutboxMessage
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.switches import switch_on
from portal_app.notifications.notices.watch import look_for_notices
from portal_app.provider.stripe_objects import StripeObjects
from tests.conftest import Clocks
from tests.factories import NOW, make_person
from tests.provider.adapter.account import DAY, count, customer, imported, one, price, rows
from tests.provider.adapter.inbox_world import drain, events, receive
from tests.provider.adapter.plan_shop import PlanShop
from tests.provider.sandbox_server import KEY, SandboxServer


@pytest.fixture
async def source(sandbox: SandboxServer) -> AsyncIterator[StripeObjects]:
    source = StripeObjects(KEY, sandbox.origin)
    yield source
    await source.close()


async def people(db: Database) -> None:
    """Ada and Ben can be written to: the account has customers with their addresses."""
    async with db.unit_of_work() as session:
        for address in ("ada@example.com", "ben@example.com"):
            person = await make_person(session, address)
            await claim(session, person_id=person.id, address_key=address, now=NOW)


def follow(sandbox: SandboxServer, clocks: Clocks) -> None:
    """With a key there is one time: the account's."""
    clocks.business.at = clocks.wall.at = from_unix(sandbox.now())


async def an_account(client: stripe.StripeClient, sandbox: SandboxServer) -> str:
    """A month of billing with a failure, a refund, a trial and a year about to renew."""
    monthly, yearly = price(client, 2900), price(client, 29000, recurring={"interval": "year"})
    ada, ben = customer(client), customer(client, "ben@example.com")
    subscription = {"customer": ada.id, "items": [{"price": monthly}]}
    client.v1.subscriptions.create(subscription)  # type: ignore[arg-type]
    client.v1.subscriptions.create({"customer": ben.id, "items": [{"price": yearly}]})
    sandbox.advance(343 * DAY)
    trial = {**subscription, "customer": ben.id, "trial_period_days": 5}
    client.v1.subscriptions.create(trial)  # type: ignore[arg-type]
    paid = client.v1.payment_intents.list({"customer": ada.id}).data[0]
    client.v1.refunds.create({"payment_intent": paid.id})
    sandbox.advance(60)
    return ada.id


async def test_the_first_sync_of_a_live_account_mails_nobody(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    """With notices on from before it, too; nor does a comparison, or the import's repetition."""
    await an_account(client, sandbox)
    follow(sandbox, clocks)
    async with companies.unit_of_work() as session:
        await switch_on(session, NOTICES.values())
    await imported(source, companies)
    await people(companies)
    assert await count(companies, Payment) > 10, "there would be much to tell"
    assert await look_for_notices(companies, sandbox=False) == 0
    for _ in range(2):
        clocks.wall.advance(timedelta(minutes=11))
        clocks.business.advance(timedelta(minutes=11))
        assert await look_for_notices(companies, sandbox=False) == 0
        await reconcile_fully(source, companies, progress=lambda _kind, _count: None)
        await imported(source, companies)
    assert await look_for_notices(companies, sandbox=False) == 0
    assert await count(companies, OutboxMessage) == 0


async def test_with_a_key_notices_start_off(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    await an_account(client, sandbox)
    follow(sandbox, clocks)
    await imported(source, companies)
    await people(companies)
    assert await look_for_notices(companies, sandbox=False) == 0
    assert await rows(companies, NoticeSwitch) == []
    sandbox.advance(40 * DAY)
    follow(sandbox, clocks)
    await receive(companies, events(sandbox))
    await drain(source)
    assert await look_for_notices(companies, sandbox=False) == 0
    assert await count(companies, OutboxMessage) == 0


async def test_what_happens_afterwards_is_told_of_once(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    """Old events, the same ones again, and a purchase of today's."""
    ada = await an_account(client, sandbox)
    follow(sandbox, clocks)
    await imported(source, companies)
    await people(companies)
    async with companies.unit_of_work() as session:
        await switch_on(session, NOTICES.values())
    await look_for_notices(companies, sandbox=False)
    sandbox.advance(60)
    follow(sandbox, clocks)
    client.v1.subscriptions.create({"customer": ada, "items": [{"price": price(client, 5900)}]})
    paid = client.v1.payment_intents.list({"customer": ada}).data[0]
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 1000})
    for _ in range(2):
        await receive(companies, events(sandbox))
        await drain(source)
        await look_for_notices(companies, sandbox=False)
        clocks.wall.advance(timedelta(seconds=20))
    mails = await rows(companies, OutboxMessage)
    assert sorted((mail.kind, mail.recipient) for mail in mails) == [
        ("receipt", "ada@example.com"),
        ("refund", "ada@example.com"),
    ]


async def test_an_end_and_the_way_back_are_told_to_the_holder_once(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    source: StripeObjects,
    companies: Database,
    clocks: Clocks,
) -> None:
    """Wherever it was cancelled: this is what a seller does in Stripe's dashboard."""
    plan = price(client, 2900)
    subs = [
        client.v1.subscriptions.create(
            {"customer": customer(client, email).id, "items": [{"price": plan}]}
        ).id
        for email in ("ada@example.com", "ben@example.com")
    ]
    follow(sandbox, clocks)
    await imported(source, companies)
    await people(companies)
    sandbox.advance(60)
    follow(sandbox, clocks)
    async with companies.unit_of_work() as session:
        await switch_on(session, NOTICES.values())
    await look_for_notices(companies, sandbox=False)
    changes: list[Any] = [{"cancel_at_period_end": True}, {"cancel_at_period_end": False}]
    for change in changes:
        sandbox.advance(60)
        follow(sandbox, clocks)
        client.v1.subscriptions.update(subs[0], change)
        await told(companies, sandbox, source, clocks)
    sandbox.advance(60)
    follow(sandbox, clocks)
    client.v1.subscriptions.cancel(subs[0])
    await told(companies, sandbox, source, clocks)
    mails = await rows(companies, OutboxMessage)
    assert sorted((mail.kind, mail.recipient) for mail in mails) == [
        ("cancelled", "ada@example.com"),
        ("ended", "ada@example.com"),
        ("kept", "ada@example.com"),
    ]


async def told(db: Database, sandbox: SandboxServer, source: StripeObjects, clocks: Clocks) -> None:
    """Everything is delivered and looked at, twice."""
    for _ in range(2):
        await receive(db, events(sandbox))
        await drain(source)
        clocks.wall.advance(timedelta(seconds=20))
        await look_for_notices(db, sandbox=False)


async def test_a_change_of_plan_is_told_when_arranged_and_when_made(
    plans: PlanShop, sandbox: SandboxServer, clocks: Clocks
) -> None:
    """As what its holder wanted, and not as a change of price too; a seller's is that alone."""
    shop = plans

    async def mailed(*, after: int = 60) -> list[tuple[str, str]]:
        sandbox.advance(after)
        clocks.business.at = from_unix(sandbox.now())
        for _ in range(2):
            await receive(shop.db, events(sandbox))
            await drain(shop.writer)
            clocks.wall.advance(timedelta(seconds=20))
            await look_for_notices(shop.db, sandbox=True)
        kinds = {"plan_change_scheduled", "plan_changed", "price_change"}
        mails = await rows(shop.db, OutboxMessage)
        return sorted((one.kind, one.recipient) for one in mails if one.kind in kinds)

    assert await mailed() == []
    await shop.change("small")
    assert await mailed() == [("plan_change_scheduled", "ada@example.com")]
    sent = [("plan_change_scheduled", "ada@example.com"), ("plan_changed", "ada@example.com")]
    assert await mailed(after=32 * DAY) == sent
    his = (await shop.mine(shop.ben)).row.membership
    link = await one(shop.db, MembershipSubscription, membership_id=his.id)
    item = shop.client.v1.subscriptions.retrieve(link.stripe_subscription_id)["items"].data[0]
    dearer: Any = {"items": [{"id": item.id, "price": shop.prices["pro"]}]}
    shop.client.v1.subscriptions.update(link.stripe_subscription_id, dearer)
    assert await mailed() == [*sent, ("price_change", "ben@example.com")]
