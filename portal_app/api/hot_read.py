"""A SELECT, prepared once: the whole database cost of a hot GET.

`Database.read_all` answers SQLite inline with what the driver stores (texts and integers) and
PostgreSQL with Python values; both are brought to the same typed row here, without the ORM.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import JSON, Boolean, Select
from sqlalchemy.types import TypeEngine

from portal_app.kit.columns import UtcDateTime
from portal_app.kit.db import database

Row = TypeVar("Row")
Decoder = Callable[[Any], Any]


def _moment(value: Any) -> Any:  # noqa: ANN401
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def _document(value: Any) -> Any:  # noqa: ANN401
    return orjson.loads(value) if isinstance(value, str) else value


def _decoder_of(kind: TypeEngine[Any]) -> Decoder | None:
    if isinstance(kind, UtcDateTime):
        return _moment
    if isinstance(kind, JSON):
        return _document
    return bool if isinstance(kind, Boolean) else None


class HotRead(Generic[Row]):
    """*statement* read into *make*, which takes the columns in the order they are selected.

    Build it once, not per request: what the statement compiles to is kept as long as it is.
    """

    def __init__(self, statement: Select[Any], make: Callable[..., Row]) -> None:
        self.statement = statement
        self._make = make
        columns = list(statement.selected_columns)
        names = [column.key or "" for column in columns]
        # `itemgetter` of a single name would give the value and not a tuple of one.
        self._values = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
        self._decoders = [
            (place, decoder)
            for place, column in enumerate(columns)
            if (decoder := _decoder_of(column.type))
        ]

    async def first(self, **params: object) -> Row | None:
        row = await database().read_one(self.statement, params)
        return None if row is None else self._decoded(row)

    async def all(self, **params: object) -> list[Row]:
        """Every row; the statement has a limit of its own."""
        rows = await database().read_all(self.statement, params)
        return [self._decoded(row) for row in rows]

    def _decoded(self, row: Any) -> Row:  # noqa: ANN401
        values = list(self._values(row))
        for place, decode in self._decoders:
            if values[place] is not None:
                values[place] = decode(values[place])
        return self._make(*values)
