"""Ada with two customers and entries of every standing, and Ben, whose entries are like hers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.invoices.projection import add_up_anew
from portal_app.invoices.repository.entries import Entry
from portal_app.invoices.rules.wanted import Wanted
from portal_app.invoices.service import HistoryPage, PageAddress, read_history
from portal_app.kit.db import Database
from tests.billing_factories import keep_totals
from tests.factories import (
    NOW,
    HeldMembership,
    actor_of,
    make_customer,
    make_invoice,
    make_membership,
    make_payment,
    make_person,
)

DAY = timedelta(days=1)
OPEN = {"status": InvoiceStatus.OPEN, "amount_paid_minor": 0, "amount_remaining_minor": 2900}
# How an invoice stands, its facts, and those of its payment (None: nobody tried to pay it).
INVOICES: tuple[tuple[str, dict[str, Any], dict[str, Any] | None], ...] = (
    ("paid", {}, {}),
    ("refunded", {}, {"refunded_minor": 2900}),
    ("partly_refunded", {}, {"refunded_minor": 900}),
    ("open", {**OPEN, "due_at": NOW + DAY}, None),
    ("past_due", {**OPEN, "due_at": NOW - DAY}, None),
    ("past_due", {**OPEN, "attempt_count": 2}, {"status": PaymentStatus.FAILED}),
    ("processing", {**OPEN, "attempt_count": 1}, {"status": PaymentStatus.PENDING}),
    ("failed", {**OPEN, "status": InvoiceStatus.UNCOLLECTIBLE}, None),
    ("void", {**OPEN, "status": InvoiceStatus.VOID}, None),
    ("draft", {**OPEN, "status": InvoiceStatus.DRAFT}, None),
)
PAYMENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("paid", {}),
    ("refunded", {"refunded_minor": 2900}),
    ("partly_refunded", {"refunded_minor": 1}),
    ("processing", {"status": PaymentStatus.PENDING}),
    ("failed", {"status": PaymentStatus.FAILED, "failure_code": "card_declined"}),
    ("failed", {"status": PaymentStatus.PENDING, "failure_code": "card_declined"}),
    ("none", {"status": PaymentStatus.CANCELED}),
    ("none", {"status": PaymentStatus.PENDING, "stripe_charge_id": None}),
)


@dataclass(frozen=True, slots=True)
class HistoryWorld:
    """*standings* are those of Ada's entries by id; drafts and what was never tried are not in."""

    db: Database
    ada: Actor
    ben: Actor
    hers: HeldMembership
    his: HeldMembership
    standings: dict[str, str]
    bens: frozenset[str]

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A unit of work after which the totals are right again."""
        async with self.db.unit_of_work() as session:
            yield session
            await session.flush()
            await add_up_anew(session)

    async def page(
        self, wanted: Wanted | None = None, actor: Actor | None = None, **address: str
    ) -> HistoryPage:
        async with self.db.reading() as session:
            return await read_history(
                session, actor or self.ada, wanted or Wanted(), PageAddress(**address), NOW
            )

    async def walk(self, wanted: Wanted | None = None) -> list[Entry]:
        """Every page from the newest to the oldest."""
        page = await self.page(wanted)
        found = [*page.entries]
        while page.older:
            page = await self.page(wanted, after=page.older)
            found += page.entries
        return found


async def make_history(db: Database) -> HistoryWorld:
    async with db.unit_of_work() as session:
        ada = await make_person(session)
        ben = await make_person(session, "ben@example.com", name="Ben")
        hers = await make_membership(session, ada)
        his = await make_membership(session, ben)
        euros = await make_customer(session, ada, currency="EUR")
        moments = _moments()
        standings = await _entries(session, hers.customer, "USD", moments, hers)
        standings |= await _entries(session, euros, "EUR", moments)
        bens = await _entries(session, his.customer, "USD", moments, his)
    bare = {one: standing for one, standing in standings.items() if standing not in UNSEEN}
    return HistoryWorld(
        db, actor_of(ada), actor_of(ben, "ben@example.com"), hers, his, bare, frozenset(bens)
    )


UNSEEN = {"draft", "none"}


def _moments() -> Iterator[datetime]:
    """Backwards over three years; now and then two at one moment."""
    return (NOW - timedelta(days=11 * (step - step % 2)) for step in count())


async def _entries(
    session: AsyncSession,
    customer: Customer,
    currency: str,
    moments: Iterator[datetime],
    held: HeldMembership | None = None,
) -> dict[str, str]:
    standings: dict[str, str] = {}
    rows: list[Invoice | Payment] = []
    subscription = held.stripe_subscription_id if held else None
    for turn in range(2):
        for standing, facts, payment in INVOICES:
            moment = next(moments)
            times = {"created_at": moment, "finalized_at": moment, "currency": currency}
            over = {"stripe_subscription_id": subscription if turn else None, **times, **facts}
            invoice = await make_invoice(session, customer, **over)
            rows.append(invoice)
            standings[invoice.id] = standing
            if payment is not None:
                paid_at = {"created_at": moment + timedelta(minutes=5), "currency": currency}
                given = {"stripe_charge_id": f"ch_{invoice.id}", **paid_at, **payment}
                rows.append(await make_payment(session, customer, invoice, **given))
        for standing, facts in PAYMENTS:
            moment = next(moments)
            over = {"created_at": moment, "currency": currency, "stripe_charge_id": "ch_alone"}
            alone = await make_payment(session, customer, **{**over, **facts})
            rows.append(alone)
            standings[alone.id] = standing
    await keep_totals(session, *rows)
    return standings


async def one_more(db: Database, customer: Customer, moment: datetime) -> Invoice:
    """A paid invoice that arrives while a page is open."""
    async with db.unit_of_work() as session:
        invoice = await make_invoice(session, customer, created_at=moment, finalized_at=moment)
        await keep_totals(session, invoice)
    return invoice
