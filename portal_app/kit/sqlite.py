"""How SQLAlchemy reaches SQLite: one visit to the connection's thread for each statement, or none.

aiosqlite makes four of a query (open, execute, fetch, close), and a visit costs several times what
SQLite does in it. Writers of one process wait for their turn in a queue: SQLite's own way is to
sleep and look again, up to a tenth of a second at a time, and the one who sleeps may find the lock
taken each time. Between processes that is still how it goes.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

import aiosqlite
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_cursor
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import await_only

# As long as `PRAGMA busy_timeout` lets a writer wait for one of another process.
LONGEST_WAIT: Final = 5.0
# A write lock taken at once can wait; one upgraded from a read lock can only fail.
BEGIN_WRITING: Final = "BEGIN IMMEDIATE"
Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """The driver of one engine, whose connections take turns at writing."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)
        self.turn = asyncio.Lock()

    def connect(self, *args: object, **options: object) -> Connection:
        plain: Any = super().connect(*args, **options)
        return Connection(self, plain._connection)  # noqa: SLF001 -- what it adapts


class Cursor(AsyncAdapt_aiosqlite_cursor):
    """Has all rows of its statement when that is done, and nothing open any more."""

    description: Any = None
    rowcount: int = -1
    arraysize: int = 1
    lastrowid: int = 0

    def __init__(self, connection: Connection) -> None:
        # Not SQLAlchemy's own, which opens a cursor in the thread first.
        self._own = connection
        self._rows = deque()

    def execute(self, operation: str, parameters: Parameters | None = None) -> None:
        if operation == BEGIN_WRITING:
            self._own.take_turn()
        self._take(partial(_execute, operation, parameters or ()))

    def executemany(self, operation: str, parameters: Sequence[Parameters]) -> None:
        self._take(partial(_execute, operation, parameters, many=True))

    def _take(self, work: Callable[[sqlite3.Connection], _Done]) -> None:
        self.description, self.rowcount, self.lastrowid, rows = self._own.run(work)
        self._rows = deque(rows)

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """There is nothing to close."""


_Done: TypeAlias = tuple[Any, int, int, list[Any]]


def _execute(
    operation: str,
    parameters: Parameters | Sequence[Parameters],
    connection: sqlite3.Connection,
    *,
    many: bool = False,
) -> _Done:
    cursor = connection.cursor()
    try:
        run: Callable[..., object] = cursor.executemany if many else cursor.execute
        run(operation, parameters)
        rows = cursor.fetchall() if cursor.description else []
        return cursor.description, cursor.rowcount, cursor.lastrowid or 0, rows
    finally:
        cursor.close()


class Connection(AsyncAdapt_aiosqlite_connection):
    """One connection; an *inline* transaction needs its thread to wait, not to work.

    Only BEGIN IMMEDIATE waits for a lock and only COMMIT for the disk. What lies between runs on
    the event loop, and should be statements that find few rows by an index.
    """

    def __init__(self, driver: Driver, connection: aiosqlite.Connection) -> None:
        super().__init__(driver, connection)  # type: ignore[arg-type]
        self._driver, self._thread = driver, connection
        self.inline = self._has_turn = False

    def cursor(self, server_side: bool = False) -> AsyncAdapt_dbapi_cursor:
        return super().cursor(server_side) if server_side else Cursor(self)

    def run(self, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        """*work* in the thread, or here in an inline transaction."""
        try:
            thread: Any = self._thread
            connection = thread._conn  # noqa: SLF001 -- aiosqlite offers no other way
            if self.inline:
                return work(connection)
            done: _Done = await_only(thread._execute(work, connection))  # noqa: SLF001
            return done  # noqa: TRY300
        except Exception as error:  # noqa: BLE001 -- SQLAlchemy knows what each one means
            self._handle_exception(error)

    def take_turn(self) -> None:
        """Before a writer begins. Raises sqlite3.OperationalError when others write too long."""
        await_only(self._take_turn())

    def commit(self) -> None:
        self.inline = False
        super().commit()
        self._give_turn()

    def rollback(self) -> None:
        self.inline = False
        try:
            super().rollback()
        finally:
            self._give_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._give_turn()

    def terminate(self) -> None:
        try:
            super().terminate()
        finally:
            self._give_turn()

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self._driver.turn.acquire()
        except TimeoutError as error:
            raise sqlite3.OperationalError("database is locked") from error
        self._has_turn = True

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._driver.turn.release()
