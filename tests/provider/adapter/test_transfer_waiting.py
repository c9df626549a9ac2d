"""What does not go out at once: a hold of a day, the seller's word; from offer to completion."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.catalog.models import Company
from portal_app.identity.actor import CompanyCreator
from portal_app.identity.models import Identity, Person, PrimaryChange, SignInRemoval
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.notifications.models import OutboxMessage
from portal_app.transfers.errors import TransferNotFound
from portal_app.transfers.models import TransferState
from portal_app.transfers.service import approve, watch_transfers, withdraw
from tests.conftest import Clocks
from tests.factories import make_configuration, make_email
from tests.provider.adapter.account import rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.handing_over import Handover, handover_of
from tests.provider.sandbox_server import SandboxServer
from tests.rows import added

HOUR = timedelta(hours=1)


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


async def change(over: Handover, kind: str, hours_ago: int) -> None:
    """Something about how Ada signs in, so long ago."""
    at, person = wall_now() - hours_ago * HOUR, over.shop.ada.person_id
    async with over.db.unit_of_work() as session:
        if kind == "address":
            ada = await session.get_one(Person, person)
            await make_email(session, ada, address="new@example.com", verified_at=at)
            return
        row = {
            "service": Identity(
                person_id=person, provider="op", issuer="i", subject="1", created_at=at
            ),
            "removal": SignInRemoval(person_id=person, address="old@example.com", removed_at=at),
            "first": PrimaryChange(
                person_id=person,
                link_digest="d",
                old_email_id="email_1",
                new_email_id="email_2",
                changed_at=at,
            ),
        }[kind]
        await added(session, row)


async def told(over: Handover) -> set[tuple[str, str]]:
    mails = [m for m in await rows(over.db, OutboxMessage) if m.kind == "transfer"]
    return {(mail.payload["step"], mail.recipient) for mail in mails}


@pytest.mark.parametrize("kind", ["address", "service", "removal", "first"])
async def test_whoever_changed_how_they_sign_in_waits_a_day_and_then_it_goes_its_way(
    over: Handover, clocks: Clocks, kind: str
) -> None:
    clocks.wall.advance(timedelta(days=30))
    await change(over, kind, 71)
    transfer = await over.offered()
    assert (transfer.state, transfer.offered_at) == (TransferState.REQUESTED, None)
    with pytest.raises(TransferNotFound):  # its link is nobody's yet
        await over.accept(over.shop.ben, transfer)
    clocks.business.advance(24 * HOUR - timedelta(seconds=1))
    assert await watch_transfers(over.db) == 0
    assert "offered" not in {step for step, _ in await told(over)}
    clocks.business.advance(timedelta(seconds=1))
    assert await watch_transfers(over.db) == 1
    await over.accept(over.shop.ben, transfer)
    await over.finish()
    assert (await over.row(transfer)).state is TransferState.COMPLETED


async def test_what_was_changed_longer_ago_holds_nothing_up(over: Handover, clocks: Clocks) -> None:
    clocks.wall.advance(timedelta(days=30))
    await change(over, "removal", 72)
    assert (await over.offered()).state is TransferState.OFFERED


async def test_an_address_that_was_removed_is_told_each_step_and_later_nothing(
    over: Handover, clocks: Clocks
) -> None:
    clocks.wall.advance(timedelta(days=30))
    await change(over, "removal", 24)
    await over.offered()
    await withdraw(over.db, over.shop.ada, over.member_id)
    seen = await told(over)
    for step in ("requested", "withdrawn"):
        assert {(step, "ada@example.com"), (step, "old@example.com")} <= seen
    assert "ben@example.com" not in {to for _, to in seen}  # who never heard of it
    clocks.wall.advance(timedelta(days=14))
    await over.offered()
    assert ("offered", "old@example.com") not in await told(over)


async def test_a_sellers_word_sends_it_on_its_way(over: Handover) -> None:
    async with over.db.unit_of_work() as session:
        company = await session.get_one(Company, "biz_northwind")
        body = {"transfer": {"mode": "approval"}}
        await make_configuration(session, company, body=body)
    transfer = await over.offered()
    assert transfer.state is TransferState.REQUESTED
    with pytest.raises(TransferNotFound):
        await over.accept(over.shop.ben, transfer)
    await approve(over.db, CompanyCreator(over.shop.ada, company.id, False), transfer.id)
    await over.accept(over.shop.ben, transfer)
    assert (await over.row(transfer)).state is TransferState.COMPLETED
