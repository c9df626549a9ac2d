"""Throws away what nobody needs any more, a small batch at a time.

What was given up is never thrown away by itself: it has no date of being done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, Table, delete, select
from sqlalchemy.sql.dml import ReturningDelete

from portal_app.api.idempotency import KEPT_FOR
from portal_app.api.models import IdempotentRequest
from portal_app.identity.models import (
    Device,
    LoginCode,
    LoginSession,
    OidcAttempt,
    SignInRemoval,
    StepUp,
)
from portal_app.identity.rules import DEVICE_LIFETIME
from portal_app.ingest.models import InboxEvent
from portal_app.intents.models import Intent
from portal_app.invoices.upcoming.models import PreviewFailure
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.failpoints import failpoint
from portal_app.notifications.models import NoticeSent, OutboxMessage, SandboxMail
from portal_app.payment_methods.models import MethodSetup

BATCH: Final = 500
# Of each table in one run, so that a worker that is told to stop need not wait for a million rows.
MOST_BATCHES: Final = 20
# Between two batches, so that whoever waits for SQLite's write lock gets it.
PAUSE_SECONDS: Final = 0.02
MAILS_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of *model* are kept until *since* (a column) is *kept_for* ago; an index leads there."""

    model: Any
    since: str
    kept_for: timedelta

    @property
    def table(self) -> Table:
        table: Table = self.model.__table__
        return table

    def old(self, now: datetime) -> Select[str]:
        column = self.table.c[self.since]
        return select(self.table.c.id).where(column < now - self.kept_for).order_by(column)


KEPT: Final = (
    # Stripe lists events for 30 days: what arrives again within them is known as a repetition.
    Kept(InboxEvent, "handled_at", timedelta(days=35)),
    Kept(OutboxMessage, "sent_at", timedelta(days=90)),
    # What was changed stands in the events for ever; this is only how it was asked for.
    Kept(Intent, "done_at", timedelta(days=90)),
    # No notice is about something further back, or ahead, than a year.
    Kept(NoticeSent, "sent_at", timedelta(days=400)),
    # The provider's forms are good for a day, and its log of events reaches back for 30.
    Kept(MethodSetup, "opened_at", timedelta(days=35)),
    # One that is still tried is due within hours: its subscription is charged no more.
    Kept(PreviewFailure, "retry_at", timedelta(days=7)),
    Kept(IdempotentRequest, "created_at", KEPT_FOR),
    Kept(LoginCode, "expires_at", timedelta(days=1)),
    Kept(OidcAttempt, "expires_at", timedelta(days=1)),
    Kept(StepUp, "asked_at", timedelta(days=1)),
    # As long as a transfer that was asked for soon after may take: three days, a hold and its life.
    Kept(SignInRemoval, "removed_at", timedelta(days=14)),
    # None outlives its twelve hours, revoked or not.
    Kept(LoginSession, "expires_at", timedelta(days=30)),
    # Its cookie ends at the same time.
    Kept(Device, "last_seen_at", DEVICE_LIFETIME),
)


async def prune(db: Database) -> int:
    """Delete old rows, at most MOST_BATCHES × BATCH of each table; how many there were."""
    return sum([await _prune(db, statement) for statement in statements(wall_now())])


def statements(now: datetime) -> Iterator[ReturningDelete[tuple[str]]]:
    """One batch of each table."""
    for kept in KEPT:
        yield _batch(kept.table, kept.old(now))
    mails: Table = SandboxMail.__table__  # type: ignore[attr-defined]
    newest = select(mails.c.id).order_by(mails.c.created_at.desc(), mails.c.id.desc())
    older = mails.c.id.not_in(newest.limit(MAILS_KEPT))
    yield _batch(mails, select(mails.c.id).where(older).order_by(mails.c.created_at))


def _batch(table: Table, old: Select[str]) -> ReturningDelete[tuple[str]]:
    # Two workers that prune at once each take other rows, instead of waiting for one another.
    # A common table expression chooses once, whatever PostgreSQL plans; see `queue.claim`.
    chosen = old.limit(BATCH).with_for_update(skip_locked=True).cte("chosen")
    # They are counted from what comes back: SQLite's driver has no count where WITH comes first.
    gone = delete(table).where(table.c.id.in_(select(chosen.c.id)))
    return gone.returning(table.c.id)


async def _prune(db: Database, statement: ReturningDelete[tuple[str]]) -> int:
    total = 0
    for _ in range(MOST_BATCHES):
        async with db.unit_of_work() as session:
            count = len((await session.execute(statement)).all())
            failpoint("prune.deleted")
        total += count
        if count < BATCH:
            break
        await asyncio.sleep(PAUSE_SECONDS)
    return total
