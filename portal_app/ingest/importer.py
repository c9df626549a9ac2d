"""`portal sync`: everything that a Stripe account has, page by page, safe to repeat.

Nothing here notifies anybody. One page is one unit of work, so that an import that stops half-way
keeps what it had and a second run finishes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.projection import project_price, project_product
from portal_app.customers.projection import project_customer
from portal_app.customers.repository import not_seen_since
from portal_app.ingest.apply import apply_invoice
from portal_app.invoices.projection import project_payment, project_refund
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.observed import Outcome
from portal_app.memberships.projection import project_checkout, project_subscription
from portal_app.payment_methods.projection import detach_others, project_payment_method
from portal_app.provider.errors import UnknownAtProvider
from portal_app.provider.facts import CustomerFacts, DeletedCustomer, Page
from portal_app.provider.port import PaymentProvider

Fact_contra = TypeVar("Fact_contra", contravariant=True)
Seen = TypeVar("Seen")
Progress = Callable[[str, int], None]


class Projection(Protocol[Fact_contra]):
    """How one kind of fact is written; positional as the facts are named differently nowhere."""

    def __call__(
        self, session: AsyncSession, facts: Fact_contra, /, *, observed_at: datetime
    ) -> Awaitable[Outcome]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of one kind: objects the provider has, rows changed by them, and objects left out.

    *skipped* could not be read; *unrelated* were read but belong to nothing we know, such as a
    guest's payment.
    """

    seen: int = 0
    written: int = 0
    skipped: int = 0
    unrelated: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(
            seen=self.seen + other.seen,
            written=self.written + other.written,
            skipped=self.skipped + other.skipped,
            unrelated=self.unrelated + other.unrelated,
        )


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Counts by kind, in the order of the import."""

    kinds: dict[str, Counts]

    @property
    def total(self) -> Counts:
        total = Counts()
        for counts in self.kinds.values():
            total = total.plus(counts)
        return total

    @property
    def seen(self) -> int:
        return self.total.seen

    @property
    def written(self) -> int:
        return self.total.written

    @property
    def skipped(self) -> int:
        return self.total.skipped


async def sync(provider: PaymentProvider, db: Database, *, progress: Progress) -> SyncReport:
    """Import everything; *progress* hears each kind and how many of it were seen so far.

    Raises ProviderUnavailable, ProviderMisconfigured or NoDefaultCompany; what was imported until
    then stays.
    """
    run = _Run(provider, db, progress)
    # What others refer to comes first; payments before the invoices that name them, sessions
    # before the invoices that they made.
    await run.read("products", provider.products(), project_product)
    await run.read("prices", provider.prices(), project_price)
    await run.customers()
    await run.read("subscriptions", provider.subscriptions(), project_subscription)
    await run.read("checkouts", provider.checkouts(), project_checkout)
    await run.read("payments", provider.payments(), project_payment)
    await run.read("invoices", provider.invoices(), apply_invoice)
    await run.read("refunds", provider.refunds(), project_refund)
    return SyncReport(dict(run.counts))


class _Run:
    """One import with its counts so far."""

    def __init__(self, provider: PaymentProvider, db: Database, progress: Progress) -> None:
        self._provider, self._db, self._progress = provider, db, progress
        self._began = wall_now()
        self.counts: defaultdict[str, Counts] = defaultdict(Counts)

    async def read(
        self, kind: str, pages: AsyncIterator[Page[Seen]], project: Projection[Seen]
    ) -> None:
        self._count(kind, Counts())
        async for page in pages:
            await self._write(kind, page, project)

    async def _write(self, kind: str, page: Page[Seen], project: Projection[Seen]) -> None:
        async with self._db.unit_of_work() as session:
            outcomes = [
                await project(session, fact, observed_at=page.observed_at) for fact in page.facts
            ]
        self._count(
            kind,
            Counts(
                seen=len(page.facts) + len(page.malformed),
                written=outcomes.count(Outcome.WRITTEN),
                skipped=len(page.malformed),
                unrelated=outcomes.count(Outcome.UNRELATED),
            ),
        )

    def _count(self, kind: str, more: Counts) -> None:
        self.counts[kind] = self.counts[kind].plus(more)
        self._progress(kind, self.counts[kind].seen)

    async def customers(self) -> None:
        """Customers with what they pay with; then those that the provider lists no more."""
        self._count("payment methods", Counts())
        unread: set[str] = set()
        async for page in self._provider.customers():
            await self._write("customers", page, project_customer)
            unread |= {error.stripe_id for error in page.malformed}
            for customer in page.facts:
                await self._payment_methods(customer.id)
        await self._missing_customers(unread)

    async def _payment_methods(self, customer_id: str) -> None:
        observed_at = wall_now()
        attached: set[str] = set()
        async for page in self._provider.payment_methods(customer_id):
            await self._write("payment methods", page, project_payment_method)
            attached |= {method.id for method in page.facts}
            # One that can't be read is attached all the same.
            attached |= {error.stripe_id for error in page.malformed}
        async with self._db.unit_of_work() as session:
            gone = await detach_others(session, customer_id, attached, observed_at=observed_at)
        self._count("payment methods", Counts(written=gone))

    async def _missing_customers(self, unread: set[str]) -> None:
        """Ask for each one that was not listed: deleted ones are only told about by id."""
        after_id = ""
        while True:
            async with self._db.reading() as session:
                rows = await not_seen_since(session, self._began, after_id=after_id)
            if not rows:
                return
            after_id = rows[-1].id
            for row in rows:
                if row.stripe_customer_id not in unread:
                    await self._missing_customer(row.stripe_customer_id)

    async def _missing_customer(self, customer_id: str) -> None:
        observed_at = wall_now()
        facts: CustomerFacts | DeletedCustomer
        try:
            facts = await self._provider.customer(customer_id)
        except UnknownAtProvider:
            facts = DeletedCustomer(customer_id)
        async with self._db.unit_of_work() as session:
            outcome = await project_customer(session, facts, observed_at=observed_at)
        self._count("customers", Counts(seen=1, written=int(outcome is Outcome.WRITTEN)))
