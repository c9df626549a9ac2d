"""The database: engine, units of work, and inline reads for hot paths.

SQLite runs with WAL, `synchronous=FULL` (money), foreign keys and `BEGIN IMMEDIATE`; PostgreSQL
through psycopg 3. Nobody else opens a connection.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Connection, Executable, event
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from portal_app.kit.sqlite import BEGIN_WRITING, Driver

PRAGMAS = (
    # First, because the change to WAL may have to wait for another process too.
    "PRAGMA busy_timeout=5000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)

# WAL gives a SQLite reader one snapshot by itself.
_SQLITE_SNAPSHOT: Final[dict[str, Any]] = {"reading": True}
_POSTGRES_SNAPSHOT: Final[dict[str, Any]] = {
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}


class Database:
    """One database of the process; `url` carries an async driver."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(url, is_sqlite=self.is_sqlite)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        snapshot = _SQLITE_SNAPSHOT if self.is_sqlite else _POSTGRES_SNAPSHOT
        self._reading = self.engine.execution_options(**snapshot)
        # Without a meaning on PostgreSQL, whose driver waits without a thread.
        self._inline = self.engine.execution_options(inline=True)
        self._reading_inline = self._reading.execution_options(inline=True)
        self._reader: sqlite3.Connection | None = None

    @asynccontextmanager
    async def unit_of_work(self, *, inline: bool = False) -> AsyncIterator[AsyncSession]:
        """One write transaction: committed at the end, rolled back on any error.

        On SQLite the statements of an *inline* one run on the loop itself: for a few that find
        their rows by an index. Its beginning and its commit wait elsewhere as ever.
        """
        bind = self._inline if inline else self.engine
        async with self._sessions(bind=bind) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self, *, inline: bool = False) -> AsyncIterator[AsyncSession]:
        """One read transaction: all its queries see the same moment, and none may write.

        On SQLite it takes no write lock. PostgreSQL refuses a write, FOR UPDATE included.
        *inline* as above.
        """
        async with self._sessions(
            bind=self._reading_inline if inline else self._reading
        ) as session:
            yield session

    async def read_one(self, statement: Executable, params: Mapping[str, Any]) -> Any | None:  # noqa: ANN401
        """First row of a SELECT by its columns' names, for hot paths; see `read_all`."""
        rows = await self.read_all(statement, params)
        if not rows:
            return None
        return rows[0] if self.is_sqlite else rows[0]._mapping  # noqa: SLF001 -- a public name

    async def read_all(self, statement: Executable, params: Mapping[str, Any]) -> Sequence[Any]:
        """Every row of a SELECT that is bounded, for hot paths: values in the columns' order.

        SQLite answers inline on the loop (WAL readers never wait, a hop to a thread costs ten
        times the read); PostgreSQL on an autocommit connection.
        """
        if self.is_sqlite:
            return self._read_inline(statement, params)
        async with self.engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            return (await autocommit.execute(statement, dict(params))).all()

    def _read_inline(self, statement: Executable, params: Mapping[str, Any]) -> Sequence[Any]:
        if self._reader is None:
            path = Path(self.url.database or "").resolve()
            self._reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
            self._reader.row_factory = sqlite3.Row
            self._reader.isolation_level = None
        sql, binds = _compiled(statement)
        values = [bind.value_of(params) for bind in binds]
        return self._reader.execute(sql, values).fetchall()

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        await self.engine.dispose()


class _Bind(NamedTuple):
    """One parameter: its name, the value the statement brings along (a LIMIT), how it is stored."""

    name: str
    required: bool
    value: Any
    store: Callable[[Any], Any] | None

    def value_of(self, params: Mapping[str, Any]) -> Any:  # noqa: ANN401
        value = params[self.name] if self.required else params.get(self.name, self.value)
        return self.store(value) if self.store is not None else value


# Compiled once per statement, for as long as somebody keeps the statement.
_SQL: WeakKeyDictionary[Executable, tuple[str, tuple[_Bind, ...]]] = WeakKeyDictionary()
_SQLITE = sqlite_dialect.dialect(paramstyle="qmark")


def _compiled(statement: Executable) -> tuple[str, tuple[_Bind, ...]]:
    """SQLite text and its parameters in order."""
    known = _SQL.get(statement)
    if known is None:
        compiled = statement.compile(dialect=_SQLITE)  # type: ignore[attr-defined]
        names = compiled.positiontup or ()
        binds = tuple(_bind(name, compiled.binds[name]) for name in names)
        known = _SQL[statement] = (str(compiled), binds)
    return known


def _bind(name: str, bind: BindParameter[Any]) -> _Bind:
    store = bind.type.dialect_impl(_SQLITE).bind_processor(_SQLITE)
    return _Bind(name, bind.required, bind.value, store)


def _engine(url: str, *, is_sqlite: bool) -> AsyncEngine:
    # Parameters are addresses, digests, comments: they have no place in a traceback.
    if not is_sqlite:
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_async_engine(url, hide_parameters=True, module=Driver())
    event.listen(engine.sync_engine, "connect", _on_sqlite_connect)
    event.listen(engine.sync_engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: Any, _record: object) -> None:  # noqa: ANN401
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    options, adapted = connection.get_execution_options(), _adapted(connection)
    if options.get("reading", False):
        adapted.inline = options.get("inline", False)
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql(BEGIN_WRITING)
        adapted.inline = options.get("inline", False)


def _adapted(connection: Connection) -> Any:  # noqa: ANN401 -- SQLAlchemy's types don't know it
    return connection.connection.dbapi_connection


_current: list[Database] = []


def install(database: Database) -> None:
    """Make *database* the process's; the composition root and tests do this, nobody else."""
    _current[:] = [database]


def database() -> Database:
    """The process's database; LookupError before the composition root has run."""
    if not _current:
        raise LookupError("no database was installed")
    return _current[0]
