"""`portal sync`: everything that a Stripe account has, page by page, safe to repeat.

Nothing here notifies anybody. One page is one unit of work, and so is how far the import came:
one that was killed goes on behind its last page.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Final, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.projection import project_price, project_product
from portal_app.customers.projection import project_customer
from portal_app.customers.repository import not_seen_since
from portal_app.ingest.apply import apply_dispute, apply_invoices, apply_refund
from portal_app.ingest.cursors import Cursors
from portal_app.ingest.report import Counts, SyncReport, counted
from portal_app.ingest.turns import OVERLAP
from portal_app.ingest.wallets import Choose, everybody, wallets, write_wallets
from portal_app.invoices.projection import project_payments
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.kit.observed import Outcome
from portal_app.memberships.projection import (
    look_up_subscriptions,
    project_checkout,
    project_subscription,
)
from portal_app.provider.errors import MalformedObject, UnknownAtProvider
from portal_app.provider.facts import CustomerFacts, DeletedCustomer, ListParams, Page
from portal_app.provider.port import PaymentProvider

# Kept beside the cursors: the provider's log of events.
LOG: Final = "log"
__all__ = ["Counts", "SyncReport", "sync"]

Fact_contra = TypeVar("Fact_contra", contravariant=True)
Seen = TypeVar("Seen")
Progress = Callable[[str, int], None]
Listing = Callable[[ListParams], AsyncIterator[Page[Seen]]]
Write = Callable[[AsyncSession, Page[Seen]], Awaitable[dict[str, Counts]]]


class Projection(Protocol[Fact_contra]):
    """How one kind of fact is written; positional as the facts are named differently nowhere."""

    def __call__(
        self, session: AsyncSession, facts: Fact_contra, /, *, observed_at: datetime
    ) -> Awaitable[Outcome]: ...


class PageProjection(Protocol[Fact_contra]):
    """The same for all facts of a page, with an outcome for each."""

    def __call__(
        self, session: AsyncSession, facts: Sequence[Fact_contra], /, *, observed_at: datetime
    ) -> Awaitable[list[Outcome]]: ...


async def sync(
    provider: PaymentProvider,
    db: Database,
    *,
    progress: Progress,
    since: datetime | None = None,
    whose_methods: Choose = everybody,
) -> SyncReport:
    """Import everything; *progress* hears each kind and how many of it were seen so far.

    With *since*, payments, invoices, refunds and one-time purchases made before are left out; what
    they refer to, and subscriptions, change long after they were made and are read whole. So are
    invoices that are still open. *whose_methods* picks the customers whose methods are listed.

    Raises ProviderUnavailable, ProviderMisconfigured or NoDefaultCompany; what was imported until
    then stays, and the next call goes on from there.
    """
    cursors = await Cursors.opened(db, since=since)
    run = _Run(provider, db, cursors, progress)
    log_position = await run.log_position()
    # What others refer to comes first; payments before the sessions and invoices that name them,
    # sessions before the invoices that they made.
    await run.read("products", provider.products, one_by_one("products", project_product))
    await run.read("prices", provider.prices, one_by_one("prices", project_price))
    with_methods = partial(wallets, provider, whose=whose_methods)
    await run.read("customers", with_methods, write_wallets)
    await run.deleted_customers()
    subscriptions = one_by_one("subscriptions", project_subscription, look_up_subscriptions)
    await run.read("subscriptions", provider.subscriptions, subscriptions)
    payments = together("payments", project_payments)
    await run.read("payments", provider.payments, payments, since=since)
    checkouts = one_by_one("checkouts", project_checkout)
    await run.read("checkouts", provider.checkouts, checkouts, since=since)
    await run.read("invoices", provider.invoices, together("invoices", apply_invoices), since=since)
    if since is not None:
        still_open = together("open invoices", apply_invoices)
        await run.read("open invoices", lambda _params: provider.open_invoices(), still_open)
    await run.read("refunds", provider.refunds, one_by_one("refunds", apply_refund), since=since)
    disputes = one_by_one("disputes", apply_dispute)
    await run.read("disputes", provider.disputes, disputes, since=since)
    await cursors.forget(log_position)
    return run.report()


async def _nothing(_session: AsyncSession, _facts: Sequence[object]) -> None:
    """Kinds of which there are few are looked up one by one."""


def one_by_one(
    kind: str,
    project: Projection[Seen],
    look_up: Callable[[AsyncSession, Sequence[Seen]], Awaitable[None]] = _nothing,
) -> Write[Seen]:
    """Write a page by the projection of one fact, after reading what the page needs."""

    async def write(session: AsyncSession, page: Page[Seen]) -> dict[str, Counts]:
        await look_up(session, page.facts)
        outcomes = [
            await project(session, fact, observed_at=page.observed_at) for fact in page.facts
        ]
        return {kind: counted(page, outcomes)}

    return write


def together(kind: str, project: PageProjection[Seen]) -> Write[Seen]:
    """Write a page by a projection that takes all of it."""

    async def write(session: AsyncSession, page: Page[Seen]) -> dict[str, Counts]:
        outcomes = await project(session, page.facts, observed_at=page.observed_at)
        return {kind: counted(page, outcomes)}

    return write


async def ahead(pages: AsyncIterator[Page[Seen]]) -> AsyncGenerator[Page[Seen]]:
    """The same pages in the same order; the next one is fetched while this one is written."""

    async def following() -> Page[Seen] | None:
        return await anext(pages, None)

    task = asyncio.create_task(following())
    try:
        while (page := await task) is not None:
            task = asyncio.create_task(following())
            yield page
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Run:
    """One import, or the rest of one."""

    def __init__(
        self, provider: PaymentProvider, db: Database, cursors: Cursors, progress: Progress
    ) -> None:
        self._provider, self._db = provider, db
        self._cursors, self._progress = cursors, progress
        self._kinds: dict[str, None] = {}

    def report(self) -> SyncReport:
        return SyncReport({kind: self._cursors.counts(kind) for kind in self._kinds})

    async def log_position(self) -> datetime:
        """Where the provider's log stood when the import began; what comes later is read there."""
        if (known := self._cursors.after(LOG)) is not None:
            return datetime.fromisoformat(known)
        position = business_now() - OVERLAP
        if (newest := await self._provider.newest_event()) is not None:
            position = max(position, newest.created_at)
        async with self._db.unit_of_work() as session:
            await self._cursors.move(
                session, LOG, Counts(), after=position.isoformat(), finished=True
            )
        return position

    async def read(
        self,
        kind: str,
        listing: Listing[Seen],
        write: Write[Seen],
        *,
        since: datetime | None = None,
    ) -> None:
        self._tell(kind)
        if self._cursors.finished(kind):
            return
        try:
            await self._walk(kind, listing, write, since)
        except UnknownAtProvider:
            # The object behind which it would go on was deleted at the provider.
            if self._cursors.after(kind) is None:
                raise
            self._cursors.restart()
            await self._walk(kind, listing, write, since)

    async def _walk(
        self, kind: str, listing: Listing[Seen], write: Write[Seen], since: datetime | None
    ) -> None:
        params = ListParams(after=self._cursors.after(kind), since=since)
        async with aclosing(ahead(listing(params))) as pages:
            async for page in pages:
                async with self._db.unit_of_work() as session:
                    counts = await write(session, page)
                    await self._move(session, counts, page.cursor)
                for written in counts:
                    self._tell(written)

    async def _move(
        self, session: AsyncSession, counts: dict[str, Counts], after: str | None
    ) -> None:
        for kind, more in counts.items():
            finished = after is None
            await self._cursors.move(session, kind, more, after=after, finished=finished)

    def _tell(self, kind: str) -> None:
        self._kinds.setdefault(kind)
        self._progress(kind, self._cursors.counts(kind).seen)

    async def deleted_customers(self) -> None:
        """Ask for each customer that was not listed: deleted ones are only told about by id."""
        kind, after_id = "deleted customers", ""
        self._tell(kind)
        while not self._cursors.finished(kind):
            async with self._db.reading() as session:
                began_at = self._cursors.began_at
                rows = await not_seen_since(session, began_at, after_id=after_id)
            after_id = rows[-1].id if rows else ""
            facts = [await self._unlisted(row.stripe_customer_id) for row in rows]
            async with self._db.unit_of_work() as session:
                outcomes = [
                    await project_customer(session, one, observed_at=observed_at)
                    for one, observed_at in facts
                    if one is not None
                ]
                counts = Counts(seen=len(outcomes), written=outcomes.count(Outcome.WRITTEN))
                await self._cursors.move(session, kind, counts, after=None, finished=not rows)
        self._tell(kind)

    async def _unlisted(
        self, customer_id: str
    ) -> tuple[CustomerFacts | DeletedCustomer | None, datetime]:
        """What there is to know now; nothing about one that can't be read, listed or not."""
        observed_at = wall_now()
        try:
            return await self._provider.customer(customer_id), observed_at
        except UnknownAtProvider:
            return DeletedCustomer(customer_id), observed_at
        except MalformedObject:
            return None, observed_at
