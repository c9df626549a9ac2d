"""`portal sync` and `portal reconcile`: bringing our tables to where the Stripe account is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from portal_app.demo.serving import sandbox_base
from portal_app.ingest import turns
from portal_app.ingest.importer import SyncReport, sync
from portal_app.ingest.reconciling import reconcile, reconcile_fully
from portal_app.ingest.turns import Kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queues import inbox_queue
from portal_app.kit.db import database
from portal_app.kit.errors import Conflict
from portal_app.provider.stripe_objects import StripeObjects
from portal_app.settings import Mode, get_settings

Say = Callable[[str], None]
BUSY = "Another process is reading the account. Try again when it is done."


async def sync_account(*, say: Say, since: datetime | None = None) -> None:
    """Import whatever account the settings point at, the sandbox included; *since* as for `sync`.

    Raises like `sync`, and Conflict while another process imports; an import that was cut off goes
    on where it stopped.
    """
    async with _account() as account, turns.taken(database(), Kind.FULL) as turn:
        if turn is None:
            raise Conflict(BUSY)
        report = await sync(account, database(), progress=_progress(say), since=since)
    _tell(report, say)


async def reconcile_account(*, say: Say, full: bool) -> None:
    """Find and apply what webhooks did not tell. Raises Conflict when nothing was imported yet."""
    known = (await turns.standing(database())).get(Kind.EVENTS)
    if known is None or known.cursor_at is None:
        raise Conflict("Nothing was imported yet. Run `portal sync` first.")
    async with _account() as account:
        if full:
            report = await reconcile_fully(account, database(), progress=_progress(say))
            if report is None:
                raise Conflict(BUSY)
            _tell(report, say)
            return
        log = await reconcile(account, database(), progress=_progress(say))
        if log is None:
            raise Conflict(BUSY)
        if isinstance(log, SyncReport):
            _tell(log, say)
            return
        inbox = inbox_queue(account)
        while await drain(inbox):
            continue
    since = f"{known.cursor_at:%Y-%m-%d %H:%M} UTC"
    say(f"{log.seen} events since {since}, {log.missing} of them had never come.")


@asynccontextmanager
async def _account() -> AsyncIterator[StripeObjects]:
    settings = get_settings()
    async with AsyncExitStack() as stack:
        base = settings.stripe_base
        if settings.mode is Mode.SANDBOX:
            base = await stack.enter_async_context(sandbox_base(settings))
        account = StripeObjects(settings.stripe_key, base)
        stack.push_async_callback(account.close)
        yield account


def _progress(say: Say) -> Callable[[str, int], None]:
    return lambda kind, count: say(f"{kind}: {count} so far")


def _tell(report: SyncReport, say: Say) -> None:
    for kind, counts in report.kinds.items():
        figures = f"{counts.seen:>6} seen {counts.written:>6} written"
        left_out = f"{counts.skipped:>4} unreadable {counts.unrelated:>4} of nobody known"
        say(f"{kind:<17} {figures} {left_out}")
