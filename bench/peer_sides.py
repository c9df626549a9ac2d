"""The two sides of `peer.py`: the portal and the peer, each served with its database."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import posting
from bench.backlog import KEY
from bench.intake import MAIL, SECRET
from bench.serving import ROOT, Served, served, served_by_gunicorn

PINS = ROOT / "bench" / "peer_constraints.txt"
ENVIRONMENT = ROOT / "build" / "peer"
ENDPOINT = str(uuid.UUID(int=1))
AT_A_TIME = 8


@dataclass(frozen=True)
class Kind:
    """Where a side takes events, and what it says of them: tables and conditions in SQL."""

    path: str
    accepted: str
    applied: str
    waiting: str


OURS = Kind(
    path=posting.PATH,
    accepted="inbox",
    applied="inbox WHERE handled_at IS NOT NULL AND last_error = ''",
    waiting="inbox WHERE handled_at IS NULL AND dead_at IS NULL",
)
PEER = Kind(
    path=f"/stripe/webhook/{ENDPOINT}/",
    accepted="djstripe_webhookeventtrigger WHERE valid",
    applied="djstripe_webhookeventtrigger WHERE valid AND processed",
    # It applies an event before it answers.
    waiting="djstripe_webhookeventtrigger WHERE false",
)


@dataclass(frozen=True)
class Rate:
    """Events in a second, and what each cost the server's processor, in milliseconds."""

    per_second: float
    cpu_ms: float


@dataclass(frozen=True)
class Side:
    """One server with one database, ready to be measured."""

    kind: Kind
    url: str
    server: Served

    def accept(self, given: list[posting.Signed], *, seconds: int) -> Rate:
        """How fast *given*, which has to last for *seconds*, is stored and answered."""
        before, cpu = self._count(self.kind.accepted), self.server.cpu_seconds()
        posting.flood(self.server.port, given, seconds=seconds, path=self.kind.path)
        return self._rate(self._count(self.kind.accepted) - before, seconds, cpu)

    def apply(self, given: list[posting.Signed]) -> Rate:
        """How fast each of *given* is stored, answered and worked on."""
        before, cpu = self._count(self.kind.applied), self.server.cpu_seconds()
        began = time.perf_counter()
        asyncio.run(posting.once(self.server.port, given, path=self.kind.path, at_a_time=AT_A_TIME))
        while self._count(self.kind.waiting):
            time.sleep(0.02)
        took = time.perf_counter() - began
        count = self._count(self.kind.applied) - before
        if count != len(given):
            raise RuntimeError(f"{count} of {len(given)} events were applied")
        return self._rate(count, took, cpu)

    def forget(self) -> None:
        """Leave nothing for our worker to do, so that it does not disturb what comes next."""
        _execute(self.url, "UPDATE inbox SET handled_at = received_at WHERE handled_at IS NULL")
        time.sleep(2)  # The batch that it has begun goes on.

    def _count(self, what: str) -> int:
        return _execute(self.url, f"SELECT count(*) FROM {what}")  # noqa: S608 -- our own words

    def _rate(self, count: int, seconds: float, cpu: float) -> Rate:
        spent = self.server.cpu_seconds() - cpu
        return Rate(per_second=count / seconds, cpu_ms=spent / count * 1000)


def _execute(url: str, statement: str) -> int:
    """The one number that *statement* answers; 0 when it answers nothing."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.partition(":///")[2], timeout=20)) as connection:
            row = connection.execute(statement).fetchone()
            connection.commit()
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
    return int(row[0]) if row else 0


@contextmanager
def ours(url: str, stripe: str, *, worker: bool) -> Iterator[Side]:
    """One web process of the portal; with *worker* it applies events too, as it does by default."""
    environment = {
        "PORTAL_DATABASE_URL": url,
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_API_BASE": stripe,
        **MAIL,
    }
    factory = "portal" if worker else "without_worker"
    with served(f"bench.intake_served:{factory}", **environment) as server:
        yield Side(OURS, url, server)


@contextmanager
def peer(url: str, stripe: str, *, applies: bool) -> Iterator[Side]:
    """One process of the peer, its database prepared; it *applies* events before it answers."""
    environment = _environment(url, stripe) | ({} if applies else {"PEER_ACCEPTS_ONLY": "1"})
    target = "bench.peer_django:application"
    with served_by_gunicorn(_python(), target, **environment) as server:
        yield Side(PEER, url, server)


def prepare(url: str, stripe: str) -> str:
    """Make the peer's tables and its endpoint in the empty database *url*, and return that."""
    subprocess.run(
        [_python(), "-m", "bench.peer_prepare"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), **_environment(url, stripe)},
        check=True,
    )
    return url


def _environment(url: str, stripe: str) -> dict[str, str]:
    return {
        "PEER_DATABASE_URL": url,
        "PEER_STRIPE_BASE": stripe,
        "PEER_STRIPE_KEY": KEY,
        "PEER_SECRET": SECRET,
        "PEER_ENDPOINT": ENDPOINT,
    }


def _python() -> Path:
    """The interpreter of the peer's own environment, which is made when its versions are new."""
    made = ENVIRONMENT / hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]
    python, complete = made / "bin" / "python", made / "complete"
    if not complete.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", made], check=True)
        pip = (python, "-m", "pip", "--disable-pip-version-check", "-qq", "install")
        subprocess.run([*pip, "--requirement", PINS], check=True)
        complete.touch()
    return python
