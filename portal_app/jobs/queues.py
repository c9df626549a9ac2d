"""Which tables are queues, who handles their rows, and what the loop does beside."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final

from portal_app.declarations.models import Declaration
from portal_app.declarations.service import give_back_what_is_due, handle_declaration
from portal_app.ingest import inbox
from portal_app.ingest.changes import prune_changes
from portal_app.ingest.handling import InboxHandler
from portal_app.ingest.models import InboxEvent
from portal_app.ingest.outages import NOTE_EVERY, note_contact
from portal_app.ingest.reconciling import reconcile_if_due
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.service import desk
from portal_app.intents.writes import by_kind
from portal_app.invariants.service import sweep
from portal_app.invoices.details.service import DETAILS
from portal_app.jobs.card_watch import CardWatch
from portal_app.jobs.loop import JobLoop
from portal_app.jobs.notice_watch import NoticeWatch
from portal_app.jobs.preview_watch import PreviewWatch
from portal_app.jobs.pruning import prune
from portal_app.jobs.queue import BatchQueue, Queue
from portal_app.jobs.timers import Timer
from portal_app.kit.db import database
from portal_app.memberships.service import (
    CANCEL,
    CHANGE_LATER,
    CHANGE_NOW,
    DESCRIBE,
    DISCOUNT,
    EXTEND,
    GIVE_BACK,
    JOIN,
    KEEP,
    KEEP_PLAN,
    PAUSE,
    PAY,
    PROMOTION,
    REASSIGN,
    RESUME,
    SAVE_METHOD,
    UNPAUSE,
    WITHDRAW,
)
from portal_app.notifications import outbox
from portal_app.notifications.delivery import Delivery
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.transports import choose_transport
from portal_app.provider.current import provider
from portal_app.provider.objects import ObjectSource
from portal_app.provider.stripe_objects import StripeObjects
from portal_app.settings import Mode, Settings
from portal_app.transfers.service import END_OLD, KEEP_OLD, MOVE, NEW_CUSTOMER, watch_transfers

# Enough that the many events of one renewal meet in a batch, and few enough for a lease.
INBOX_BATCH: Final = 100
# Stripe tells of one renewal in a dozen events within moments; together they cost one fetch each
# of the invoice, the payment and the subscription. Nobody notices so short a wait.
GATHER_SECONDS: Final = 0.15
# Three and a half days at the longest pause: as long as Stripe itself would keep trying.
ATTEMPTS: Final = 92
# Every kind of write that there is.
WRITES: Final = by_kind(
    *(REASSIGN, PAY, SAVE_METHOD, CANCEL, KEEP, DISCOUNT, JOIN, DESCRIBE, EXTEND, DETAILS),
    *(PAUSE, UNPAUSE, RESUME),
    *(CHANGE_NOW, CHANGE_LATER, KEEP_PLAN, PROMOTION),
    *(NEW_CUSTOMER, MOVE, END_OLD, KEEP_OLD, WITHDRAW, GIVE_BACK),
)


def outbox_queue(settings: Settings) -> Queue[OutboxMessage]:
    """The outbox, delivered by the transport of *settings*; ValueError when they name none."""
    return Queue(OutboxMessage, "sent_at", Delivery(choose_transport(settings)))


def inbox_queue(source: ObjectSource) -> BatchQueue[InboxEvent]:
    """Stripe's events, each the reason to fetch objects from *source*."""
    return BatchQueue(
        InboxEvent,
        "handled_at",
        InboxHandler(database, source),
        batch=INBOX_BATCH,
        max_attempts=ATTEMPTS,
    )


def intent_queue() -> Queue[Intent]:
    """Changes at the provider that their customer's request could not finish."""
    handler = IntentHandler(desk(), WRITES)
    return Queue(Intent, "done_at", handler, max_attempts=ATTEMPTS)


def declaration_queue() -> Queue[Declaration]:
    """What people declared without signing in: looked into when they have their answer."""

    async def handle(declaration: Declaration) -> None:
        await handle_declaration(desk(), declaration)

    return Queue(Declaration, "handled_at", handle, max_attempts=ATTEMPTS)


def mail_loop(settings: Settings) -> JobLoop:
    """The loop that sends mail, woken by each append of this process."""
    return JobLoop((outbox_queue(settings),), signals=(outbox.listen,))


def intent_loop() -> JobLoop:
    """The loop that finishes what was begun: by itself, since each may wait for the provider."""
    note = Timer(NOTE_EVERY, lambda: note_contact(database()))
    return JobLoop((intent_queue(),), timers=(note,))


def declaration_loop() -> JobLoop:
    """By itself, since each may wait for the provider; woken by the mail that goes with each."""
    due = Timer(timedelta(minutes=1), lambda: give_back_what_is_due(desk()))
    return JobLoop((declaration_queue(),), signals=(outbox.listen,), timers=(due,))


def inbox_loop(source: ObjectSource) -> JobLoop:
    """The loop that works on Stripe's events, woken by each that this process has stored."""
    return JobLoop((inbox_queue(source),), signals=(inbox.listen,), gather_seconds=GATHER_SECONDS)


def notice_loop(settings: Settings) -> JobLoop:
    """The loop that finds what people are to be told of; it asks once a second, as others write."""
    watch = NoticeWatch(database, sandbox=settings.mode is Mode.SANDBOX)
    return JobLoop((), timers=(Timer(timedelta(seconds=1), watch.look_if_due),))


def housekeeping_loop() -> JobLoop:
    """The loop of what nobody waits for: it holds up no queue, and no queue holds it up."""
    return JobLoop(
        (),
        timers=(
            Timer(timedelta(minutes=10), lambda: prune_changes(database())),
            Timer(timedelta(minutes=1), lambda: prune(database())),
            Timer(timedelta(minutes=1), lambda: sweep.run(database())),
            Timer(timedelta(seconds=10), lambda: watch_transfers(database())),
            Timer(timedelta(seconds=5), CardWatch(database).look_if_due),
        ),
    )


def preview_loop() -> JobLoop:
    """The loop that asks what will be charged next: by itself, as the provider may be slow."""
    watch = PreviewWatch(database, provider())
    return JobLoop((), timers=(Timer(timedelta(0), watch.look_if_due),))


def reconcile_loop(source: StripeObjects) -> JobLoop:
    """The loop that looks whether a comparison is due: by itself, as one may take long."""
    look = Timer(timedelta(minutes=1), lambda: reconcile_if_due(source, database()))
    return JobLoop((), timers=(look,))


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Break *work* off at the stop: what it does may take long, and goes on where it was."""
    task = asyncio.create_task(work)
    await stop.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def run_jobs(settings: Settings, stop: asyncio.Event) -> None:
    """All that a process does in the background, until *stop* is set and what it began is done.

    Mail has a loop of its own: nobody who signs in waits behind a thousand events.
    """
    source = StripeObjects(settings.stripe_key, settings.stripe_base)
    try:
        await asyncio.gather(
            mail_loop(settings).run_forever(stop),
            intent_loop().run_forever(stop),
            declaration_loop().run_forever(stop),
            inbox_loop(source).run_forever(stop),
            _until(stop, reconcile_loop(source).run_forever(stop)),
            notice_loop(settings).run_forever(stop),
            housekeeping_loop().run_forever(stop),
            _until(stop, preview_loop().run_forever(stop)),
        )
    finally:
        await source.close()
