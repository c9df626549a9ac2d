"""A SELECT, prepared once: the whole database cost of a hot GET.

`Database.read_all` answers SQLite inline with what the driver stores (texts and integers) and
PostgreSQL with Python values; both are brought to the same typed row here, without the ORM.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import JSON, Boolean, Select
from sqlalchemy.types import TypeEngine

from portal_app.kit.columns import UtcDateTime
from portal_app.kit.db import database

Row = TypeVar("Row")
Decoder = Callable[[Any], Any]


def _moment(value: Any) -> Any:  # noqa: ANN401
    """SQLite stores UTC without saying so."""
    return datetime.fromisoformat(f"{value}+00:00") if isinstance(value, str) else value


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
        self._decoders = [
            (place, decoder)
            for place, column in enumerate(statement.selected_columns)
            if (decoder := _decoder_of(column.type))
        ]

    async def first(self, **params: object) -> Row | None:
        rows = await database().read_all(self.statement, params)
        return self._decoded(rows[0]) if rows else None

    async def all(self, **params: object) -> list[Row]:
        """Every row; the statement has a limit of its own."""
        rows = await database().read_all(self.statement, params)
        return [self._decoded(row) for row in rows]

    def _decoded(self, row: Any) -> Row:  # noqa: ANN401
        values = list(row)
        for place, decode in self._decoders:
            if (value := values[place]) is not None:
                values[place] = decode(value)
        return self._make(*values)
