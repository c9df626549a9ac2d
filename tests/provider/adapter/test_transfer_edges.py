"""What happens rarely on the way of a transfer: second tries, second comers, and lost answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe
from sqlalchemy import update

from portal_app.catalog.models import Company
from portal_app.identity.actor import SYSTEM, CompanyKey
from portal_app.intents.models import Intent
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.models import Member, Membership
from portal_app.notifications.models import OutboxMessage
from portal_app.transfers import repository
from portal_app.transfers.errors import (
    AlreadyOffered,
    CantTransfer,
    OfferChanged,
    OfferOver,
)
from portal_app.transfers.links import stop_token_of, token_of
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.service import (
    MOVE,
    Verdict,
    approve,
    behind_link,
    decline,
    it_was_not_me,
    mark_opened,
    offer_as_company,
    sender_page,
    watch_transfers,
    withdraw,
)
from portal_app.transfers.service.subject import subject_of
from portal_app.transfers.views import transfer_view
from tests.conftest import Clocks
from tests.factories import make_configuration
from tests.provider.adapter.account import rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.handing_over import Handover, handover_of
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


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's change of state always comes first."""

    async def lost(*_given: Any, **_named: Any) -> bool:
        return False

    monkeypatch.setattr(repository, "move", lost)


# Second comers change nothing and tell nobody.


async def test_who_accepts_second_is_told_that_it_is_over(
    over: Handover, request: pytest.FixtureRequest
) -> None:
    transfer = await over.offered()
    before = await told(over)
    request.getfixturevalue("late")
    with pytest.raises(OfferOver):
        await over.accept(over.shop.ben, transfer)
    with pytest.raises(OfferOver):
        await decline(over.db, over.shop.ben, token_of(transfer.id))
    await mark_opened(over.db, over.shop.ben, token_of(transfer.id))
    assert not await it_was_not_me(over.db, stop_token_of(transfer.id))
    assert await told(over) == before
    assert [i for i in await rows(over.db, Intent) if i.kind == MOVE.kind] == []


async def test_what_was_stopped_at_that_moment_is_neither_sent_nor_expired(
    over: Handover, clocks: Clocks, request: pytest.FixtureRequest
) -> None:
    transfer = await over.offered()
    now = business_now()
    waits = {"state": TransferState.REQUESTED, "offered_at": None, "held_until": now}
    await set_row(over, Transfer, **waits)
    before = await told(over)
    request.getfixturevalue("late")
    await watch_transfers(over.db)
    await set_row(over, Transfer, needs_approval=True)
    await approve(over.db, SYSTEM, transfer.id)
    for stopped in ({}, {"needs_approval": True}):
        await set_row(over, Transfer, held_until=now, **stopped)
        clocks.business.advance(timedelta(days=8))
        await watch_transfers(over.db)
    assert await told(over) == before


