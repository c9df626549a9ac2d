"""`GET /api/v1/memberships/{id}` against a raw twin with the same SQL; the goal is ≥ 0.25 × raw.

`python -m bench.api_read`: 10,000 memberships in SQLite, one granian worker each, 16 connections,
rounds interleaved so that a noisy neighbour hits both. Takes about 40 seconds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from sqlmodel import SQLModel

from bench import load
from portal_app import registry
from portal_app.api.keys import READ_SCOPES, create_key
from portal_app.catalog.models import Company, Interval, Plan, Product
from portal_app.customers.models import Customer
from portal_app.kit.db import Database
from portal_app.memberships.models import Member, Membership, MembershipSource
from portal_app.settings import get_settings

assert registry  # noqa: S101 -- importing it maps every table
ROWS = 10_000
ROUNDS = 5
SECONDS = 3
GOAL = 0.25
ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
SERVER = (sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws")


async def seed(url: str) -> str:
    """Fill a new database and return the key that reads it."""
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    async with database.unit_of_work() as session:
        session.add(Company(id="biz_1", title="Bench", route="bench", created_at=NOW))
        await session.flush()
        at: dict[str, Any] = {"created_at": NOW, "observed_at": NOW}
        session.add(
            Product(id="prod_1", company_id="biz_1", stripe_product_id="p", title="Room", **at)
        )
        await session.flush()
        session.add(
            Plan(
                id="plan_1",
                product_id="prod_1",
                stripe_price_id="price",
                amount_minor=2900,
                currency="USD",
                interval=Interval.MONTH,
                **at,
            )
        )
        await session.flush()
        for model in (Customer, Membership, Member):
            session.add_all(model(**_row(model, number)) for number in range(ROWS))
            await session.flush()
        _, key = await create_key(
            session, company_id="biz_1", name="bench", scopes=READ_SCOPES, now=NOW
        )
    await database.close()
    return key


def _row(model: type[SQLModel], number: int) -> dict[str, Any]:
    customer = {"id": f"cust_{number}", "stripe_customer_id": f"cus_{number}"}
    membership = {
        "id": f"mem_{number}",
        "company_id": "biz_1",
        "product_id": "prod_1",
        "plan_id": "plan_1",
        "customer_id": f"cust_{number}",
        "source": MembershipSource.SUBSCRIPTION,
        "stripe_status": "active",
        "price_minor": 2900,
        "currency": "USD",
        "started_at": NOW,
        "current_period_start": NOW,
        "current_period_end": NOW,
        "details": {"metadata": {"seat": str(number)}},
        "updated_at": NOW,
    }
    member = {
        "id": f"mber_{number}",
        "membership_id": f"mem_{number}",
        "customer_id": f"cust_{number}",
        "from_at": NOW,
    }
    own = {Customer: customer, Membership: membership, Member: member}[model]
    return own if model is Member else own | {"created_at": NOW, "observed_at": NOW}


@contextmanager
def served(factory: str) -> Iterator[int]:
    """The port of one granian worker with `bench.api_served:<factory>`."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [*SERVER, "--host", "127.0.0.1", "--port", str(port), f"bench.api_served:{factory}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def measure(key: str) -> dict[str, Any]:
    paths = [f"/api/v1/memberships/mem_{number}" for number in range(0, ROWS, 7)]
    rates: dict[str, list[float]] = {"portal": [], "raw": []}
    with served("portal") as portal, served("twin") as raw:
        for _ in range(ROUNDS):
            for name, port in (("portal", portal), ("raw", raw)):
                rate = load.requests_per_second(
                    port, paths, authorization=f"Bearer {key}", seconds=SECONDS
                )
                rates[name].append(round(rate))
    pairs = zip(rates["portal"], rates["raw"], strict=True)
    ratio = median(one / other for one, other in pairs)
    return {"ratio": round(ratio, 3), "goal": GOAL, "client": load.client_name(), **rates}


def main() -> None:
    """Print the ratio first; exit with 1 below the goal."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PORTAL_DATA_DIR": folder, "PORTAL_DATABASE_URL": ""}
        get_settings.cache_clear()
        result = measure(asyncio.run(seed(get_settings().database_url)))
    target = ROOT / "bench" / "results" / "api_read.json"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2) + b"\n")
    print(f"GET membership: {result['ratio']} × raw (goal ≥ {GOAL}), by {result['client']}")
    for name in ("portal", "raw"):
        print(f"  {name:6} {median(result[name]):7.0f} req/s  {sorted(result[name])}")
    sys.exit(result["ratio"] < GOAL)


if __name__ == "__main__":
    main()
