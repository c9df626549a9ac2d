"""A membership changes hands: rows and Stripe agree, and whoever gave it is never charged again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.identity.stepup import StepUpRequired
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.exit_repository import paid_for
from portal_app.memberships.models import Member, Membership, MembershipEvent
from portal_app.memberships.service import find_held
from portal_app.notifications.models import OutboxMessage
from portal_app.transfers.errors import AlreadyOffered, CantTransfer, OfferOver, OwnAccount
from portal_app.transfers.links import token_of
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.service import decline, offer, withdraw
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.handing_over import BEN, Handover, handover_of, held_of
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


@pytest.fixture
async def over(shop: Shop) -> Handover:
    return await handover_of(shop)


async def mails(db: Database) -> list[tuple[str, str]]:
    found = [m for m in await rows(db, OutboxMessage) if m.kind == "transfer"]
    return sorted((mail.payload["step"], mail.recipient) for mail in found)


async def test_it_goes_from_one_pair_of_hands_into_the_others(over: Handover) -> None:
    shop = over.shop
    before = await one(over.db, Member, id=over.member_id)
    due = held_of(await shop.held(shop.ada), before.membership_id).facts.current_period_end
    transfer = await over.offered()
    await over.accept(shop.ben, transfer)
    await over.hear()
    assert await over.finish() == 1
    await over.hear()
    row = await over.row(transfer)
    assert (row.state, row.consent) == (TransferState.COMPLETED, "Accept")
    held = held_of(await shop.held(shop.ben), before.membership_id)
    assert held.row.member.id == row.to_member_id != over.member_id
    assert held.facts.current_period_end == due
    assert held.facts.stripe_status == "active"
    assert not held.facts.cancel_at_period_end
    old, new = await over.subscriptions(before.membership_id)
    ended = shop.client.v1.subscriptions.retrieve(old.stripe_subscription_id)
    assert (ended.status, ended.metadata["portal_transfer"]) == ("canceled", transfer.id)
    begun = shop.client.v1.subscriptions.retrieve(new.stripe_subscription_id)
    assert begun.metadata["portal_membership"] == before.membership_id
    with pytest.raises(MembershipNotFound):
        async with over.db.reading() as session:
            await find_held(session, shop.ada, over.member_id, business_now())
    told = [e for e in await rows(over.db, MembershipEvent) if e.membership_id == old.membership_id]
    kinds = [one.kind for one in told]
    assert "transferred" in kinds
    assert not {"cancel_scheduled", "canceled", "cancel_undone"} & set(kinds)
    assert await mails(over.db) == [
        ("accepted", "ada@example.com"),
        ("accepted", BEN),
        ("completed", "ada@example.com"),
        ("completed", BEN),
        ("offered", "ada@example.com"),
        ("offered", BEN),
    ]


async def test_the_sender_is_never_charged_again_and_the_recipient_as_agreed(
    over: Handover,
) -> None:
    shop = over.shop
    hers = len(shop.client.v1.invoices.list({"subscription": shop.subs[0]}).data)
    transfer = await over.offered()
    await over.accept(shop.ben, transfer)
    await over.finish()
    shop.sandbox.advance(395 * DAY)
    assert len(shop.client.v1.invoices.list({"subscription": shop.subs[0]}).data) == hers
    member = await one(over.db, Member, id=over.member_id)
    _, new = await over.subscriptions(member.membership_id)
    listed = shop.client.v1.invoices.list(
        {"subscription": new.stripe_subscription_id, "status": "paid", "limit": 100}
    ).data
    paid = [invoice for invoice in listed if invoice.amount_paid]
    assert {invoice.amount_paid for invoice in paid} == {2900}
    assert len(paid) == 13


async def test_what_the_sender_paid_is_not_given_back_to_the_recipient(over: Handover) -> None:
    """A withdrawal of the new holder's counts what they paid themselves."""
    member = await one(over.db, Member, id=over.member_id)
    membership = await one(over.db, Membership, id=member.membership_id)
    async with over.db.reading() as session:
        assert [one.amount_minor for one in await paid_for(session, membership)] == [2900]
    await over.accept(over.shop.ben, await over.offered())
    async with over.db.reading() as session:
        assert await paid_for(session, membership) == []


async def test_nothing_is_offered_without_a_fresh_approval_of_exactly_it(over: Handover) -> None:
    with pytest.raises(StepUpRequired):
        await offer(over.db, over.shop.writer, over.shop.ada, over.member_id, await over.wish())
    await over.offered()
    assert len(await rows(over.db, Transfer)) == 1


async def test_one_open_offer_a_membership_that_can_be_withdrawn(over: Handover) -> None:
    transfer = await over.offered()
    with pytest.raises(AlreadyOffered):
        await over.offered("cleo@example.com")
    await withdraw(over.db, over.shop.ada, over.member_id)
    with pytest.raises(OfferOver):
        await over.accept(over.shop.ben, transfer)
    with pytest.raises(OfferOver):
        await withdraw(over.db, over.shop.ada, over.member_id)
    again = await over.offered()
    await decline(over.db, over.shop.ben, token_of(again.id))
    assert (await over.row(again)).state is TransferState.DECLINED


async def test_near_a_renewal_nothing_is_handed_on(over: Handover, clocks: Clocks) -> None:
    due = (await over.subject()).current_period_end
    assert due
    clocks.business.at = due - timedelta(hours=3)
    transfer = await over.offered()
    clocks.business.at = due - timedelta(hours=2) + timedelta(seconds=1)
    with pytest.raises(CantTransfer) as refused:
        await over.accept(over.shop.ben, transfer)
    assert refused.value.reason == "renews_soon"
    await withdraw(over.db, over.shop.ada, over.member_id)
    with pytest.raises(CantTransfer):
        await over.offered()
    clocks.business.at = due - timedelta(hours=2)
    await over.accept(over.shop.ben, await over.offered())


async def test_what_only_stripe_knows_yet_stands_in_the_way_too(over: Handover) -> None:
    """Nobody is asked to accept what its sender has just cancelled elsewhere."""
    over.shop.client.v1.subscriptions.update(over.shop.subs[0], {"cancel_at_period_end": True})
    with pytest.raises(CantTransfer) as refused:
        await over.offered()
    assert refused.value.reason == "canceling"
    assert await rows(over.db, Transfer) == []


async def test_nobody_offers_to_themselves(over: Handover) -> None:
    for address in ("ada@example.com", "ADA@Example.com", " ada@EXAMPLE.com "):
        with pytest.raises(OwnAccount):
            await over.offered(address)
