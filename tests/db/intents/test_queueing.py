"""A change that waits for another one begins when that is closed, whatever became of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select, update

from portal_app.intents import queueing
from portal_app.intents.errors import Queued, StillUnderWay, Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.queueing import began, begin_next, queued_intent, withdraw
from portal_app.intents.service import asked_by
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.errors import ProviderUnavailable
from portal_app.kit.lookup import locked
from portal_app.provider.errors import UnknownAtProvider
from tests.conftest import Clocks
from tests.db.intents.test_intents import ADA, World

AWAY = ProviderUnavailable("No.")


class Line(World):
    """One kind of change is under way while another is asked for."""

    async def open_one(self) -> None:
        self.provider.fails = [AWAY]
        with pytest.raises(Waiting):
            await self.ask(self.write(kind="test.first"))

    async def queue(self, about: str = "cust_1") -> None:
        async def record(_session: AsyncSession) -> Intent:
            return asked_by(ADA, kind="test.second", about=about, payload={})

        await self.desk.carry_out(self.write(kind="test.second"), record, queues=True)

    async def work(self) -> int:
        kinds = by_kind(self.write(kind="test.first"), self.write(kind="test.second"))
        return await drain(Queue(Intent, "done_at", IntentHandler(self.desk, kinds)))

    async def work_off(self) -> None:
        """Whoever found the other still open looks again after a while."""
        for _ in range(4):
            self.clocks.wall.advance(timedelta(minutes=2))
            await self.work()

    async def row(self, kind: str) -> Intent:
        async with self.db.reading() as session:
            return (await session.scalars(select(Intent).where(Intent.kind == kind))).one()

    async def change(self, kind: str, **values: object) -> None:
        async with self.db.unit_of_work() as session:
            await session.execute(update(Intent).where(col(Intent.kind) == kind).values(**values))


@pytest.fixture
async def line(db: Database, clocks: Clocks) -> Line:
    line = Line(db, clocks)
    await line.open_one()
    return line


async def test_it_is_done_once_and_after_the_other(line: Line) -> None:
    with pytest.raises(Queued):
        await line.queue()
    assert len(line.provider.keys) == 1, "nobody was asked for it yet"
    await line.queue("cust_2")  # somebody else's waits for nothing
    await line.work_off()
    first, second = await line.row("test.first"), await _second(line)
    assert [first.outcome, second.outcome] == [IntentOutcome.DONE] * 2
    mine = [key for key in line.provider.keys if key.startswith((first.id, second.id))]
    assert mine == [first.key, first.key, second.key]


async def _second(line: Line) -> Intent:
    async with line.db.reading() as session:
        found = select(Intent).where(Intent.kind == "test.second", Intent.about == "cust_1")
        return (await session.scalars(found)).one()


async def test_it_begins_although_the_other_was_refused(line: Line) -> None:
    with pytest.raises(Queued):
        await line.queue()
    line.provider.fails = [UnknownAtProvider("Gone.")]
    await line.work_off()
    assert (await line.row("test.first")).outcome is IntentOutcome.REFUSED
    assert (await line.row("test.second")).outcome is IntentOutcome.DONE


async def test_it_begins_when_the_other_is_given_up_and_not_before(line: Line) -> None:
    with pytest.raises(Queued):
        await line.queue()
    late = wall_now() + timedelta(hours=2)
    await line.change("test.first", due_at=late)
    # However often it has looked, it is not given up for having waited.
    await line.change("test.second", attempts=500)
    line.clocks.wall.advance(timedelta(seconds=1))
    await line.work()
    waits = await line.row("test.second")
    assert (waits.dead_at, waits.queued, waits.done_at) == (None, True, None)
    await line.change("test.first", dead_at=wall_now())
    line.clocks.wall.advance(timedelta(hours=1))
    await line.work()
    assert (await line.row("test.second")).outcome is IntentOutcome.DONE


async def test_its_first_failure_is_its_first_try_however_often_it_has_looked(line: Line) -> None:
    with pytest.raises(Queued):
        await line.queue()
    await line.change("test.first", dead_at=wall_now())
    await line.change("test.second", attempts=500)
    line.provider.fails = [AWAY]
    line.clocks.wall.advance(timedelta(seconds=1))
    await line.work()
    begun = await line.row("test.second")
    assert (begun.dead_at, begun.queued, begun.attempts) == (None, False, 1)
    assert begun.last_error, "the provider did not answer"
    line.clocks.wall.advance(timedelta(seconds=15))
    await line.work()
    assert (await line.row("test.second")).outcome is IntentOutcome.DONE


async def test_it_waits_for_whoever_is_closing_the_other_and_neither_is_broken_off(
    line: Line,
) -> None:
    with pytest.raises(Queued):
        await line.queue()
    claimed = await line.row("test.second")
    async with line.db.unit_of_work() as session:
        first = await locked(session, Intent, kind="test.first")
        assert first is not None
        first.done_at, first.outcome = wall_now(), IntentOutcome.DONE
        await session.flush()
        beginning = asyncio.create_task(began(line.db, claimed))
        await asyncio.sleep(0.3)
        await begin_next(session, "cust_1")
    assert await beginning


async def test_it_is_not_given_up_when_it_could_not_even_begin(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_args: object, **_fields: object) -> None:
        message = "database is locked"
        raise RuntimeError(message)

    with pytest.raises(Queued):
        await line.queue()
    await line.change("test.first", dead_at=wall_now())
    await line.change("test.second", attempts=500)
    line.clocks.wall.advance(timedelta(seconds=1))
    with monkeypatch.context() as patched:
        patched.setattr(queueing, "locked", busy)
        await line.work()
    waits = await line.row("test.second")
    assert (waits.dead_at, waits.queued, waits.done_at) == (None, True, None)


async def test_what_was_given_up_does_not_wait(line: Line) -> None:
    with pytest.raises(Queued):
        await line.queue()
    await line.change("test.second", dead_at=wall_now())
    async with line.db.unit_of_work() as session:
        assert await queued_intent(session, "cust_1", "test.second") is None


async def test_the_same_twice_is_never_queued(line: Line) -> None:
    with pytest.raises(Queued):
        await line.queue()
    with pytest.raises(StillUnderWay):
        await line.queue()
    async with line.db.reading() as session:
        assert len((await session.scalars(select(Intent))).all()) == 2


async def test_what_was_withdrawn_is_never_asked_for(line: Line) -> None:
    with pytest.raises(Queued):
        await line.queue()
    async with line.db.unit_of_work() as session:
        waiting = await queued_intent(session, "cust_1", "test.second")
        assert waiting is not None
        withdraw(waiting)
    await line.work_off()
    second = await line.row("test.second")
    assert (second.outcome, second.refusal) == (IntentOutcome.REFUSED, "withdrawn")
    assert not [key for key in line.provider.keys if key.startswith(second.id)]
    async with line.db.unit_of_work() as session:
        assert await queued_intent(session, "cust_1", "test.second") is None


async def test_what_the_loop_had_claimed_when_it_was_withdrawn_is_not_sent(line: Line) -> None:
    with pytest.raises(Queued):
        await line.queue()
    claimed = await line.row("test.second")
    await line.change("test.second", done_at=wall_now(), outcome=IntentOutcome.REFUSED)
    writes = by_kind(line.write(kind="test.second"))
    await IntentHandler(line.desk, writes)(claimed)
    assert not [key for key in line.provider.keys if key.startswith(claimed.id)]
