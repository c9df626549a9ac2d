"""What `kit.db` promises about transactions, kept by both databases."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import col

from portal_app.identity.models import Person
from portal_app.kit import db as kit_db
from portal_app.kit import sqlite as kit_sqlite
from portal_app.kit.db import Database
from tests.databases import _make_engine
from tests.factories import make_email, make_person
from tests.postgres_server import PostgresServer

PEOPLE = select(func.count()).select_from(Person)


async def _people(db: Database) -> int:
    async with db.reading() as session:
        return int(await session.scalar(PEOPLE) or 0)


async def test_each_test_starts_with_empty_tables(db: Database) -> None:
    assert await _people(db) == 0
    async with db.unit_of_work() as session:
        await make_person(session)
    assert await _people(db) == 1


@pytest.mark.parametrize("inline", [False, True])
async def test_a_unit_of_work_that_fails_leaves_nothing(db: Database, *, inline: bool) -> None:
    with suppress(ZeroDivisionError):
        async with db.unit_of_work(inline=inline) as session:
            await make_person(session)
            raise ZeroDivisionError
    assert await _people(db) == 0


async def test_a_read_sees_one_moment_and_writers_do_not_wait_for_it(db: Database) -> None:
    async with db.reading() as session:
        assert await session.scalar(PEOPLE) == 0
        async with db.unit_of_work() as writing:
            await make_person(writing)
        assert await session.scalar(PEOPLE) == 0
    assert await _people(db) == 1


async def test_what_a_read_writes_is_not_kept(db: Database) -> None:
    async with db.reading() as session:
        with suppress(DBAPIError):
            await make_person(session)
    assert await _people(db) == 0


async def test_a_hot_read_sees_what_was_committed_since(db: Database) -> None:
    name = select(col(Person.name).label("name"))
    assert await db.read_one(name, {}) is None
    async with db.unit_of_work() as session:
        await make_person(session, name="Ada")
    row = await db.read_one(name, {})
    assert row is not None
    assert row["name"] == "Ada"


async def test_connections_that_postgresql_closed_are_replaced(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    db = Database(postgres_url)
    assert await _people(db) == 0
    with postgres_server.connect() as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s "
            "AND application_name = ''",
            [db.url.database],
        ).fetchall()
    assert ended
    assert await _people(db) == 0
    assert await db.read_one(select(col(Person.name)), {}) is None
    await db.close()


async def test_an_error_of_the_database_names_no_value(db: Database) -> None:
    async with db.unit_of_work() as session:
        person = await make_person(session, "ada@example.com")
    with pytest.raises(DBAPIError) as refused:
        async with db.unit_of_work() as session:
            await make_email(session, person, address="ada@example.com", id="email_canary")
    assert "email_canary" not in str(refused.value)


async def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'a #b %41' / 'portal.db'}")
    one = select(func.count().label("rows"))
    async with database.reading() as session:
        assert await session.scalar(one) == 1
    row = await database.read_one(one, {})
    assert row is not None
    assert row["rows"] == 1
    await database.close()


@pytest.fixture
async def sqlite(tmp_path: Path, migrated_sqlite: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'own.db')}")
    yield database
    await database.close()


async def test_sqlite_lets_writers_write_in_the_order_they_came(sqlite: Database) -> None:
    wrote: list[str] = []

    async def write(name: str) -> None:
        async with sqlite.unit_of_work() as session:
            await make_person(session, f"{name}@example.com")
            wrote.append(name)

    # Three connections are there, so that nobody comes late because of one.
    async with sqlite.reading() as one, sqlite.reading() as two, sqlite.reading() as three:
        for session in (one, two, three):
            await session.execute(PEOPLE)
    async with sqlite.unit_of_work() as session:
        await session.execute(PEOPLE)
        waiting = [asyncio.create_task(write(name)) for name in ("first", "second")]
        await asyncio.sleep(0)
    await write("last")
    await asyncio.gather(*waiting)
    assert wrote == ["first", "second", "last"]


async def test_a_writer_that_is_broken_off_keeps_nobody_waiting(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = asyncio.Event()

    async def write() -> None:
        async with sqlite.unit_of_work() as session:
            await make_person(session)
            began.set()
            await asyncio.Event().wait()

    writing = asyncio.create_task(write())
    await began.wait()
    monkeypatch.setattr(kit_sqlite, "LONGEST_WAIT", 0.01)
    with pytest.raises(DBAPIError, match="locked"):
        async with sqlite.unit_of_work() as session:
            await session.execute(PEOPLE)
    monkeypatch.undo()
    writing.cancel()
    await asyncio.wait([writing])
    async with sqlite.unit_of_work() as session:
        await make_person(session)
    assert await _people(sqlite) == 1


async def test_an_inline_unit_of_work_keeps_the_loop_between_its_beginning_and_its_commit(
    sqlite: Database,
) -> None:
    others: list[str] = []
    async with sqlite.unit_of_work(inline=True) as session:
        await session.execute(PEOPLE)  # it begins here
        asyncio.get_running_loop().call_soon(others.append, "somebody else")
        await make_person(session)
        assert await session.scalar(PEOPLE) == 1
        assert others == []
    assert others == ["somebody else"]
    assert await _people(sqlite) == 1


async def test_a_server_that_was_away_at_first_is_used_once_it_answers(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the driver has to ask a server for once, it asks when it first reaches it."""
    monkeypatch.setattr(kit_db, "_engine", _make_engine)
    name = postgres_server.create()
    database = Database(postgres_server.url("portal_later"))
    with pytest.raises(OperationalError):
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
    with postgres_server.connect() as connection:
        connection.execute(f"ALTER DATABASE {name} RENAME TO portal_later")
    for _ in range(2):
        async with database.reading() as session:
            assert await session.scalar(text("SELECT 1")) == 1
    await database.close()
