"""Finding a customer, and saying whose it is."""

from __future__ import annotations

import pytest

from portal_app.customers.models import Customer
from portal_app.kit.db import Database
from portal_app.kit.errors import NotFound
from portal_app.memberships.models import Member
from portal_app.operators.customers import find_customers, link
from tests.conftest import Clocks
from tests.factories import make_customer, make_membership, make_person
from tests.rows import all_of


@pytest.fixture(autouse=True)
def _world(db: Database, clocks: Clocks) -> None:
    """A database and standing clocks."""


async def found(text: str) -> list[str]:
    return sorted(one.customer.stripe_customer_id for one in await find_customers(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cus_ada", ["cus_ada"]),
        ("ADA@example.com", ["cus_ada", "cus_owned"]),
        ("lovelace", ["cus_ada"]),
        ("old@example.com", ["cus_owned"]),
        ("%", []),
        ("nobody@example.com", []),
    ],
)
async def test_by_id_address_or_name(db: Database, text: str, expected: list[str]) -> None:
    async with db.unit_of_work() as session:
        ada = await make_person(session, "ada@example.com")
        await make_customer(
            session,
            stripe_customer_id="cus_ada",
            email="ada@example.com",
            name="Ada Lovelace",
        )
        await make_customer(
            session,
            stripe_customer_id="cus_owned",
            email="old@example.com",
            name="A. Byron",
            person_id=ada.id,
        )
        await make_customer(
            session,
            stripe_customer_id="cus_ben",
            email="ben@example.com",
            name="Ben",
        )
    assert await found(text) == expected


async def test_a_line_says_whose_it_is(db: Database) -> None:
    async with db.unit_of_work() as session:
        ada = await make_person(session, "ada@example.com")
        owned = await make_customer(session, name="One", person_id=ada.id)
        free = await make_customer(session, name="Two")
    [line] = await find_customers(owned.stripe_customer_id)
    assert "belongs to ada@example.com" in str(line)
    [line] = await find_customers(free.stripe_customer_id)
    assert "unclaimed" in str(line)


async def test_a_link_moves_the_customer_and_its_memberships(db: Database) -> None:
    async with db.unit_of_work() as session:
        ada = await make_person(session, "ada@example.com")
        ben = await make_person(session, "ben@example.com")
        held = await make_membership(session, person=ada)
    said = await link(held.customer.stripe_customer_id, email="Ben@example.com")
    assert "ben@example.com: 1 membership moved" in said
    async with db.reading() as session:
        customer = await session.get_one(Customer, held.customer.id)
        assert customer.person_id == ben.id
    open_now = [one for one in await all_of(db, Member) if one.until_at is None]
    assert [one.person_id for one in open_now] == [ben.id]
    assert open_now[0].id != held.member.id  # so that Ada's old link opens nothing


async def test_nothing_moves_to_an_address_that_nobody_proved(db: Database) -> None:
    async with db.unit_of_work() as session:
        ada = await make_person(session, "ada@example.com")
        held = await make_membership(session, person=ada)
    with pytest.raises(NotFound, match="Nobody has signed in as new@"):
        await link(held.customer.stripe_customer_id, email="new@example.com")
    with pytest.raises(NotFound, match="no customer cus_nowhere"):
        await link("cus_nowhere", email="ada@example.com")
    [member] = await all_of(db, Member)
    assert (member.person_id, member.until_at) == (ada.id, None)
