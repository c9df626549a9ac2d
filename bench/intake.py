"""Webhooks: accepted a second, time to the answer, and a backlog of ten thousand worked off.

`python -m bench.intake`: the whole portal in one granian worker, SQLite and a durable PostgreSQL,
interleaved with a raw twin (Starlette, one synchronous insert each). Needs `wrk`. Figures are of
this machine as busy as it is; the ratio to the twin travels. Takes about three minutes.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import orjson
import psycopg
from alembic import command
from alembic.config import Config

from bench import backlog, posting
from bench.postgres import durable_postgres
from bench.serving import served
from portal_app.settings import get_settings

ROOT = Path(__file__).parents[1]
SECRET = "whsec_bench"  # noqa: S105 -- a bench's
# With a Stripe key there is no mailbox, and without a way to send mail no jobs run at all.
MAIL = {"PORTAL_SMTP_URL": "smtp://127.0.0.1:9", "PORTAL_MAIL_FROM": "bench@example.com"}
ROUNDS, SECONDS = 3, 4
PACE, PACED = 100, 2000
GOALS = {
    "sqlite_per_second": 1000,
    "postgresql_per_second": 500,
    "ack_p99_ms": 100,
    "ack_p99_ms_slow_stripe": 100,
    "drain_seconds": 90,
}


def _use(url: str, **more: str) -> None:
    os.environ |= {"PORTAL_DATABASE_URL": url, "STRIPE_WEBHOOK_SECRET": SECRET, **more}
    get_settings.cache_clear()


def migrated(url: str) -> str:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url)
    command.upgrade(config, "head")
    return url


def _rows(url: str) -> int:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.partition(":///")[2])) as connection:
            return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT count(*) FROM inbox").fetchone()
        return int(found[0]) if found else 0


@dataclass(frozen=True)
class Rate:
    """Events accepted in a second, and what each cost the server's processor."""

    per_second: float
    cpu_ms: float


class Bench:
    """The figures so far; each event is sent once only, so that repetitions flatter nobody."""

    def __init__(self) -> None:
        self._sent = 0
        self.figures: dict[str, Any] = {"load_average_before": os.getloadavg()[0]}

    def _events(self, count: int) -> list[posting.Signed]:
        first, self._sent = self._sent, self._sent + count
        return posting.events(first, count, SECRET)

    def _accepted(self, factory: str, url: str) -> Rate:
        _use(url)
        before = _rows(url)
        with served(f"bench.intake_served:{factory}") as server:
            posting.flood(server.port, self._events(5), seconds=1)  # everything is loaded now
            warm, cpu = _rows(url), server.cpu_seconds()
            posting.flood(server.port, self._events(5000 * SECONDS), seconds=SECONDS)
            cpu = server.cpu_seconds() - cpu
        count = _rows(url) - warm
        assert warm - before == 5  # noqa: S101 -- repetitions are not stored
        return Rate(per_second=count / SECONDS, cpu_ms=cpu / count * 1000)

    def accepting(self, sqlite: str, postgres: str) -> None:
        factories = {
            "sqlite": ("without_worker", sqlite),
            "twin": ("twin", sqlite),
            "postgresql": ("without_worker", postgres),
        }
        rates: dict[str, list[Rate]] = {name: [] for name in factories}
        for _ in range(ROUNDS):
            for name, (factory, url) in factories.items():
                rates[name].append(self._accepted(factory, url))
        pairs = zip(rates["sqlite"], rates["twin"], strict=True)
        ratio = median(one.per_second / other.per_second for one, other in pairs)
        self.figures["sqlite_of_twin"] = round(ratio, 3)
        for name in ("sqlite", "postgresql"):
            self.figures[f"{name}_per_second"] = round(median(r.per_second for r in rates[name]))
        self.figures["cpu_ms_per_event"] = {
            name: round(median(rate.cpu_ms for rate in got), 3) for name, got in rates.items()
        }
        self.figures["rounds"] = {
            name: [round(rate.per_second) for rate in got] for name, got in rates.items()
        }

    def acknowledging(self, name: str, factory: str, url: str, **more: str) -> None:
        """The 99th percentile of answers at a pace that Stripe itself would not reach."""
        _use(url, **more)
        with served(f"bench.intake_served:{factory}") as server:
            took = asyncio.run(posting.paced(server.port, self._events(PACED), per_second=PACE))
        self.figures[name] = round(quantiles(took, n=100)[98] * 1000, 1)

    def report(self) -> bool:
        missed = False
        for name, goal in GOALS.items():
            got = self.figures[name]
            reached = got >= goal if name.endswith("per_second") else got <= goal
            missed |= not reached
            print(f"  {name:24} {got:>8}   goal {goal}{'' if reached else '   MISSED'}")
        return missed


@contextmanager
def sandbox(folder: str) -> Iterator[str]:
    path = f"{folder}/stripe.db"
    with served("portal_app.sandbox.serve:app", PORTAL_SANDBOX_PATH=path) as server:
        yield f"http://127.0.0.1:{server.port}"


def measure() -> Bench:
    bench = Bench()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        os.environ["PORTAL_DATA_DIR"] = folder
        sqlite = migrated(f"sqlite+aiosqlite:///{folder}/portal.db")
        bench.accepting(sqlite, migrated(stack.enter_context(durable_postgres())))
        bench.acknowledging("ack_p99_ms", "without_worker", sqlite)
        base = stack.enter_context(sandbox(folder))
        given = backlog.fill(base)
        target = migrated(f"sqlite+aiosqlite:///{folder}/backlog.db")
        cpu = time.process_time()
        bench.figures["drain_seconds"] = round(backlog.measure(target, base, given), 1)
        bench.figures["drain_cpu_seconds"] = round(time.process_time() - cpu, 1)
        slow = [{"kind": "slow", "seconds": 0.1, "times": 10**9}]
        backlog.spoil(base, slow)
        stripe = {"STRIPE_SECRET_KEY": backlog.KEY, "STRIPE_API_BASE": base, **MAIL}
        bench.acknowledging("ack_p99_ms_slow_stripe", "portal", target, **stripe)
    return bench


def main() -> None:
    """Print the ratio first; exit with 1 where a goal was missed."""
    bench = measure()
    target = ROOT / "bench" / "results" / "intake.json"
    target.write_bytes(orjson.dumps(bench.figures, option=orjson.OPT_INDENT_2) + b"\n")
    print(f"Webhooks accepted: {bench.figures['sqlite_of_twin']} × the raw twin")
    sys.exit(bench.report())


if __name__ == "__main__":
    main()
