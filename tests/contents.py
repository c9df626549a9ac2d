"""Everything that stands in a database, whichever kind it is, for before/after comparisons."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, MetaData, create_engine

Rows = dict[str, list[tuple[Any, ...]]]


def sync_engine(url: str) -> Engine:
    """Beside the portal's own connections: blocking, and without its event hooks."""
    return create_engine(url.replace("+aiosqlite", ""))


def contents(url: str) -> Rows:
    """Every table's rows."""
    engine = sync_engine(url)
    try:
        metadata = MetaData()
        metadata.reflect(engine)
        with engine.connect() as connection:
            return {
                name: [tuple(row) for row in connection.execute(table.select())]
                for name, table in sorted(metadata.tables.items())
            }
    finally:
        engine.dispose()


def dump(url: str) -> str:
    """Every value of every row as text, to look for what must not be kept."""
    return "\n".join(repr(row) for rows in contents(url).values() for row in rows)
