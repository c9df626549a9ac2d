"""Migrations run against the URL of the settings, or the one a caller put into the config."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection, text
from sqlmodel import SQLModel

from portal_app import registry
from portal_app.kit.columns import UtcDateTime
from portal_app.kit.db import Database
from portal_app.settings import get_settings

# Any number that no other program takes a lock by in this database.
LOCK_KEY = int.from_bytes(b"portal")
assert registry  # importing it fills the metadata  # noqa: S101


def _render(kind: str, item: Any, _context: AutogenContext) -> str | bool:  # noqa: ANN401
    if kind == "type" and isinstance(item, UtcDateTime):
        return "columns.UtcDateTime()"
    if kind == "type" and isinstance(item, JSON):
        return "columns.json_type()"
    return False


@contextmanager
def _turn_on_this_machine(database: Database) -> Iterator[None]:
    """Let one process migrate a SQLite file at a time.

    Its own write lock is given up between two migrations, and the next process would start with a
    list of what is still to do that is no longer true.
    """
    if not (database.is_sqlite and database.url.database):
        yield
        return
    with Path(f"{database.url.database}.migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wait_for_turn(connection: Connection) -> None:
    """The same on PostgreSQL, among all machines.

    An advisory lock belongs to the connection and ends with it; the commit keeps each migration in
    a transaction of its own.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
        connection.commit()


def _migrate(connection: Connection) -> None:
    _wait_for_turn(connection)
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or get_settings().database_url
    database = Database(url)
    with _turn_on_this_machine(database):
        async with database.engine.connect() as connection:
            await connection.run_sync(_migrate)
            await connection.commit()
    await database.close()


asyncio.run(_run())
