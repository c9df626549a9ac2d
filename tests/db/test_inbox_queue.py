"""The inbox as a queue: whole batches, single failures, dead letters and their replay."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from portal_app.ingest import inbox
from portal_app.ingest.changes import KEPT_FOR, prune_changes
from portal_app.ingest.inbox import insert
from portal_app.ingest.models import Change, InboxEvent
from portal_app.jobs.commands import job_commands
from portal_app.jobs.letters import failing, replay
from portal_app.jobs.loop import JobLoop
from portal_app.jobs.queue import BatchQueue, GiveUp
from portal_app.jobs.timers import Timer
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.errors import InvalidInput
from portal_app.notifications.models import OutboxMessage
from portal_app.provider.webhooks import SignedEvent
from tests.conftest import Clocks
from tests.draining import drain_all
from tests.rows import all_of


class Handler:
    """Takes batches, and fails as told by Stripe's event id."""

    def __init__(self, **failures: Exception) -> None:
        self.batches: list[list[str]] = []
        self.failures = failures
        self.broken: Exception | None = None

    async def __call__(self, rows: Sequence[InboxEvent]) -> Mapping[str, Exception]:
        self.batches.append([row.stripe_event_id for row in rows])
        if self.broken:
            raise self.broken
        told = self.failures
        return {row.id: told[row.stripe_event_id] for row in rows if row.stripe_event_id in told}


def queue_of(handler: Handler) -> BatchQueue[InboxEvent]:
    return BatchQueue(InboxEvent, "handled_at", handler, batch=4, max_attempts=3)


async def arrive(db: Database, *names: str) -> None:
    await insert(db, [SignedEvent(name, "customer.updated", {"id": name}) for name in names])


async def by_name(db: Database) -> dict[str, InboxEvent]:
    return {row.stripe_event_id: row for row in await all_of(db, InboxEvent)}


async def test_a_batch_is_handled_together_and_each_failure_alone(
    clocks: Clocks, db: Database
) -> None:
    await arrive(db, "a", "b", "c", "d", "e", "f")
    handler = Handler(b=OSError("away"), c=GiveUp("senseless"))
    assert await drain_all(JobLoop((queue_of(handler),))) == 6
    assert sorted(len(batch) for batch in handler.batches) == [2, 4]
    rows = await by_name(db)
    assert {name for name, row in rows.items() if row.handled_at} == {"a", "d", "e", "f"}
    assert rows["b"].dead_at is None
    assert rows["b"].due_at > wall_now()
    assert rows["b"].last_error == "OSError: away"
    assert rows["c"].dead_at == wall_now()


async def test_a_handler_that_breaks_fails_its_whole_batch(clocks: Clocks, db: Database) -> None:
    await arrive(db, "a", "b")
    handler = Handler()
    handler.broken = RuntimeError("no")
    await drain_all(JobLoop((queue_of(handler),)))
    assert {row.last_error for row in await all_of(db, InboxEvent)} == {"RuntimeError: no"}
    handler.broken = None
    clocks.wall.advance(timedelta(seconds=13))
    await drain_all(JobLoop((queue_of(handler),)))
    assert all(row.handled_at for row in await all_of(db, InboxEvent))


async def test_a_stopped_loop_finishes_its_batch_and_leaves_the_rest(
    clocks: Clocks, db: Database
) -> None:
    """What SIGTERM does: nothing stays leased, nothing is begun any more."""
    await arrive(db, *"abcdefghij")
    stop, inside, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class Slow(Handler):
        async def __call__(self, rows: Sequence[InboxEvent]) -> Mapping[str, Exception]:
            inside.set()
            await go_on.wait()
            return await super().__call__(rows)

    running = asyncio.create_task(JobLoop((queue_of(Slow()),)).run_forever(stop))
    await asyncio.wait_for(inside.wait(), 5)
    stop.set()
    go_on.set()
    await asyncio.wait_for(running, 5)
    rows = await all_of(db, InboxEvent)
    assert sorted(row.attempts for row in rows) == [0] * 6 + [1] * 4
    assert all((row.handled_at is not None) == (row.attempts == 1) for row in rows)
    assert all(row.leased_until is None for row in rows)


