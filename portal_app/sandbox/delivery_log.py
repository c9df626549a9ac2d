"""Deliveries on disk: planned with the request that caused them, kept until they succeed."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from portal_app.sandbox.engine.webhooks import Delivery

_SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT NOT NULL, body BLOB NOT NULL,
  state TEXT NOT NULL, due REAL NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, status INTEGER
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due, id);
"""


@dataclass(frozen=True)
class Due:
    id: int
    endpoint: str
    body: bytes
    attempt: int


class DeliveryLog:
    """States: pending, sending, delivered, failed (no attempt left), lost (dropped on purpose)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        with db:
            db.executescript(_SCHEMA)
            db.execute("DELETE FROM deliveries WHERE state NOT IN ('pending', 'sending')")
            # The process that was sending these is gone; their receiver may get them twice.
            db.execute("UPDATE deliveries SET state = 'pending' WHERE state = 'sending'")

    def add(self, planned: Iterable[tuple[Delivery, bytes]]) -> None:
        """Deliveries with what they say, inside the transaction of the request that caused them."""
        self._db.executemany(
            "INSERT INTO deliveries (endpoint, body, state, due) VALUES (?, ?, ?, ?)",
            [
                (one.endpoint, body, "lost" if one.due is None else "pending", one.due or 0)
                for one, body in planned
            ],
        )

    def take(self, wall: float) -> Due | None:
        """The delivery that is due for the longest time; nobody else gets it."""
        row = self._db.execute(
            "SELECT id, endpoint, body, attempt FROM deliveries"
            " WHERE state = 'pending' AND due <= ? ORDER BY due, id LIMIT 1",
            (wall,),
        ).fetchone()
        if row is None:
            return None
        self._set(row[0], "sending")
        return Due(*row)

    def next_due(self) -> float | None:
        row = self._db.execute("SELECT min(due) FROM deliveries WHERE state = 'pending'").fetchone()
        return None if row[0] is None else float(row[0])

    def done(self, due: Due, status: int | None) -> None:
        self._set(due.id, "delivered", status)

    def again(self, due: Due, status: int | None, *, at: float) -> None:
        with self._db:
            self._db.execute(
                "UPDATE deliveries SET state = 'pending', status = ?, due = ?,"
                " attempt = attempt + 1 WHERE id = ?",
                (status, at, due.id),
            )

    def failed(self, due: Due, status: int | None) -> None:
        self._set(due.id, "failed", status)

    def _set(self, identifier: int, state: str, status: int | None = None) -> None:
        with self._db:
            self._db.execute(
                "UPDATE deliveries SET state = ?, status = ? WHERE id = ?",
                (state, status, identifier),
            )

    def counts(self) -> dict[str, int]:
        """How many there are of each state; `sending` counts as pending."""
        found = dict.fromkeys(("pending", "delivered", "failed", "lost"), 0)
        for state, count in self._db.execute("SELECT state, count(*) FROM deliveries GROUP BY 1"):
            found["pending" if state == "sending" else state] += count
        return found

    def clear(self) -> None:
        """Inside the transaction of a reset."""
        self._db.execute("DELETE FROM deliveries")
