"""Many rows at once: past the ORM, through the driver's fastest way in (executemany, COPY).

`load(url, Model, rows)` fills what a row leaves out with the model's own defaults and stores each
value as the column's type would. `url` is a sync or async SQLAlchemy URL of SQLite or PostgreSQL.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlmodel import SQLModel

Row = Mapping[str, Any]


def load(url: str, model: type[SQLModel], rows: Iterable[Row]) -> None:
    """Insert *rows* in one transaction; ids must be given."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        _executemany(target, model, rows)
    else:
        _copy(target, model, rows)


def settle(url: str) -> None:
    """Let the planner know what was loaded, as it would after a while by itself."""
    target = make_url(url)
    if target.get_backend_name() == "postgresql":
        with psycopg.connect(_conninfo(target), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    else:
        with closing(sqlite3.connect(str(target.database))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        os.sync()  # or the first minutes of reading would compete with writing it all out


def _executemany(target: URL, model: type[SQLModel], rows: Iterable[Row]) -> None:
    names, values = _stored(model, rows, sqlite.dialect())
    places = ", ".join("?" * len(names))
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f'INSERT INTO "{_table(model).name}" ({columns}) VALUES ({places})'  # noqa: S608
    with closing(sqlite3.connect(str(target.database))) as connection, connection:
        # A file that is thrown away afterwards need not survive a power cut.
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-262144")
        connection.executemany(statement, values)


def _copy(target: URL, model: type[SQLModel], rows: Iterable[Row]) -> None:
    names, values = _stored(model, rows, postgresql.psycopg.dialect())
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(_table(model).name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with (
        psycopg.connect(_conninfo(target)) as connection,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in values:
            copy.write_row(row)


def _conninfo(target: URL) -> str:
    return target.set(drivername="postgresql").render_as_string(hide_password=False)


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _stored(
    model: type[SQLModel], rows: Iterable[Row], dialect: Dialect
) -> tuple[list[str], Iterator[list[Any]]]:
    """Column names, and each row's values in their order as the driver takes them."""
    table = _table(model)
    names = [name for name in model.model_fields if name in table.c]
    defaults = {
        name: model.model_fields[name].get_default(call_default_factory=True, validated_data={})
        for name in names
        if not model.model_fields[name].is_required() and name != "id"
    }
    store = [_processor(table, name, dialect) for name in names]
    complete = ({**defaults, **row} for row in rows)
    return names, (
        [put(row[name]) for name, put in zip(names, store, strict=True)] for row in complete
    )


def _processor(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any]:
    process = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return process if process is not None else lambda value: value
