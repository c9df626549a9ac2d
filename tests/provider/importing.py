"""`portal sync` as the process that an operator starts, to be timed, measured and killed."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

KEY = "sk_test_sandbox"
SAID = re.compile(r"([a-z ]+): (\d+) so far")
OURS = re.compile(r"\b[a-z]{2,8}_[0-9A-Za-z]{22}\b")
# macOS tells bytes, Linux KiB.
MEGABYTE = 1024 * 1024 if sys.platform == "darwin" else 1024
# What differs between two imports of one account: our ids and when it was looked at.
UNLIKE = frozenset({"id", "observed_at", "updated_at", "recorded_at"})
NATURAL_KEYS = {
    "companies": "route",
    "customers": "stripe_customer_id",
    "products": "stripe_product_id",
    "plans": "stripe_price_id",
    "payment_methods": "stripe_payment_method_id",
    "invoices": "stripe_invoice_id",
    "payments": "stripe_payment_intent_id",
    "refunds": "stripe_refund_id",
    "memberships": "coalesce(stripe_checkout_session_id, stripe_invoice_id, (SELECT "
    "stripe_subscription_id FROM membership_subscriptions WHERE membership_id = memberships.id))",
}
TABLES = (
    *set(NATURAL_KEYS) - {"companies"},
    "invoice_lines",
    "members",
    "membership_subscriptions",
)
HISTORY = "membership_events"


@dataclass(frozen=True, slots=True)
class Measured:
    """*cpu* is what the importing process itself computed, whatever else the machine did."""

    seconds: float
    cpu: float
    peak_mb: float

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s ({self.cpu:.0f} s CPU), at most {self.peak_mb:.0f} MB"


def _peak_mb(pid: int) -> float:
    """The largest memory so far of a process that is saying something; 0 where nobody tells.

    Linux's `ru_maxrss` would count the memory of whoever started the process, too.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0


class Installation:
    """A portal with an empty database in *folder*, whose account is served at *base*."""

    def __init__(self, folder: Path, base: str) -> None:
        self.file = folder / "portal.db"
        self._command = [str(Path(sys.executable).with_name("portal"))]
        self._environment = os.environ | {
            "PORTAL_DATA_DIR": str(folder),
            "PORTAL_DATABASE_URL": f"sqlite:///{self.file}",
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_API_BASE": base,
        }
        self._portal("migrate")
        self._portal("company", "create", "--title", "Northwind", "--route", "northwind")

    def _portal(self, *arguments: str) -> None:
        subprocess.run(
            [*self._command, *arguments],
            env=self._environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [*self._command, "sync", *arguments]
        return subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True)

    def sync(self, *arguments: str) -> Measured:
        """The whole import, or the rest of it: its time with start-up, its largest memory."""
        began = time.monotonic()
        process = self._start(*arguments)
        assert process.stdout is not None
        peak = max(_peak_mb(process.pid) for _ in process.stdout)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        assert process.returncode == 0
        seconds, cpu = time.monotonic() - began, usage.ru_utime + usage.ru_stime
        return Measured(seconds, cpu, peak or usage.ru_maxrss / MEGABYTE)

    def sync_killed(self, *, pages: int, delay: float, seen: dict[str, int]) -> bool:
        """Kill the import some moments after it wrote so many pages; False when it was faster.

        *seen* is what earlier runs wrote, which this one says again and need not do again.
        """
        process = self._start()
        assert process.stdout is not None
        with process, process.stdout:
            for line in process.stdout:
                said = SAID.match(line)
                if said and int(said[2]) > seen.get(said[1], 0):
                    seen[said[1]] = int(said[2])
                    pages -= 1
                if pages == 0:
                    time.sleep(delay)
                    process.kill()
                    break
        return process.returncode != 0

    def contents(self) -> dict[str, list[str]]:
        """Every row as text, ordered, with our ids replaced by what they stand for."""
        with closing(sqlite3.connect(self.file)) as db:
            names = {
                own: natural
                for table, key in NATURAL_KEYS.items()
                for own, natural in db.execute(f"SELECT id, {key} FROM {table}")  # noqa: S608
            }
            return {table: _rows(db, table, names) for table in (*TABLES, HISTORY)}

    def unfinished(self) -> int:
        with closing(sqlite3.connect(self.file)) as db:
            return int(db.execute("SELECT count(*) FROM import_cursors").fetchone()[0])


def _rows(db: sqlite3.Connection, table: str, names: dict[str, str]) -> list[str]:
    found = db.execute(f"SELECT * FROM {table}")  # noqa: S608
    columns = [column[0] for column in found.description]
    texts = (
        repr({c: v for c, v in zip(columns, row, strict=True) if c not in UNLIKE}) for row in found
    )
    return sorted(OURS.sub(lambda own: names.get(own[0], own[0]), text) for text in texts)
