"""A rule as a condition that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, select

Condition = ColumnElement[bool]
MOST_NAMED: Final = 10
SYNC: Final = "run `portal sync`; if it stays, report it with these ids"
REPORT: Final = "this is a mistake of the portal: report it with these ids"


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of *model* for which *broken* holds are wrong; *mend* tells the operator what to do.

    *is_swept* is for tables that grow with the business and have no index for the condition: a
    timer looks at a slice of such a table each time.
    """

    name: str
    says: str
    mend: str
    model: Any
    broken: Callable[[], Condition]
    is_swept: bool = True

    @property
    def table(self) -> Table:
        table: Table = self.model.__table__
        return table

    def offenders(self, *within: Condition) -> Select[str]:
        """Ids of the rows that break it, MOST_NAMED at most."""
        identifier: ColumnElement[str] = self.table.c.id
        wrong = select(identifier).where(*within, self.broken())
        return wrong.order_by(identifier).limit(MOST_NAMED)
