"""Everything that is kept about a person, as plain values (GDPR Art. 15 and 20).

It follows the foreign keys from the person, so that a table that is added later is in it without
anybody thinking of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from portal_app.identity.actor import Actor

# Secrets, and what only we need to find a row by.
_NEVER: Final = frozenset({"nonce", "code_verifier", "address_key", "email_key", "payload"})
# Of these the person is not the owner: a company's, and what is shown in the shop.
_SHARED: Final = frozenset({"companies", "products", "plans", "portal_configurations", "api_keys"})
_ROOT: Final = "people"


async def everything_about(session: AsyncSession, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, of the person's own and of what hangs on them; no secret, no digest.

    A membership and its history are the current holder's (design.md §5), an invoice its payer's.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for table in SQLModel.metadata.sorted_tables:
        condition = _owned(table, found, actor)
        if condition is not None:
            rows = await session.execute(select(table).where(condition).order_by(table.c[0]))
            found[table.name] = [dict(row) for row in rows.mappings()]
    return {str(name): [_plain(row) for row in rows] for name, rows in found.items() if rows}


def _owned(
    table: Table, found: dict[str, list[dict[str, Any]]], actor: Actor
) -> ColumnElement[bool] | None:
    """Which rows of *table* are the actor's; None for a table that is nobody's."""
    if table.name == _ROOT:
        return table.c.id == actor.person_id
    if table.name in _SHARED:
        return None
    if table.name == "memberships":
        return table.c.id.in_(_held(actor))
    keys = dict(_references(table))
    if _ROOT in keys:
        return table.c[keys[_ROOT]] == actor.person_id
    own = [name for name in keys if name in found]
    if not own:
        return None
    nearest = "memberships" if "memberships" in own else own[-1]
    ids = [row["id"] for row in found[nearest]]
    return table.c[keys[nearest]].in_(ids) if ids else false()


def _references(table: Table) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        for key in column.foreign_keys:
            yield key.column.table.name, column.name


def _held(actor: Actor) -> Any:  # noqa: ANN401 -- a subquery
    members = SQLModel.metadata.tables["members"]
    now_held = and_(members.c.person_id == actor.person_id, members.c.until_at.is_(None))
    return select(members.c.membership_id).where(now_held)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {str(name): _text(value) for name, value in row.items() if not _is_secret(name)}


def _is_secret(column: str) -> bool:
    return column in _NEVER or column.endswith(("digest", "_secret"))


def _text(value: Any) -> Any:  # noqa: ANN401 -- whatever a column holds
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
