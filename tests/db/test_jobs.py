"""The leased queue: once each, again after a crash, later after a failure, dead in the end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from portal_app.jobs.loop import JobLoop, drain
from portal_app.jobs.queue import LEASE, MAX_ATTEMPTS, GiveUp, Queue, pause_after
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.notifications import outbox
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.outbox import append_mail
from tests.conftest import Clocks
from tests.draining import drain_all


class Handler:
    """Counts what it was given, and fails as told."""

    def __init__(self, *failures: BaseException) -> None:
        self.seen: list[str] = []
        self.failures = list(failures)

    async def __call__(self, row: OutboxMessage) -> None:
        self.seen.append(row.id)
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)


def queue_of(handler: Any) -> Queue[OutboxMessage]:
    return Queue(OutboxMessage, "sent_at", handler)


async def append(db: Database, count: int = 1) -> list[str]:
    async with db.unit_of_work() as session:
        messages = [
            append_mail(session, kind="x", recipient="a@b.co", locale="en", payload={})
            for _ in range(count)
        ]
    return [message.id for message in messages]


async def row_of(db: Database, identifier: str) -> OutboxMessage:
    async with db.reading() as session:
        query = select(OutboxMessage).where(OutboxMessage.id == identifier)
        found: OutboxMessage = (await session.execute(query)).scalars().one()
        return found


async def test_each_row_is_handled_once_and_marked(clocks: Clocks, db: Database) -> None:
    identifiers, handler = await append(db, 25), Handler()
    loop = JobLoop((queue_of(handler),))
    assert await drain_all(loop) == 25
    assert sorted(handler.seen) == sorted(identifiers)
    assert await loop.drain_once() == 0
    row = await row_of(db, identifiers[0])
    assert (row.sent_at, row.leased_until, row.attempts) == (wall_now(), None, 1)


async def test_two_workers_never_share_a_row(clocks: Clocks, db: Database) -> None:
    identifiers, handler = await append(db, 40), Handler()
    await asyncio.gather(*[drain_all(JobLoop((queue_of(handler),))) for _ in range(4)])
    assert Counter(handler.seen) == Counter(identifiers)


async def test_a_lease_keeps_others_away_until_it_ends(clocks: Clocks, db: Database) -> None:
    [identifier], handler = await append(db), Handler()
    queue = queue_of(handler)
    assert [row.id for row in await queue.claim()] == [identifier]  # and then the process dies
    clocks.wall.advance(LEASE - timedelta(seconds=1))
    assert await drain(queue) == 0
    clocks.wall.advance(timedelta(seconds=1))
    assert await drain(queue) == 1
    assert (await row_of(db, identifier)).attempts == 2


async def test_a_failure_is_tried_again_later(clocks: Clocks, db: Database) -> None:
    [identifier], handler = await append(db), Handler(OSError("token=abc is away"))
    queue = queue_of(handler)
    await drain(queue)
    row = await row_of(db, identifier)
    assert row.sent_at is None
    assert row.leased_until is None
    assert timedelta(seconds=8) <= row.due_at - wall_now() <= timedelta(seconds=12)
    assert row.last_error == "OSError: token=[masked] is away"
    assert await drain(queue) == 0
    clocks.wall.advance(timedelta(seconds=12))
    assert await drain(queue) == 1
    assert (await row_of(db, identifier)).sent_at == wall_now()


async def test_after_the_last_attempt_a_row_is_dead(clocks: Clocks, db: Database) -> None:
    [identifier], handler = await append(db), Handler(*[OSError("away")] * 20)
    queue = queue_of(handler)
    for _ in range(MAX_ATTEMPTS + 3):
        await drain(queue)
        clocks.wall.advance(timedelta(hours=2))
    row = await row_of(db, identifier)
    assert len(handler.seen) == row.attempts == MAX_ATTEMPTS
    assert row.dead_at is not None
    assert row.sent_at is None


async def test_giving_up_is_final_and_kept(clocks: Clocks, db: Database) -> None:
    [identifier], handler = await append(db), Handler(GiveUp("no such mailbox"))
    queue = queue_of(handler)
    await drain(queue)
    clocks.wall.advance(timedelta(days=1))
    assert await drain(queue) == 0
    row = await row_of(db, identifier)
    assert row.dead_at is not None
    assert "no such mailbox" in row.last_error


async def test_one_failure_does_not_hold_up_the_others(clocks: Clocks, db: Database) -> None:
    await append(db, 5)
    handler = Handler(OSError("away"))
    await drain_all(JobLoop((queue_of(handler),)))
    async with db.reading() as session:
        rows = (await session.execute(select(OutboxMessage))).scalars().all()
    assert sorted(row.sent_at is None for row in rows) == [False] * 4 + [True]


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (4, 80), (12, 3600)])
def test_pauses_double_up_to_an_hour(attempts: int, seconds: int) -> None:
    pauses = [pause_after(attempts).total_seconds() for _ in range(50)]
    assert seconds * 0.8 <= min(pauses) < max(pauses) <= seconds * 1.2


async def test_an_append_wakes_the_loop_at_once(db: Database) -> None:
    handled = asyncio.Event()

    async def handle(_row: OutboxMessage) -> None:
        handled.set()

    stop = asyncio.Event()
    loop = JobLoop((queue_of(handle),), signals=(outbox.listen,))
    running = asyncio.create_task(loop.run_forever(stop))
    await asyncio.sleep(0.1)
    started = time.monotonic()
    await append(db)
    await asyncio.wait_for(handled.wait(), 5)
    assert time.monotonic() - started < 0.5
    stop.set()
    await asyncio.wait_for(running, 5)


async def _append_and_fail(db: Database) -> None:
    async with db.unit_of_work() as session:
        append_mail(session, kind="x", recipient="a@b.co", locale="en", payload={})
        raise RuntimeError


async def test_a_rolled_back_append_wakes_nobody(clocks: Clocks, db: Database) -> None:
    calls: list[int] = []
    stop_listening = outbox.listen(lambda: calls.append(1))
    with pytest.raises(RuntimeError):
        await _append_and_fail(db)
    assert calls == []
    await append(db)
    assert calls == [1]
    stop_listening()
    await append(db)
    assert calls == [1]


async def test_stopping_finishes_what_was_begun(db: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(_row: OutboxMessage) -> None:
        begun.set()
        await go_on.wait()

    [identifier] = await append(db)
    stop = asyncio.Event()
    running = asyncio.create_task(JobLoop((queue_of(handle),)).run_forever(stop))
    await asyncio.wait_for(begun.wait(), 5)
    stop.set()
    await asyncio.sleep(0.05)
    assert not running.done()
    go_on.set()
    await asyncio.wait_for(running, 5)
    assert (await row_of(db, identifier)).sent_at is not None


async def test_the_loop_outlives_a_database_that_is_away(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    [identifier], handler = await append(db), Handler()
    queue, broken = queue_of(handler), [True]
    real = Queue.has_due

    async def has_due(self: Queue[Any]) -> bool:
        if broken:
            broken.clear()
            raise ConnectionError("the database is away")
        return await real(self)

    monkeypatch.setattr(Queue, "has_due", has_due)
    monkeypatch.setattr("portal_app.jobs.loop.IDLE_SECONDS", 0.05)
    stop = asyncio.Event()
    running = asyncio.create_task(JobLoop((queue,)).run_forever(stop))
    for _ in range(100):
        if handler.seen:
            break
        await asyncio.sleep(0.05)
    stop.set()
    await running
    assert handler.seen == [identifier]
    assert "will try again" in caplog.text
