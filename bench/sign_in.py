"""Asking for a code: how long it takes for an address that is known here, and for one that isn't.

`python -m bench.sign_in`: POST /auth/code to the demo portal, known and unknown in turns, each a
fresh mailbox of a fresh browser. The bar is that both do the same, which is counted by
tests/http/auth/test_enumeration.py; the times are reported, and their difference has a goal.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import orjson

from bench.demo_portal import demo_portal
from bench.tabs_open import percentile
from tests.portal_server import Portal

EACH = 300
GOAL_MS = 2.0
RESULTS = Path(__file__).parent / "results" / "sign_in.json"


def known_addresses(portal: Portal) -> list[str]:
    """So many accounts, written straight into the database."""
    at = "2026-01-01 00:00:00.000000"
    emails = [f"known{number}@bench.example" for number in range(EACH)]
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=30)) as db, db:
        for number, email in enumerate(emails):
            person = (f"user_bench{number}", "", "en", "", at)
            db.execute(
                "INSERT INTO people (id, name, locale, zone, created_at) VALUES (?, ?, ?, ?, ?)",
                person,
            )
            db.execute(
                "INSERT INTO email_addresses"
                " (id, person_id, address, address_key, is_primary, verified_at)"
                " VALUES (?, ?, ?, ?, 1, ?)",
                (f"email_bench{number}", person[0], email, email, at),
            )
    return emails


def asked(portal: Portal, http: httpx.Client, email: str) -> float:
    """Seconds from asking to the answer."""
    start = time.perf_counter()
    answer = http.post(
        f"{portal.origin}/auth/code", data={"email": email}, headers={"Origin": portal.origin}
    )
    took = time.perf_counter() - start
    if answer.status_code != 303:
        raise RuntimeError(f"asking was answered by {answer.status_code}")
    http.cookies.clear()
    return took


def measure(portal: Portal) -> dict[str, Any]:
    known, unknown = list[float](), list[float]()
    emails = known_addresses(portal)
    with httpx.Client() as http:
        for number, email in enumerate(emails):
            pair = [(known, email), (unknown, email.replace("known", "other"))]
            # Neither is always the first of its pair.
            for times, address in pair if number % 2 else reversed(pair):
                times.append(asked(portal, http, address))
    return {
        "difference_of_medians_ms": _ms(abs(median(known) - median(unknown))),
        "goal_ms": GOAL_MS,
        "known": _figures(known),
        "unknown": _figures(unknown),
        "each": EACH,
        "machine": {"load_average": os.getloadavg()[0], "processors": os.cpu_count()},
    }


def _figures(seconds: list[float]) -> dict[str, float]:
    return {"p50_ms": _ms(median(seconds)), "p95_ms": _ms(percentile(seconds, 0.95))}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def main() -> None:
    """Exit with 1 when the medians are further apart than the goal."""
    with demo_portal() as portal:
        result = measure(portal)
    RESULTS.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")
    apart = result["difference_of_medians_ms"]
    print(f"asking for a code: known and unknown {apart} ms apart (goal ≤ {GOAL_MS})")
    print(f"  {result}")
    sys.exit(apart > GOAL_MS)


if __name__ == "__main__":
    main()
