"""An outage is noticed once, by whoever sees it, and over as soon as anybody gets an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.ingest.models import EVERYBODY, Change, Outage
from portal_app.ingest.outages import NOTICED_AFTER, note_contact, outage_since
from portal_app.kit.db import Database
from portal_app.provider.contact import Contact
from tests.conftest import NOW, Clocks


@pytest.fixture
def contact(clocks: Clocks) -> Contact:
    """Answered a moment ago."""
    seen = Contact()
    seen.answered()
    clocks.wall.advance(timedelta(seconds=1))
    return seen


async def fail_for(clocks: Clocks, contact: Contact, length: timedelta) -> None:
    contact.failed()
    clocks.wall.advance(length)
    contact.failed()


async def rows(db: Database) -> tuple[list[Outage], list[Change]]:
    async with db.reading() as session:
        outages = (await session.scalars(select(Outage).order_by("noticed_at"))).all()
        return list(outages), list((await session.scalars(select(Change))).all())


async def test_a_hiccup_is_none(db: Database, clocks: Clocks, contact: Contact) -> None:
    await fail_for(clocks, contact, NOTICED_AFTER - timedelta(seconds=1))
    await note_contact(db, contact)
    assert await outage_since(db) is None
    assert await rows(db) == ([], [])


async def test_one_lasts_from_the_last_answer_to_the_next(
    db: Database, clocks: Clocks, contact: Contact
) -> None:
    await fail_for(clocks, contact, NOTICED_AFTER)
    for _ in range(3):
        await note_contact(db, contact)
    assert await outage_since(db) == NOW
    clocks.wall.advance(timedelta(minutes=1))
    contact.answered()
    for _ in range(3):
        await note_contact(db, contact)
    assert await outage_since(db) is None
    outages, changes = await rows(db)
    assert [(one.since, one.ended_at) for one in outages] == [(NOW, clocks.wall.now())]
    # Once when it began and once when it was over, every open page is told.
    assert [change.person_id for change in changes] == [EVERYBODY, EVERYBODY]


async def test_another_process_that_gets_an_answer_ends_it(
    db: Database, clocks: Clocks, contact: Contact
) -> None:
    await fail_for(clocks, contact, NOTICED_AFTER)
    await note_contact(db, contact)
    clocks.wall.advance(timedelta(seconds=1))
    other = Contact()
    other.answered()
    await note_contact(db, other)
    assert await outage_since(db) is None
    # What the first one saw is older than that answer.
    await note_contact(db, contact)
    assert await outage_since(db) is None
    clocks.wall.advance(timedelta(seconds=1))
    contact.failed()
    await note_contact(db, contact)
    assert await outage_since(db) is not None


async def test_an_old_answer_ends_nothing(db: Database, clocks: Clocks, contact: Contact) -> None:
    idle = Contact()
    idle.answered()
    await fail_for(clocks, contact, NOTICED_AFTER)
    await note_contact(db, contact)
    await note_contact(db, idle)
    assert await outage_since(db) is not None


async def test_two_processes_open_one(db: Database, clocks: Clocks, contact: Contact) -> None:
    other = Contact()
    other.answered()
    await fail_for(clocks, contact, NOTICED_AFTER)
    await fail_for(clocks, other, NOTICED_AFTER)
    await note_contact(db, contact)
    await note_contact(db, other)
    assert len((await rows(db))[0]) == 1
