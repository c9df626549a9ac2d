"""No page reads a table that grows with the business from end to end; `bench.page_growth` times it.

By EXPLAIN, in a crowd that is large enough for PostgreSQL to prefer an index where there is one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlmodel import col

from bench import bulk
from bench.page_paths import PATHS, Reader, readers
from bench.plans import full_scans, listening
from portal_app.identity import repository
from portal_app.kit import db as kit_db
from portal_app.kit.db import Database
from portal_app.memberships.models import Member, Membership
from portal_app.notifications.notices.repository import payments_told_of

CROWD = 2_000


async def _fill(url: str) -> list[Reader]:
    database = Database(url)
    actors = await bulk.subjects(database)
    await bulk.fill(database, CROWD)
    found = await readers(database, actors)
    await database.close()
    return found


@pytest.fixture(scope="module")
def crowd(module_database_url: str) -> tuple[str, Reader]:
    """A database with a crowd, and somebody in it."""
    return module_database_url, asyncio.run(_fill(module_database_url))[1]


@pytest.fixture
async def crowded(crowd: tuple[str, Reader]) -> AsyncIterator[tuple[Database, Reader]]:
    database = Database(crowd[0])
    kit_db.install(database)
    yield database, crowd[1]
    await database.close()


@pytest.mark.parametrize("path", PATHS)
async def test_no_page_scans_a_growing_table(crowded: tuple[Database, Reader], path: str) -> None:
    database, reader = crowded
    with listening(database) as statements:
        assert await PATHS[path](database, reader)
        if database.is_sqlite:
            # The hot read has a connection of its own, which nobody listens to.
            async with database.reading() as session:
                await session.execute(repository._SESSION_BY_TOKEN, {"token_digest": "digest1"})
    assert statements.seen
    assert await full_scans(database, statements) == []


async def test_news_of_a_payment_are_found_by_their_ids(
    crowded: tuple[Database, Reader],
) -> None:
    """As often as events come, however many payments there are."""
    database, _ = crowded
    with listening(database) as statements:
        async with database.reading() as session:
            told = {"intents": ["pi_1", "pi_2"], "invoices": ["in_1"], "checkouts": ["cs_1"]}
            await payments_told_of(session, **told)
    assert await full_scans(database, statements) == []


@pytest.mark.parametrize(
    ("asked", "table"),
    [
        (select(Membership).where(col(Membership.stripe_status) == "past_due"), "memberships"),
        (select(Member).where(col(Member.until_at).is_(None)).order_by(col(Member.id)), "members"),
    ],
)
async def test_a_scan_would_be_seen(
    crowded: tuple[Database, Reader], asked: object, table: str
) -> None:
    database, _ = crowded
    with listening(database) as statements:
        async with database.reading() as session:
            await session.execute(asked)  # type: ignore[call-overload]
    assert [scan.partition(":")[0] for scan in await full_scans(database, statements)] == [table]
