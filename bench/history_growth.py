"""How the billing history of one customer grows: each page and filter at 10² and at 10⁵ invoices.

`python -m bench.history_growth [size]`: SQLite and PostgreSQL, both sizes of one kind in turn, so
that a noisy neighbour hits both; the goal is ≤ 2 ×, and no statement may read a growing table from
end to end. Also what an export of everything holds in memory. Takes about ten minutes.
"""

from __future__ import annotations

import asyncio
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

import orjson

from bench import loading, plans
from bench.page_growth import two_databases
from portal_app import registry
from portal_app.identity.actor import Actor
from portal_app.invoices import routes
from portal_app.invoices.models import Invoice, InvoiceLine, InvoiceStatus, Payment, PaymentStatus
from portal_app.invoices.projection import add_up_anew
from portal_app.invoices.rules.standing import Standing
from portal_app.invoices.rules.wanted import Bills, Wanted
from portal_app.invoices.service import PageAddress, get_entry, read_history
from portal_app.kit import db as kit_db
from portal_app.kit.db import Database
from tests.db.history_world import INVOICES
from tests.factories import NOW, actor_of, make_membership, make_person
from tests.rows import PERIOD_END, PERIOD_START

assert registry  # noqa: S101 -- importing it maps every table
SMALL: Final = 100
LARGE: Final = 100_000
ROUNDS: Final = 15
GOAL: Final = 2.0
SPAN: Final = timedelta(days=3 * 365)
RESULTS = Path(__file__).parent / "results" / "history_growth.json"
STANDINGS = [one for one in INVOICES if one[0] != "draft"]


@dataclass(frozen=True, slots=True)
class Filled:
    """Ada's history of *size* invoices, her membership's bills, and a place far down in it."""

    database: Database
    actor: Actor
    bills: Bills
    deep: str

    async def page(self, wanted: Wanted, **address: str) -> None:
        async with self.database.reading() as session:
            await read_history(session, self.actor, wanted, PageAddress(**address), NOW)

    async def detail(self) -> None:
        async with self.database.reading() as session:
            await get_entry(session, self.actor, self.deep)


PATHS: dict[str, Callable[[Filled], Awaitable[None]]] = {
    "first page": lambda one: one.page(Wanted()),
    "a late page": lambda one: one.page(Wanted(), after=one.deep),
    "back up": lambda one: one.page(Wanted(), before=one.deep),
    "while open": lambda one: one.page(Wanted(), top=one.deep),
    "a year": lambda one: one.page(Wanted(year=2025)),
    "no such year": lambda one: one.page(Wanted(year=1999)),
    "a membership": lambda one: one.page(Wanted(bills=one.bills)),
    "late of a membership": lambda one: one.page(Wanted(bills=one.bills), after=one.deep),
    **{
        str(standing): (lambda one, standing=standing: one.page(Wanted(standing=standing)))
        for standing in Standing
    },
    "late among refunds": lambda one: one.page(Wanted(standing=Standing.REFUNDED), after=one.deep),
    "one entry": lambda one: one.detail(),
}
# Not bound by the goal: a part of a number is looked for in all of them.
SEARCHES: dict[str, Callable[[Filled], Awaitable[None]]] = {
    "a number": lambda one: one.page(Wanted(number="NWA-000042")),
    "a part of many": lambda one: one.page(Wanted(number="42")),
    "no number": lambda one: one.page(Wanted(number="NOTHING")),
}


async def filled(url: str, size: int) -> Filled:
    """As many invoices as wanted for one customer, an eighth of each standing, over three years."""
    database = Database(url)
    async with database.unit_of_work() as session:
        held = await make_membership(session, person := await make_person(session))
        subscription = str(held.stripe_subscription_id)
    for model, row in ((Invoice, _invoice), (InvoiceLine, _line), (Payment, _payment)):
        customer = held.customer.id
        made = (row(customer, subscription, one, size) for one in range(size))
        loading.load(url, model, made)
    async with database.unit_of_work() as session:
        await add_up_anew(session)
    loading.settle(url)
    bills = Bills(subscription_ids=(subscription,))
    return Filled(database, actor_of(person), bills, f"inv_{size * 3 // 4:06}")


def _facts(number: int, size: int) -> tuple[datetime, dict[str, Any], dict[str, Any] | None]:
    """When the invoice was issued, what stands in it, and what became of its payment."""
    _, facts, paid = STANDINGS[number % len(STANDINGS)]
    return NOW - SPAN * number / size, facts, paid


