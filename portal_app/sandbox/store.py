"""The account on disk: one row per object, one transaction per mutating request."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from portal_app.sandbox.claim import Claim
from portal_app.sandbox.delivery_log import DeliveryLog
from portal_app.sandbox.engine.webhooks import Delivery
from portal_app.sandbox.engine.world import Obj, World
from portal_app.sandbox.ledger import CallLedger

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS account (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS replies (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
  wall INTEGER NOT NULL
);
"""
# docs.stripe.com/api/idempotent_requests: keys can be removed after 24 hours. Wall time, because
# a customer who advances the demo's clock does not make a client's retry a new request.
REPLY_LIFE = 24 * 3600


@dataclass(frozen=True)
class Reply:
    """The stored answer to an idempotency key; `fingerprint` stands for endpoint and parameters."""

    fingerprint: str
    status: int
    body: str


class Store:
    """SQLite, or memory when `path` is None. Callers hold the account's lock.

    `base` is where this process serves the account. Raises AccountInUse when another one does.
    """

    def __init__(self, path: Path | None, base: str = "") -> None:
        self._claim: Claim | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._claim = Claim(path, base)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA busy_timeout=5000")
        self._db.executescript(_SCHEMA)
        self.deliveries = DeliveryLog(self._db)
        self.ledger = CallLedger(self._db)

    def close(self) -> None:
        self._db.close()
        if self._claim is not None:
            self._claim.release()

    def load(self, *, wall: int) -> World:
        """The persisted account, or an empty one whose clock stands at `wall`."""
        with self._db:
            self._db.execute("DELETE FROM replies WHERE wall < ?", (wall - REPLY_LIFE,))
        account = dict(self._db.execute("SELECT key, value FROM account").fetchall())
        world = World(now=account.get("now", wall))
        world.counter = account.get("counter", 0)
        rows = self._db.execute("SELECT body FROM objects ORDER BY seq")
        world.load_all(orjson.loads(body) for (body,) in rows)
        return world

    def reply(self, key: str) -> Reply | None:
        row = self._db.execute(
            "SELECT fingerprint, status, body FROM replies WHERE key = ?", (key,)
        ).fetchone()
        return Reply(*row) if row else None

    def save(
        self,
        world: World,
        *,
        key: str | None,
        reply: Reply | None,
        wall: int,
        planned: Iterable[tuple[Delivery, bytes]] = (),
    ) -> None:
        """Everything that the request changed, its deliveries and its answer, or nothing."""
        written, removed = world.changes()
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", _rows(written))
            self._db.executemany("DELETE FROM objects WHERE id = ?", ((i,) for i in removed))
            self._db.executemany(
                "INSERT OR REPLACE INTO account VALUES (?, ?)",
                (("now", world.now), ("counter", world.counter)),
            )
            self.deliveries.add(planned)
            if key is not None and reply is not None:
                self._db.execute(
                    "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?)",
                    (key, reply.fingerprint, reply.status, reply.body, wall),
                )

    def clear(self) -> None:
        with self._db:
            for table in ("objects", "account", "replies"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
            self.deliveries.clear()
            self.ledger.clear()


def _rows(objects: Iterable[Obj]) -> Iterable[tuple[str, int, str]]:
    for obj in objects:
        yield obj["id"], obj["_seq"], orjson.dumps(obj).decode()


def read_clock(path: Path) -> datetime | None:
    """The persisted now of the account (aware UTC), None while there is no account yet.

    Opens the file read-only for one row, so that a business clock may ask often.
    """
    if not path.exists():
        return None
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            row: Any = connection.execute("SELECT value FROM account WHERE key = 'now'").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError:
        # Asked between the creation of the file and of its tables.
        return None
    return datetime.fromtimestamp(row[0], UTC) if row else None
