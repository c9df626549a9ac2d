"""The SQL that a piece of code runs, and which tables the database reads from end to end for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import event

from portal_app.kit.db import Database

# These grow with the business; the other tables grow with the catalogue.
GROWING: Final = frozenset(
    {
        *("people", "email_addresses", "login_sessions", "login_codes", "customers"),
        *("payment_methods", "memberships", "members", "membership_subscriptions"),
        *("membership_events", "invoices", "payments", "setup_intents", "idempotent_requests"),
    }
)


@dataclass
class Statements:
    """What was executed: text and parameters as the driver got them."""

    seen: dict[str, Any] = field(default_factory=dict)


@contextmanager
def listening(database: Database) -> Iterator[Statements]:
    """Collects the SELECTs and UPDATEs that run inside, once each."""
    found = Statements()

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:  # noqa: ANN401
        if sql.startswith(("SELECT", "UPDATE")):
            found.seen.setdefault(sql, parameters)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def full_scans(database: Database, found: Statements) -> list[str]:
    """Growing tables that a statement reads from end to end, each with the statement."""
    scans = _sqlite_scans if database.is_sqlite else _postgres_scans
    return [
        f"{table}: {sql}"
        for sql, parameters in found.seen.items()
        for table in sorted(await scans(database, sql, parameters) & GROWING)
    ]


async def _sqlite_scans(database: Database, sql: str, parameters: Any) -> set[str]:  # noqa: ANN401
    async with database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
        steps = [str(row[3]) for row in rows]
    aliases = dict(re.findall(r"(?:FROM|JOIN) (\w+) AS (\w+)", sql))
    names = {alias: table for table, alias in aliases.items()}
    scanned = [match[1] for step in steps if (match := re.match(r"SCAN (\w+)", step))]
    return {names.get(name, name) for name in scanned}


async def _postgres_scans(database: Database, sql: str, parameters: Any) -> set[str]:  # noqa: ANN401
    async with database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        plan = rows.scalar_one()
    return set(_scanned_in((plan if isinstance(plan, list) else orjson.loads(plan))[0]["Plan"]))


def _scanned_in(node: dict[str, Any]) -> Iterator[str]:
    """Sequential scans, and walks along a whole index for want of a condition on it."""
    kind = node["Node Type"]
    if kind == "Seq Scan" or (
        kind in {"Index Scan", "Index Only Scan"} and "Index Cond" not in node
    ):
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _scanned_in(below)