async def test_a_new_event_wakes_the_loop_at_once(
    clocks: Clocks, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal_app.jobs.loop.IDLE_SECONDS", 60)
    handler, stop = Handler(), asyncio.Event()
    loop = JobLoop((queue_of(handler),), signals=(inbox.listen,))
    running = asyncio.create_task(loop.run_forever(stop))
    await asyncio.sleep(0.1)
    intake = inbox.Intake(lambda: db)
    await intake.store(SignedEvent("a", "customer.updated", {}))
    for _ in range(100):
        if handler.batches:
            break
        await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert handler.batches == [["a"]]


async def test_dead_letters_are_listed_and_replayed(clocks: Clocks, db: Database) -> None:
    await arrive(db, "a", "b", "c")
    loop = JobLoop((queue_of(Handler(b=GiveUp("senseless"), c=OSError("away"))),))
    await drain_all(loop)
    letters = {letter.id: letter for letter in await failing(db, "inbox")}
    rows = await by_name(db)
    assert set(letters) == {rows["b"].id, rows["c"].id}
    assert letters[rows["b"].id].dead
    assert not letters[rows["c"].id].dead
    assert await replay(db, "inbox", []) == 1
    row = (await by_name(db))["b"]
    assert (row.dead_at, row.attempts, row.due_at, row.last_error) == (None, 0, wall_now(), "")
    # Looking again at what was handled is allowed, by our id or by Stripe's.
    assert await replay(db, "inbox", [rows["a"].id, "c", "nobody"]) == 2
    assert (await by_name(db))["a"].handled_at is None
    assert await failing(db, "inbox") == []
    with pytest.raises(InvalidInput):
        await failing(db, "elsewhere")


async def test_a_mail_that_was_sent_is_not_sent_again(clocks: Clocks, db: Database) -> None:
    now = wall_now()
    facts = {"kind": "x", "recipient": "a@b.co", "payload": {}, "created_at": now, "due_at": now}
    async with db.unit_of_work() as session:
        session.add(OutboxMessage(id="mail_sent", sent_at=now, **facts))
        session.add(OutboxMessage(id="mail_dead", dead_at=now, last_error="no", **facts))
    assert await replay(db, "outbox", ["mail_sent", "mail_dead"]) == 1
    rows = {row.id: row for row in await all_of(db, OutboxMessage)}
    assert rows["mail_sent"].sent_at == now
    assert rows["mail_dead"].dead_at is None


async def test_a_timer_runs_at_the_start_and_then_by_wall_time(clocks: Clocks) -> None:
    runs: list[int] = []

    async def work() -> None:
        runs.append(len(runs))
        if len(runs) == 2:
            raise RuntimeError("not this time")

    timer = Timer(timedelta(minutes=10), work)
    assert [await timer.run_if_due(), await timer.run_if_due()] == [True, False]
    clocks.wall.advance(timedelta(minutes=10))
    with pytest.raises(RuntimeError):
        await timer.run_if_due()
    assert not await timer.run_if_due()
    clocks.wall.advance(timedelta(minutes=10))
    assert await timer.run_if_due()
    assert len(runs) == 3


async def test_old_changes_are_thrown_away_but_never_the_newest(
    clocks: Clocks, db: Database
) -> None:
    async with db.unit_of_work() as session:
        for age in (3, 2, 0):
            at = wall_now() - timedelta(hours=age)
            session.add(Change(person_id="pers_1", topic="x", at=at))
            await session.flush()
    assert await prune_changes(db) == 2
    clocks.wall.advance(KEPT_FOR * 2)
    assert await prune_changes(db) == 0
    [last] = await all_of(db, Change)
    assert last.at == wall_now() - KEPT_FOR * 2


def test_the_commands_say_what_they_did(clocks: Clocks, database_url: str) -> None:
    """On a database of their own event loop, as the command line has."""

    async def one_dead() -> None:
        database = Database(database_url)
        await arrive(database, "a")
        async with database.unit_of_work() as session:
            row = await session.merge((await by_name(database))["a"])
            row.dead_at, row.attempts, row.last_error = wall_now(), 3, "OSError: away"
        await database.close()

    asyncio.run(one_dead())
    app = job_commands(lambda: Database(database_url))
    listed = CliRunner().invoke(app, ["list"])
    assert "customer.updated  3 attempts  dead  OSError: away" in listed.output
    assert CliRunner().invoke(app, ["replay"]).output == "1 due now.\n"
    assert CliRunner().invoke(app, ["list"]).output == "Nothing failed.\n"
    assert CliRunner().invoke(app, ["list", "--queue", "outbox"]).output == "Nothing failed.\n"
