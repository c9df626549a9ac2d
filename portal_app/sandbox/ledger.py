"""What the account was asked to change, call by call, so that a test can count effects."""

import sqlite3
from dataclasses import dataclass

KEPT = 10_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, path TEXT NOT NULL, key TEXT,
  replayed INTEGER NOT NULL, status INTEGER NOT NULL
);
"""


@dataclass(frozen=True)
class LedgerEntry:
    """A call that reached the account; *replayed* ones only repeated an earlier answer."""

    method: str
    path: str
    idempotency_key: str | None
    replayed: bool
    status: int


class CallLedger:
    """The newest KEPT calls of the account's own file."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(_SCHEMA)

    def add(self, entry: LedgerEntry) -> None:
        with self._db:
            added = self._db.execute(
                "INSERT INTO calls (method, path, key, replayed, status) VALUES (?, ?, ?, ?, ?)",
                (entry.method, entry.path, entry.idempotency_key, entry.replayed, entry.status),
            )
            self._db.execute("DELETE FROM calls WHERE id <= ?", ((added.lastrowid or 0) - KEPT,))

    def entries(self) -> list[LedgerEntry]:
        """Oldest first."""
        rows = self._db.execute("SELECT method, path, key, replayed, status FROM calls ORDER BY id")
        return [
            LedgerEntry(method, path, key, bool(replayed), status)
            for method, path, key, replayed, status in rows
        ]

    def clear(self) -> None:
        """Inside the transaction of a reset."""
        self._db.execute("DELETE FROM calls")
