"""Finding what the webhooks did not tell us (ADR 0013).

Neither way notifies by itself: an event that the log brings is told of like one that came, if it is
young enough (ADR 0016); what only a comparison finds is told to nobody.

*events*: the provider's log is read from where it was last read, and whatever of it never arrived
goes into the inbox. *full*: what may matter now is compared, object by object; after a gap of the
log, everything.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.ingest import turns
from portal_app.ingest.events import HANDLED_EVENTS
from portal_app.ingest.importer import Progress, sync
from portal_app.ingest.inbox import insert_missing
from portal_app.ingest.models import Reconciliation
from portal_app.ingest.observing import BUDGET_SECONDS, Observer
from portal_app.ingest.projecting import project
from portal_app.ingest.report import SyncReport
from portal_app.ingest.turns import OVERLAP, Kind
from portal_app.ingest.unlisted import unlisted
from portal_app.ingest.wallets import everybody
from portal_app.invoices.projection import add_up_anew
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.kit.errors import PortalError
from portal_app.memberships.models import Membership
from portal_app.memberships.repository import is_over
from portal_app.provider.errors import MalformedObject
from portal_app.provider.facts import ListParams
from portal_app.provider.objects import ObjectSource
from portal_app.provider.port import PaymentProvider

logger = logging.getLogger(__name__)
EVERY: Final = {Kind.EVENTS: timedelta(minutes=10), Kind.FULL: timedelta(days=7)}
# Stripe's log reaches 30 days back (docs.stripe.com/api/events); two are for us, to notice.
LOG_REACHES: Final = timedelta(days=28)
# Older invoices and payments change only when they are still open, and those are read whole.
RECENT: Final = timedelta(days=45)


# Objects that are asked for one by one, between two looks at the time.
AT_ONCE: Final = 100


class Account(PaymentProvider, ObjectSource, Protocol):
    """Its listings and its objects one by one."""


@dataclass(frozen=True, slots=True)
class LogReport:
    """How many events of kinds that we handle the log had, and how many never came."""

    seen: int
    missing: int


async def reconcile_events(provider: PaymentProvider, db: Database) -> LogReport | None:
    """Put into the inbox what the log has and we have not.

    None when another process is at it, and before the first import.
    """
    async with turns.taken(db, Kind.EVENTS) as turn:
        if turn is None or turn.cursor_at is None:
            return None
        seen = missing = 0
        # Where nothing happens for weeks, the newest event would look like a gap of the log.
        newest = max(turn.cursor_at, business_now() - OVERLAP)
        async for page in provider.events(ListParams(since=turn.cursor_at - OVERLAP)):
            handled = [event for event in page.facts if event.type in HANDLED_EVENTS]
            seen += len(handled)
            missing += await insert_missing(db, handled)
            newest = max([newest, *(event.created_at for event in page.facts)])
        await turn.finish(cursor_at=newest)
        return LogReport(seen, missing)


async def reconcile_fully(
    provider: Account, db: Database, *, progress: Progress
) -> SyncReport | None:
    """Compare what may matter now, as an import does; None when another process is at it.

    Left out are payments, closed invoices, refunds and purchases older than RECENT, and the
    payment methods of customers without a membership that may be charged again. Where the log no
    longer tells what has become of those, nothing is left out.
    """
    async with turns.taken(db, Kind.FULL) as turn:
        if turn is None:
            return None
        began_at = wall_now()
        whose = everybody if await _has_gap(db) else _still_charged(db)
        since = None if whose is everybody else _start_of_today() - RECENT
        report = await sync(provider, db, progress=progress, since=since, whose_methods=whose)
        await _ask_for_unlisted(provider, db, began_at)
        async with db.unit_of_work() as session:
            if mended := await add_up_anew(session):
                logger.warning("totals were wrong", extra={"fields": {"mended": mended}})
        return report


async def _ask_for_unlisted(source: ObjectSource, db: Database, before: datetime) -> None:
    """What the listings did not have is older, or deleted: each such object is asked for."""
    async with db.reading() as session:
        refs = await unlisted(session, before)
    for start in range(0, len(refs), AT_ONCE):
        observed = await Observer(source, BUDGET_SECONDS).observe(refs[start : start + AT_ONCE])
        for ref, seen in observed.items():
            if isinstance(seen, MalformedObject):
                continue
            if isinstance(seen, PortalError):
                raise seen
            await project(db, [(ref, seen)])


async def reconcile(
    provider: Account, db: Database, *, progress: Progress
) -> LogReport | SyncReport | None:
    """By the log, or by everything where the log no longer reaches; None as for either."""
    if await _has_gap(db):
        return await reconcile_fully(provider, db, progress=progress)
    return await reconcile_events(provider, db)


async def what_is_due(db: Database) -> Kind | None:
    """Nothing before the first import; FULL where the log no longer reaches back far enough."""
    rows = await turns.standing(db)
    events, full = rows.get(Kind.EVENTS), rows.get(Kind.FULL)
    if events is None or events.cursor_at is None or full is None:
        return None
    if _is_out_of_reach(events) or _ago(full.finished_at, Kind.FULL):
        return Kind.FULL
    return Kind.EVENTS if _ago(events.finished_at, Kind.EVENTS) else None


async def _has_gap(db: Database) -> bool:
    """Whether something may have happened of which the log no longer tells."""
    events = (await turns.standing(db)).get(Kind.EVENTS)
    return events is not None and _is_out_of_reach(events)


def _start_of_today() -> datetime:
    return business_now().replace(hour=0, minute=0, second=0, microsecond=0)


def _is_out_of_reach(events: Reconciliation) -> bool:
    return events.cursor_at is not None and events.cursor_at < business_now() - LOG_REACHES


def _ago(finished_at: datetime | None, kind: Kind) -> bool:
    return finished_at is None or finished_at <= wall_now() - EVERY[kind]


async def reconcile_if_due(provider: Account, db: Database) -> None:
    """What the timer does."""
    match await what_is_due(db):
        case Kind.FULL:
            report = await reconcile_fully(provider, db, progress=lambda _kind, _count: None)
            if report is not None:
                logger.info("reconciled fully", extra={"fields": {"written": report.written}})
        case Kind.EVENTS:
            log = await reconcile_events(provider, db)
            if log is not None and log.missing:
                logger.warning("events never came", extra={"fields": {"missing": log.missing}})


def _still_charged(db: Database) -> Callable[[Collection[str]], Awaitable[Collection[str]]]:
    """Picks the customers with a membership that has not ended."""

    async def choose(customer_ids: Collection[str]) -> Collection[str]:
        current = (
            select(Customer.stripe_customer_id)
            .join(Membership, col(Membership.customer_id) == col(Customer.id))
            .where(col(Customer.stripe_customer_id).in_(customer_ids), ~is_over())
        )
        async with db.reading() as session:
            return set((await session.scalars(current)).all())

    return choose
