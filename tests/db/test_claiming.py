"""A proven address links what waits for it, and never moves what is somebody's."""

from __future__ import annotations

import pytest
from sqlmodel import select

from portal_app.customers.models import Customer
from portal_app.identity.actor import ActorKind
from portal_app.identity.models import email_key
from portal_app.ingest.models import Change
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim, link_customer
from portal_app.memberships.models import Member, MembershipEvent
from tests.conftest import NOW, Clocks
from tests.factories import make_customer, make_membership, make_person

ADA = email_key("ada@example.com")


async def test_everything_that_waits_for_the_address(db: Database, clocks: Clocks) -> None:
    async with db.unit_of_work() as session:
        ada = await make_person(session)
        mine = [await make_membership(session), await make_membership(session)]
        other = await make_membership(
            session, customer=await make_customer(session, email="ada+work@example.com")
        )
    async with db.unit_of_work() as session:
        got = await claim(session, person_id=ada.id, address_key=ADA, now=NOW)
    assert sorted(got) == sorted(one.membership.id for one in mine)
    async with db.reading() as session:
        for held in mine:
            customer = await session.get_one(Customer, held.customer.id)
            assert (customer.person_id, customer.claimed_at) == (ada.id, NOW)
            holding = await session.get_one(Member, held.member.id)
            assert (holding.person_id, holding.until_at) == (ada.id, None)
        assert (await session.get_one(Member, other.member.id)).person_id is None
        events = (await session.execute(select(MembershipEvent))).scalars().all()
        assert sorted(event.membership_id for event in events) == sorted(got)
        for event in events:
            assert (event.kind, event.actor_kind, event.actor_id) == (
                "claimed",
                ActorKind.CUSTOMER,
                ada.id,
            )
        topics = {(one.person_id, one.topic) for one in (await session.scalars(select(Change)))}
        assert topics == {(ada.id, "customers"), (ada.id, "memberships")}


async def test_a_second_time_finds_nothing(db: Database, clocks: Clocks) -> None:
    async with db.unit_of_work() as session:
        ada, ben = await make_person(session), await make_person(session, "ben@example.com")
        held = await make_membership(session)
        assert await claim(session, person_id=ada.id, address_key=ADA, now=NOW)
    async with db.unit_of_work() as session:
        # Somebody else proves the same address later: it is Ada's and stays so.
        for person in (ada, ben):
            assert await claim(session, person_id=person.id, address_key=ADA, now=NOW) == []
        assert (await session.get_one(Customer, held.customer.id)).person_id == ada.id
        assert (await session.get_one(Member, held.member.id)).person_id == ada.id
        assert len((await session.scalars(select(MembershipEvent))).all()) == 1


async def test_deleted_and_nameless_customers_are_nobodys(db: Database, clocks: Clocks) -> None:
    async with db.unit_of_work() as session:
        ada = await make_person(session)
        gone = await make_customer(session, deleted_at=NOW)
        nameless = await make_customer(session, email="")
        lookalike = await make_customer(session, email="straße@example.com")
        assert await claim(session, person_id=ada.id, address_key=ADA, now=NOW) == []
        assert await claim(session, person_id=ada.id, address_key="", now=NOW) == []
        assert gone.person_id is None
        assert nameless.person_id is None
        key = email_key("strasse@example.com")
        assert await claim(session, person_id=ada.id, address_key=key, now=NOW) == []
        assert lookalike.person_id is None


@pytest.mark.contradictory("its holding ended and none began")
async def test_ended_holdings_are_left_alone(db: Database, clocks: Clocks) -> None:
    async with db.unit_of_work() as session:
        ada = await make_person(session)
        held = await make_membership(session)
        held.member.until_at = NOW
        session.add(held.member)
        await session.flush()
        assert await claim(session, person_id=ada.id, address_key=ADA, now=NOW) == []
        assert held.member.person_id is None


async def test_an_operator_may_link_and_move(db: Database, clocks: Clocks) -> None:
    async with db.unit_of_work() as session:
        ada, ben = await make_person(session), await make_person(session, "ben@example.com")
        held = await make_membership(session)
        mem = held.membership.id
        assert await link_customer(session, held.customer, person_id=ada.id, now=NOW) == [mem]
        assert await link_customer(session, held.customer, person_id=ada.id, now=NOW) == []
    async with db.unit_of_work() as session:
        customer = await session.get_one(Customer, held.customer.id)
        assert await link_customer(session, customer, person_id=ben.id, now=NOW) == [mem]
    async with db.reading() as session:
        rows = (await session.scalars(select(Member))).all()
        holdings = {row.person_id: row for row in rows}
        assert (holdings[ada.id].id, holdings[ada.id].until_at) == (held.member.id, NOW)
        assert holdings[ben.id].until_at is None
        assert holdings[ben.id].id != held.member.id
        kinds = [one.kind for one in await session.scalars(select(MembershipEvent))]
        assert sorted(kinds) == ["claimed", "linked"]
