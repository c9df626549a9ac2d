"""`portal worker` and Stripe's events: SIGTERM, and `kill -9`, while Stripe is slow."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from portal_app.ingest.inbox import insert
from portal_app.kit.db import Database
from portal_app.provider.webhooks import SignedEvent
from tests.operators.command import environment, portal
from tests.operators.test_worker import running_worker, until
from tests.provider.sandbox_server import SandboxServer, serve_sandbox

CUSTOMERS = 20


@pytest.fixture
def stripe() -> Iterator[SandboxServer]:
    """Twenty customers at a Stripe that takes half a second for each."""
    with serve_sandbox() as server:
        client = server.client()
        for number in range(CUSTOMERS):
            client.v1.customers.create({"email": f"person{number}@example.com"})
        slow = {"kind": "slow", "times": 1000, "method": "GET", "seconds": 0.5}
        server.raw("POST", "/_sandbox/faults", json={"answers": [slow]})
        yield server


@pytest.fixture
def settings(tmp_path: Path, stripe: SandboxServer) -> dict[str, str]:
    given = environment(
        tmp_path,
        STRIPE_SECRET_KEY="sk_test_sandbox",
        STRIPE_API_BASE=stripe.origin,
        # Without a mail server the worker would not start; none of this sends mail.
        PORTAL_SMTP_URL="smtp://127.0.0.1:9",
        PORTAL_MAIL_FROM="billing@example.com",
    )
    portal(given, "migrate")
    return given


def fill(tmp_path: Path, stripe: SandboxServer) -> None:
    """An event for each customer, as the webhook route stores them."""
    listed = stripe.raw("GET", "/v1/customers", params={"limit": 100}).json()["data"]
    events = [
        SignedEvent(
            f"evt_{one['id']}",
            "customer.updated",
            {"type": "customer.updated", "data": {"object": one}},
        )
        for one in listed
    ]

    async def store() -> None:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'portal.db'}")
        await insert(database, events)
        await database.close()

    asyncio.run(store())


def count(tmp_path: Path, where: str, table: str = "inbox") -> int:
    with closing(connect(tmp_path / "portal.db")) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608
        return int(found.fetchone()[0])


def test_sigterm_finishes_the_batch_that_was_begun(
    settings: dict[str, str], stripe: SandboxServer, tmp_path: Path
) -> None:
    fill(tmp_path, stripe)
    with running_worker(settings) as worker:
        until("a claim", lambda: count(tmp_path, "leased_until IS NOT NULL"))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    assert count(tmp_path, "handled_at IS NOT NULL AND attempts = 1") == CUSTOMERS
    assert count(tmp_path, "1", "customers") == CUSTOMERS


def test_what_a_killed_worker_had_claimed_is_worked_on_by_the_next(
    settings: dict[str, str], stripe: SandboxServer, tmp_path: Path
) -> None:
    fill(tmp_path, stripe)
    with running_worker(settings) as worker:
        until("a claim", lambda: count(tmp_path, "leased_until IS NOT NULL"))
        worker.kill()
        worker.wait(timeout=10)
    assert count(tmp_path, "handled_at IS NULL") == CUSTOMERS
    # A minute later, as the lease was.
    with closing(connect(tmp_path / "portal.db")) as connection, connection:
        connection.execute("UPDATE inbox SET leased_until = '2020-01-01 00:00:00.000000'")
    with running_worker(settings):
        until("all", lambda: count(tmp_path, "handled_at IS NOT NULL") == CUSTOMERS)
    assert count(tmp_path, "attempts = 2") == CUSTOMERS
    assert count(tmp_path, "1", "customers") == CUSTOMERS
