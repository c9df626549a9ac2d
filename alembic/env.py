"""Migrations run against the URL of the settings, or the one a caller put into the config."""

from __future__ import annotations

import asyncio
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection
from sqlmodel import SQLModel

from portal_app import registry
from portal_app.kit.columns import UtcDateTime
from portal_app.kit.db import Database
from portal_app.settings import get_settings

assert registry  # importing it fills the metadata  # noqa: S101


def _render(kind: str, item: Any, _context: AutogenContext) -> str | bool:  # noqa: ANN401
    if kind == "type" and isinstance(item, UtcDateTime):
        return "columns.UtcDateTime()"
    if kind == "type" and isinstance(item, JSON):
        return "columns.json_type()"
    return False


def _migrate(connection: Connection) -> None:
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
    async with database.engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await database.close()


asyncio.run(_run())
