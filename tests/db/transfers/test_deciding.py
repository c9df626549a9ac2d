"""What waits for a seller, or for time: who may decide, what it leads to, and that once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from portal_app.catalog.models import Company
from portal_app.identity.actor import Actor, CompanyCreator
from portal_app.kit.db import Database
from portal_app.memberships.models import MembershipEvent
from portal_app.notifications.models import OutboxMessage
from portal_app.transfers.commands import OPERATOR, transfer_commands
from portal_app.transfers.errors import OfferOver, TransferNotFound
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.repository import newest_of_holding
from portal_app.transfers.service import (
    approve,
    count_waiting,
    queue_of,
    refuse,
    watch_transfers,
)
from portal_app.transfers.service.queueing import MOST_COUNTED, PER_PAGE
from tests.conftest import Clocks
from tests.factories import (
    NOW,
    HeldMembership,
    make_company,
    make_membership,
    make_person,
    make_plan,
    make_product,
)
from tests.rows import all_of
from tests.transfer_factories import make_waiting

DAY = timedelta(days=1)


def creator_of(company: Company) -> CompanyCreator:
    actor = Actor(person_id="user_cleo", session_id="s", email="cleo@example.com", locale="en")
    return CompanyCreator(actor, company.id, is_owner=False)


class Sellers:
    """Two companies; Ada holds something of the first, Dan of the second."""

    def __init__(self, db: Database, ours: CompanyCreator, theirs: CompanyCreator) -> None:
        self.db, self.ours, self.theirs = db, ours, theirs

    async def hold(self, creator: CompanyCreator, email: str) -> HeldMembership:
        async with self.db.unit_of_work() as session:
            company = await session.get_one(Company, creator.company_id)
            person = await make_person(session, email)
            plan = await make_plan(session, await make_product(session, company))
            return await make_membership(session, person, plan=plan)

    async def waiting(self, creator: CompanyCreator, email: str, **over: Any) -> Transfer:
        held = await self.hold(creator, email)
        async with self.db.unit_of_work() as session:
            return await make_waiting(session, held, **over)

    async def only(self) -> Transfer:
        (row,) = await all_of(self.db, Transfer)
        return row

    async def told(self) -> list[tuple[str, str]]:
        mails = await all_of(self.db, OutboxMessage)
        return sorted((mail.payload["step"], mail.recipient) for mail in mails)

    async def history(self) -> list[tuple[str, str]]:
        found = await all_of(self.db, MembershipEvent)
        return [(one.kind, one.actor_kind.value) for one in found]


@pytest.fixture
async def sellers(db: Database, clocks: Clocks, settings: Any) -> Sellers:
    async with db.unit_of_work() as session:
        ours, theirs = await make_company(session), await make_company(session)
    return Sellers(db, creator_of(ours), creator_of(theirs))


async def test_what_is_approved_goes_out_with_its_whole_time_and_once(
    sellers: Sellers, clocks: Clocks
) -> None:
    asked = await sellers.waiting(sellers.ours, "ada@example.com")
    clocks.business.advance(3 * DAY)
    await approve(sellers.db, sellers.ours, asked.id)
    row = await sellers.only()
    assert (row.state, row.needs_approval) == (TransferState.OFFERED, False)
    assert (row.offered_at, row.expires_at) == (NOW + 3 * DAY, NOW + 10 * DAY)
    both = [("offered", "ada@example.com"), ("offered", "ben@example.com")]
    assert await sellers.told() == both
    assert await sellers.history() == [("transfer_approved", "creator")]
    for again in (approve, refuse):
        with pytest.raises(OfferOver):
            await again(sellers.db, sellers.ours, asked.id)
    assert await sellers.told() == both


async def test_what_is_refused_stays_with_its_holder_who_reads_why(sellers: Sellers) -> None:
    asked = await sellers.waiting(sellers.ours, "ada@example.com")
    await refuse(sellers.db, sellers.ours, asked.id, "  Not\nbefore June. " + "x" * 400)
    row = await sellers.only()
    assert (row.state, row.ended_at) == (TransferState.REFUSED, NOW)
    assert row.reason.startswith("Not before June. x")
    assert len(row.reason) == 300
    assert await sellers.told() == [("refused", "ada@example.com")]
    assert await sellers.history() == [("transfer_refused", "creator")]
    with pytest.raises(OfferOver):
        await approve(sellers.db, OPERATOR, asked.id)


async def test_another_companys_is_as_unknown_as_none(sellers: Sellers) -> None:
    asked = await sellers.waiting(sellers.ours, "ada@example.com")
    for given in (asked.id, "trf_unknown", "mem_1", "", 7, None, {"x": 1}):
        for decide in (approve, refuse):
            with pytest.raises(TransferNotFound) as refused:
                await decide(sellers.db, sellers.theirs, given)
            assert refused.value.sentence == TransferNotFound().sentence
    assert (await sellers.only()).state is TransferState.REQUESTED
    assert await sellers.told() == []
    async with sellers.db.reading() as session:
        assert (await queue_of(session, sellers.theirs)).rows == []
        assert await count_waiting(session, sellers.theirs.company_id) == 0
        assert await count_waiting(session, sellers.ours.company_id) == 1


async def test_an_approved_one_still_waits_until_its_hold_is_over(
    sellers: Sellers, clocks: Clocks
) -> None:
    asked = await sellers.waiting(sellers.ours, "ada@example.com", held_until=NOW + DAY)
    await approve(sellers.db, sellers.ours, asked.id)
    assert (await sellers.only()).state is TransferState.REQUESTED
    with pytest.raises(OfferOver):
        await refuse(sellers.db, sellers.ours, asked.id)
    clocks.business.advance(DAY - timedelta(seconds=1))
    assert await watch_transfers(sellers.db) == 0
    assert await sellers.told() == []
    clocks.business.advance(timedelta(seconds=1))
    assert await watch_transfers(sellers.db) == 1
    assert (await sellers.only()).offered_at == NOW + DAY
    assert await watch_transfers(sellers.db) == 0
    assert len(await sellers.told()) == 2


async def test_a_hold_that_is_over_sends_out_nothing_that_needs_a_word(
    sellers: Sellers, clocks: Clocks
) -> None:
    asked = await sellers.waiting(sellers.ours, "ada@example.com", held_until=NOW + DAY)
    clocks.business.advance(2 * DAY)
    assert await watch_transfers(sellers.db) == 0
    await approve(sellers.db, OPERATOR, asked.id)
    assert (await sellers.only()).state is TransferState.OFFERED
    assert await sellers.history() == [("transfer_approved", "operator")]


async def test_what_nobody_answers_expires_and_only_who_knew_is_told(
    sellers: Sellers, clocks: Clocks
) -> None:
    asked = await sellers.waiting(sellers.ours, "ada@example.com")
    sent = await sellers.waiting(
        sellers.theirs, "dan@example.com", state=TransferState.OPENED, needs_approval=False
    )
    clocks.business.advance(7 * DAY)
    with pytest.raises(OfferOver):  # over before anybody has swept
        await approve(sellers.db, sellers.ours, asked.id)
    assert await watch_transfers(sellers.db) == 2
    states = {row.id: row.state for row in await all_of(sellers.db, Transfer)}
    assert states == {asked.id: TransferState.EXPIRED, sent.id: TransferState.EXPIRED}
    assert await sellers.told() == [
        ("expired", "ada@example.com"),
        ("expired", "ben@example.com"),
        ("expired", "dan@example.com"),
    ]
    assert await watch_transfers(sellers.db) == 0


async def test_pages_of_one_moment_lose_and_repeat_nobody(sellers: Sellers) -> None:
    await sellers.waiting(sellers.theirs, "dan@example.com")
    wanted = []
    for place in range(PER_PAGE + 3):
        at = NOW + timedelta(minutes=place // 10)
        row = await sellers.waiting(sellers.ours, f"p{place}@example.com", asked_at=at)
        wanted.append((at, row.id))
    async with sellers.db.reading() as session:
        first = await queue_of(session, sellers.ours)
        second = await queue_of(session, sellers.ours, first.after)
        stranger = await queue_of(session, sellers.theirs, first.after)
        count = await count_waiting(session, sellers.ours.company_id)
    seen = [row.transfer.id for row in (*first.rows, *second.rows)]
    assert seen == [identifier for _, identifier in sorted(wanted)]
    assert (second.after, count) == ("", PER_PAGE + 3)
    assert count <= MOST_COUNTED
    # Another company's place in the list is none.
    assert [row.sender for row in stranger.rows] == ["dan@example.com"]


async def test_a_holder_whom_nobody_has_claimed_is_named_by_what_stripe_knows(
    sellers: Sellers,
) -> None:
    async with sellers.db.unit_of_work() as session:
        company = await session.get_one(Company, sellers.ours.company_id)
        plan = await make_plan(session, await make_product(session, company))
        await make_waiting(session, await make_membership(session, plan=plan), person_id=None)
    async with sellers.db.reading() as session:
        (row,) = (await queue_of(session, sellers.ours)).rows
    assert row.sender == "ada@example.com"


@pytest.fixture
async def two_wait(sellers: Sellers) -> None:
    for email in ("ada@example.com", "eve@example.com"):
        await sellers.waiting(sellers.ours, email, id=f"trf_{email[:3]}")


def test_the_command_line_decides_for_every_company(two_wait: None, database_url: str) -> None:
    def install() -> Database:
        return Database(database_url)

    run, app = CliRunner(), transfer_commands(install)
    assert "trf_ada  2026-11-16 09:30  Northwind Academy: Trading Room to ben@example.com" in (
        run.invoke(app, ["list"]).output
    )
    assert run.invoke(app, ["approve", "trf_ada"]).output == "Approved and sent.\n"
    assert run.invoke(app, ["refuse", "trf_eve", "--reason", "No"]).output == "Refused.\n"
    assert run.invoke(app, ["list"]).output == ""


async def test_the_open_offer_is_the_newest_though_no_time_has_passed(sellers: Sellers) -> None:
    held = await sellers.hold(sellers.ours, "fay@example.com")
    async with sellers.db.unit_of_work() as session:
        await make_waiting(session, held, id="trf_0open")
        await make_waiting(session, held, id="trf_1over", state=TransferState.REFUSED)
    async with sellers.db.reading() as session:
        newest = await newest_of_holding(session, held.member.id)
    assert newest is not None
    assert newest.id == "trf_0open"