async def test_two_offers_at_one_moment_leave_one(
    over: Handover, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where both have seen none, the database says so."""
    wish = await over.wish("cleo@example.com")

    async def none(*_given: Any) -> None:
        return None

    await over.offered()
    monkeypatch.setattr(repository, "newest_of_holding", none)
    monkeypatch.setattr(repository, "open_transfer", none)
    with pytest.raises(AlreadyOffered):
        await over.offered("cleo@example.com", wish=wish)
    membership = (await over.subject()).id
    with pytest.raises(AlreadyOffered):
        await offer_as_company(over.db, over.shop.writer, KEY, membership, bypasses_policy=True)
    assert len(await rows(over.db, Transfer)) == 1


# A company's own link.


async def by_company(over: Handover, *, bypass: bool = False, key: CompanyKey = KEY) -> Transfer:
    membership = (await over.subject()).id
    return await offer_as_company(
        over.db, over.shop.writer, key, membership, bypasses_policy=bypass
    )


@pytest.mark.parametrize("mode", ["off", "approval"])
async def test_a_companys_policy_holds_for_its_programs_unless_they_may_change_it(
    over: Handover, mode: str
) -> None:
    async with over.db.unit_of_work() as session:
        company = await session.get_one(Company, "biz_northwind")
        await make_configuration(session, company, body={"transfer": {"mode": mode}})
    with pytest.raises(CantTransfer):
        await by_company(over)
    with pytest.raises(MembershipNotFound):
        await by_company(over, bypass=True, key=CompanyKey("biz_lumen", "apik_2"))
    transfer = await by_company(over, bypass=True)
    assert (transfer.state, transfer.recipient_key) == (TransferState.OFFERED, "")
    # Whatever the policy: it was let through.
    await over.accept(over.shop.ben, transfer)
    assert (await over.row(transfer)).state is TransferState.COMPLETED


async def test_no_policy_lets_through_what_must_not_be_handed_on(over: Handover) -> None:
    await set_row(over, Membership, stripe_status="past_due")
    with pytest.raises(CantTransfer):
        await by_company(over, bypass=True)


async def test_a_company_takes_no_offer_out_of_its_customers_hands(over: Handover) -> None:
    await over.offered()
    with pytest.raises(AlreadyOffered):
        await by_company(over)
    await withdraw(over.db, over.shop.ada, over.member_id)
    found = await asyncio.gather(*(by_company(over) for _ in range(3)), return_exceptions=True)
    made = {one.id for one in found if isinstance(one, Transfer)}
    assert len(made) == 1
    assert all(isinstance(one, Transfer | AlreadyOffered) for one in found)


@pytest.mark.contradictory("the holding is taken from a person whose customer stays theirs")
async def test_what_nobody_has_claimed_is_handed_on_by_its_company(over: Handover) -> None:
    await set_row(over, Member, person_id=None)
    transfer = await by_company(over)
    assert transfer.person_id is None
    async with over.db.reading() as session:
        found = await behind_link(session, token_of(transfer.id))
    assert (found.sender, found.masked_sender) == ("", "")
    assert await it_was_not_me(over.db, stop_token_of(transfer.id))


# What a link says, and to whom.


async def test_an_offer_is_over_the_moment_it_expires(over: Handover, clocks: Clocks) -> None:
    transfer = await over.offered()
    clocks.business.at = transfer.expires_at - timedelta(seconds=1)
    async with over.db.reading() as session:
        assert (await behind_link(session, token_of(transfer.id))).verdict is Verdict.OPEN
        clocks.business.advance(timedelta(seconds=1))
        assert (await behind_link(session, token_of(transfer.id))).verdict is Verdict.EXPIRED
    with pytest.raises(OfferOver):
        await over.accept(over.shop.ben, transfer)


async def test_its_sender_reads_why_nobody_can_accept_it_now(over: Handover) -> None:
    await over.offered()
    why = "It is cancelled. To transfer it, take the cancellation back first."
    for canceling, said in ((False, ""), (True, f"Right now it can't be accepted. {why}")):
        await set_row(over, Membership, cancel_at_period_end=canceling)
        async with over.db.reading() as session:
            page = await sender_page(session, over.shop.ada, over.member_id, business_now())
        assert transfer_view(over.shop.ada.reader, page).waits == said


async def test_an_unknown_membership_is_none(over: Handover) -> None:
    async with over.db.reading() as session:
        with pytest.raises(MembershipNotFound):
            await subject_of(session, "mem_unknown", business_now())


async def test_what_the_sender_read_must_still_be_so(over: Handover) -> None:
    wish = await over.wish()
    await set_row(over, Membership, price_minor=3900)
    with pytest.raises(OfferChanged):
        await over.offered(wish=wish)


@pytest.mark.parametrize("note", [None, 7, "  a\n b  "])
async def test_a_note_is_one_paragraph_or_none(over: Handover, note: object) -> None:
    wish = await over.wish(note=note)
    assert (await over.offered(wish=wish)).note == ("a b" if isinstance(note, str) else "")
