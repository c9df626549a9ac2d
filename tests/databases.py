"""Databases for tests: at the newest schema or empty, on SQLite and on PostgreSQL.

A test that asks for `db` (or `database_url`, `empty_database_url`) runs once on each. The schema is
made by the migrations, once a session: SQLite's file is copied for each test, PostgreSQL's rows are
deleted before each.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import literal, select, text, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from portal_app.invariants.rules import CONTRADICTIONS
from portal_app.kit import db as kit_db
from tests.postgres_server import PostgresServer, empty, running_postgres

INI = Path(__file__).parents[1] / "alembic.ini"
KINDS = ("sqlite", "postgresql")


def alembic_config(url: str) -> Config:
    """Alembic as the `portal` command calls it, on the database at *url*."""
    config = Config(str(INI))
    config.set_main_option("sqlalchemy.url", url)
    return config


def _sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The worker's PostgreSQL; a machine without one fails here, as no test may be skipped."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """Name of a database at the newest schema, for `PostgresServer.create` to copy."""
    name = postgres_server.create()
    command.upgrade(alembic_config(postgres_server.url(name)), "head")
    return name


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "portal.db"
    command.upgrade(alembic_config(_sqlite_url(path)), "head")
    return path


@pytest.fixture(scope="session")
def _emptied_postgres(
    postgres_server: PostgresServer, migrated_postgres: str
) -> Iterator[tuple[Any, list[str], str]]:
    """The database that tests share, one after the other, and how to empty it."""
    name = postgres_server.create(migrated_postgres)
    with postgres_server.connect(name) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [str(row[0]) for row in rows if row[0] != "alembic_version"]
        yield connection, tables, postgres_server.url(name)


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    return _sqlite_url(Path(shutil.copy(migrated_sqlite, tmp_path / "portal.db")))


@pytest.fixture
def postgres_url(_emptied_postgres: tuple[Any, list[str], str]) -> str:
    connection, tables, url = _emptied_postgres
    empty(connection, tables)
    return url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database at the newest schema without rows, on each kind in turn."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(scope="module", params=KINDS)
def module_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """As `database_url`, for a server that a whole module's tests speak with."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("migrated_sqlite")
        return _sqlite_url(Path(shutil.copy(template, tmp_path_factory.mktemp("database"))))
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url(server.create(request.getfixturevalue("migrated_postgres")))


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table, for tests of the migrations."""
    if request.param == "sqlite":
        return _sqlite_url(tmp_path / "empty.db")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url(server.create())


@cache
def _contradictions(kind: str) -> str:
    """All rules in one query, written once: an engine compiles anew what it has not met before."""
    broken = [rule.offenders().subquery() for rule in CONTRADICTIONS]
    named = [
        select(literal(rule.name), rows.c.id)
        for rule, rows in zip(CONTRADICTIONS, broken, strict=True)
    ]
    dialect = sqlite.dialect() if kind == "sqlite" else postgresql.dialect()
    query = union_all(*named).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return str(query)


async def contradictions(database: kit_db.Database) -> list[tuple[str, str]]:
    """Rules and rows that break them, as `portal doctor` would say."""
    query = text(_contradictions("sqlite" if database.is_sqlite else "postgresql"))
    async with database.reading() as session:
        return [(str(rule), str(row)) for rule, row in await session.execute(query)]


_spoken: dict[str, Any] = {}
_make_engine = kit_db._engine


def _engine(url: str, *, is_sqlite: bool) -> AsyncEngine:
    """A new engine that knows what earlier ones of its kind compiled.

    SQLAlchemy keeps what it has compiled by dialect, and gives each engine one of its own; with a
    database for each test, that is most of what tests spend their time on.
    """
    engine = _make_engine(url, is_sqlite=is_sqlite)
    kept = _spoken.get(engine.name)
    if kept is None or not hasattr(kept.dialect, "default_isolation_level"):
        # None yet, or one that has never reached its server: its dialect knows nothing of it.
        kept = _spoken[engine.name] = engine.sync_engine
    kept._compiled_cache.capacity = 10_000
    engine.sync_engine.dialect = engine.sync_engine.pool._dialect = kept.dialect
    engine.sync_engine._compiled_cache = kept._compiled_cache
    return engine


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    kit_db._engine = _engine
    yield
    kit_db._engine = _make_engine


@pytest.fixture
async def db(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[kit_db.Database]:
    """The process's database for this test.

    It must not contradict itself afterwards, unless the test is marked `contradictory(why)`.
    """
    database = kit_db.Database(database_url)
    kit_db.install(database)
    yield database
    try:
        if request.node.get_closest_marker("contradictory") is None:
            assert await contradictions(database) == []
    finally:
        await database.close()
