"""Creators are named by an address; the right begins when its owner signs in."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from portal_app.catalog.models import Creator, CreatorRole
from portal_app.identity.models import email_key
from portal_app.identity.routes import claim
from portal_app.kit.db import Database
from portal_app.kit.errors import NotFound, PortalError
from portal_app.operators.creators import add_creator, remove_creator_of
from tests.conftest import Clocks
from tests.factories import make_company, make_person
from tests.rows import NOW, all_of


@pytest.fixture(autouse=True)
def _world(db: Database, clocks: Clocks) -> None:
    """A database and standing clocks."""


async def company_of(db: Database) -> str:
    async with db.unit_of_work() as session:
        return (await make_company(session)).id


async def known_person(db: Database, address: str) -> str:
    async with db.unit_of_work() as session:
        return (await make_person(session, address)).id


async def proves(db: Database, person_id: str, address: str) -> None:
    async with db.unit_of_work() as session:
        await claim(session, person_id=person_id, address_key=email_key(address), now=NOW)


async def creators(db: Database) -> list[tuple[str | None, str | None, str]]:
    return [(row.person_id, row.email_key, row.role.value) for row in await all_of(db, Creator)]


async def test_a_known_person_is_a_creator_at_once(db: Database) -> None:
    company, person = await company_of(db), await known_person(db, "cleo@example.com")
    said = await add_creator(company, email="Cleo@Example.com", role=CreatorRole.OWNER)
    assert await creators(db) == [(person, None, "owner")]
    assert "cleo@example.com is owner" in said


async def test_an_unknown_address_waits_for_its_owner(db: Database) -> None:
    company = await company_of(db)
    said = await add_creator(company, email="new@example.com", role=CreatorRole.STAFF)
    assert await creators(db) == [(None, "new@example.com", "staff")]
    assert "first sign-in" in said
    other, owner = await known_person(db, "o@example.com"), await known_person(db, "x@example.com")
    await proves(db, other, "o@example.com")
    assert await creators(db) == [(None, "new@example.com", "staff")]
    await proves(db, owner, "NEW@example.com")
    assert await creators(db) == [(owner, None, "staff")]


async def test_a_second_address_of_a_creator_keeps_the_stronger_role(db: Database) -> None:
    company, person = await company_of(db), await known_person(db, "cleo@example.com")
    await add_creator(company, email="cleo@example.com", role=CreatorRole.STAFF)
    await add_creator(company, email="cleo@work.example", role=CreatorRole.OWNER)
    await proves(db, person, "cleo@work.example")
    assert await creators(db) == [(person, None, "owner")]


async def test_adding_again_changes_the_role(db: Database) -> None:
    company = await company_of(db)
    for role in (CreatorRole.OWNER, CreatorRole.STAFF):
        await add_creator(company, email="new@example.com", role=role)
    assert await creators(db) == [(None, "new@example.com", "staff")]


@pytest.mark.parametrize("known", [True, False])
async def test_a_removed_creator_is_gone_and_can_be_removed_once(db: Database, known: bool) -> None:
    company = await company_of(db)
    if known:
        await known_person(db, "cleo@example.com")
    await add_creator(company, email="cleo@example.com", role=CreatorRole.OWNER)
    await remove_creator_of(company, email="Cleo@example.com")
    assert await creators(db) == []
    with pytest.raises(NotFound, match="no creator"):
        await remove_creator_of(company, email="cleo@example.com")


@pytest.mark.parametrize("both", [True, False])
async def test_a_row_has_a_person_or_an_address_and_never_both(db: Database, both: bool) -> None:
    company, person = await company_of(db), await known_person(db, "cleo@example.com")
    who = {"person_id": person, "email_key": "cleo@example.com"} if both else {}
    row = Creator(company_id=company, role=CreatorRole.STAFF, created_at=NOW, **who)
    with pytest.raises(IntegrityError):
        async with db.unit_of_work() as session:
            session.add(row)


async def test_a_creator_of_another_company_stays(db: Database) -> None:
    one, other = await company_of(db), await company_of(db)
    for company in (one, other):
        await add_creator(company, email="cleo@example.com", role=CreatorRole.OWNER)
    await remove_creator_of(one, email="cleo@example.com")
    assert [row.company_id for row in await all_of(db, Creator)] == [other]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"company_id": "biz_nowhere"}, "no company biz_nowhere"),
        ({"email": "not an address"}, "e-?mail|address"),
    ],
)
async def test_what_is_wrong_is_said(db: Database, given: dict[str, Any], refusal: str) -> None:
    call = {"company_id": await company_of(db), "email": "a@example.com", **given}
    with pytest.raises(PortalError, match=f"(?i){refusal}"):
        await add_creator(call["company_id"], email=call["email"], role=CreatorRole.STAFF)
    assert await creators(db) == []
