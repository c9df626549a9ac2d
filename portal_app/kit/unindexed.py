"""A column as a mere filter, so that SQLite leads with the index that was meant to lead.

SQLite keeps no statistics of ours and takes two indexes on one equality each for equally good; a
unary plus takes a column out of that choice (sqlite.org/optoverview.html, “Disqualifying WHERE
Clause Terms Using Unary "+"”).
PostgreSQL counts its rows and needs no such help; an expression would only spoil its estimates.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import String


class unindexed(FunctionElement[str]):  # noqa: N801 -- stands where an SQL function would
    """A text column on which no index of SQLite's is used."""

    name = "unindexed"
    type = String()
    inherit_cache = True


@compiles(unindexed)
def _plain(element: unindexed, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return str(compiler.process(element.clauses, **options))


@compiles(unindexed, "sqlite")
def _with_plus(element: unindexed, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"+{compiler.process(element.clauses, **options)}"