def _invoice(customer_id: str, subscription: str, number: int, size: int) -> dict[str, Any]:
    at, facts, _ = _facts(number, size)
    return {
        "id": f"inv_{number:06}",
        "customer_id": customer_id,
        "stripe_invoice_id": f"in_{number}",
        "stripe_subscription_id": subscription,
        "number": f"NWA-{number:06}",
        "currency": "USD",
        "status": InvoiceStatus.PAID,
        **dict.fromkeys(("subtotal_minor", "total_minor", "amount_due_minor"), 2900),
        "amount_paid_minor": 2900,
        "amount_remaining_minor": 0,
        "attempt_count": 0,
        "due_at": None,
        **dict.fromkeys(("issued_at", "created_at", "observed_at"), at),
        "billed_year": at.year,
        **facts,
    }


def _line(_customer: str, _subscription: str, number: int, _size: int) -> dict[str, Any]:
    return {
        "id": f"il_{number}",
        "invoice_id": f"inv_{number:06}",
        "position": 0,
        "stripe_line_id": f"il_{number}",
        "description": "Trading Room",
        "amount_minor": 2900,
        "period_start": PERIOD_START,
        "period_end": PERIOD_END,
    }


def _payment(customer_id: str, _subscription: str, number: int, size: int) -> dict[str, Any]:
    """Of its invoice, or one that stands alone in place of a payment that nobody made."""
    at, _, paid = _facts(number, size)
    return {
        "id": f"pay_{number:06}",
        "customer_id": customer_id,
        "invoice_id": None if paid is None else f"inv_{number:06}",
        "stripe_payment_intent_id": f"pi_{number}",
        "stripe_charge_id": f"ch_{number}",
        "currency": "USD",
        "amount_minor": 2900,
        "refunded_minor": 0,
        "billed_year": at.year,
        "status": PaymentStatus.SUCCEEDED,
        **dict.fromkeys(("created_at", "observed_at"), at),
        **(paid or {}),
    }


async def _milliseconds(path: Callable[[Filled], Awaitable[None]], one: Filled) -> float:
    started = time.perf_counter()
    await path(one)
    return (time.perf_counter() - started) * 1000


async def _compare(
    path: Callable[[Filled], Awaitable[None]], small: Filled, large: Filled
) -> dict[str, Any]:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for taken, one in zip(times, (small, large), strict=True):
            taken.append(await _milliseconds(path, one))
    with plans.listening(large.database) as statements:
        await path(large)
    before, after = (median(taken[3:]) for taken in times)
    return {
        "ratio": round(after / before, 2),
        "small_ms": round(before, 2),
        "large_ms": round(after, 2),
        "full_scans": [
            scan
            for scan in await plans.full_scans(large.database, statements)
            if not scan.startswith("customers:")  # there is one, which fits on a page
        ],
    }


async def _export(one: Filled) -> dict[str, Any]:
    """Peak of what Python holds while everything is written, and how much that is."""
    kit_db.install(one.database)
    tracemalloc.start()
    started, written, rows = time.perf_counter(), 0, 0
    async for piece in routes.lines(one.actor, Wanted(), NOW):
        written += len(piece)
        rows += piece.count(b"\r\n")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    seconds = time.perf_counter() - started
    return {
        "rows": rows - 1,
        "megabytes": round(written / 1e6, 1),
        "peak_megabytes": round(peak / 1e6, 1),
        "seconds_traced": round(seconds, 1),
    }


async def growth(urls: list[str], size: int) -> dict[str, Any]:
    """Every path, then the searches, then the export of both."""
    small, large = await filled(urls[0], SMALL), await filled(urls[1], size)
    found = {
        "pages": {name: await _compare(path, small, large) for name, path in PATHS.items()},
        "searches": {name: await _compare(path, small, large) for name, path in SEARCHES.items()},
        # Tracing is slow, and what is held does not depend on the database.
        "export": [await _export(one) for one in (small, large) if one.database.is_sqlite],
    }
    for one in (small, large):
        await one.database.close()
    return found


def main() -> None:
    """Print ratios first; exit with 1 when a page grows more than the goal, or scans."""
    size = int(sys.argv[1]) if sys.argv[1:] else LARGE
    results: dict[str, Any] = {"goal": GOAL, "small": SMALL, "large": size}
    failed = False
    for kind in ("sqlite", "postgresql"):
        print(kind, flush=True)
        with two_databases(kind) as urls:
            results[kind] = asyncio.run(growth(urls, size))
        for part in ("pages", "searches"):
            for name, one in results[kind][part].items():
                print(f"  {one['ratio']:5.2f} × {name:22} {one['small_ms']} → {one['large_ms']} ms")
                failed |= part == "pages" and (one["ratio"] > GOAL or bool(one["full_scans"]))
                for scan in one["full_scans"]:
                    print(f"        scans {scan}")
        print(f"  export: {results[kind]['export']}", flush=True)
    RESULTS.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2) + b"\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
