"""An intent is recorded, sent and applied once, whatever goes wrong between two of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.identity.actor import Actor, ActorKind, author_of
from portal_app.intents.errors import StillUnderWay, Unconfirmed, Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.service import KEY_KEPT_FOR, LEASE, Desk, asked_by, open_intents
from portal_app.intents.writes import Write, by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.db import Database
from portal_app.kit.errors import NotAllowed, ProviderUnavailable
from portal_app.provider.errors import ProviderFailed, UnknownAtProvider
from tests.conftest import Clocks

ADA = Actor(person_id="user_ada", session_id="sess_1", email="ada@example.com", locale="en")


@dataclass
class Provider:
    """Does what it is told; *fails* are raised one after the other before it works again."""

    fails: list[Exception] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    async def do(self, key: str) -> str:
        self.keys.append(key)
        if self.fails:
            raise self.fails.pop(0)
        self.done.add(key)
        return f"answer to {key}"


@dataclass
class World:
    db: Database
    clocks: Clocks
    provider: Provider = field(default_factory=Provider)
    applied: list[tuple[str, str, datetime]] = field(default_factory=list)
    found: str | None = None

    @property
    def desk(self) -> Desk:
        return Desk(lambda: self.db, self.provider)  # type: ignore[arg-type]

    def write(self, **over: Any) -> Write[str]:
        async def send(provider: Any, intent: Intent) -> str:
            answer: str = await provider.do(intent.key)
            return answer

        return Write(**{"kind": "test.write", "send": send, "apply": self.apply, **over})

    async def apply(
        self, session: AsyncSession, _intent: Intent, answer: str, *, observed_at: datetime
    ) -> None:
        self.applied.append((answer, author_of(session).id, observed_at))

    async def look(self, _provider: Any, _intent: Intent) -> str:
        return "as it is"

    async def find(self, _provider: Any, _intent: Intent) -> str | None:
        return self.found

    async def ask(self, write: Write[str], about: str = "cust_1") -> None:
        async def record(_session: AsyncSession) -> Intent:
            return asked_by(ADA, kind=write.kind, about=about, payload={"to": "x"})

        await self.desk.carry_out(write, record)

    async def drain(self, write: Write[str]) -> int:
        """Once through the jobs loop."""
        return await drain(Queue(Intent, "done_at", IntentHandler(self.desk, by_kind(write))))

    async def one(self) -> Intent:
        async with self.db.reading() as session:
            return (await session.scalars(select(Intent))).one()


@pytest.fixture
def world(db: Database, clocks: Clocks) -> World:
    return World(db, clocks)


async def test_what_goes_well_is_done_in_one_go(world: World) -> None:
    await world.ask(world.write())
    intent = await world.one()
    assert (intent.outcome, intent.refusal) == (IntentOutcome.DONE, "")
    assert (intent.actor_kind, intent.actor_id) == (ActorKind.CUSTOMER, "user_ada")
    assert world.applied == [(f"answer to {intent.id}-1", "user_ada", world.clocks.wall.now())]
    assert await world.drain(world.write()) == 0


async def test_nothing_is_sent_for_somebody_who_may_not(world: World) -> None:
    async def record(_session: AsyncSession) -> Intent:
        raise NotAllowed("No.")

    with pytest.raises(NotAllowed):
        await world.desk.carry_out(world.write(), record)
    assert world.provider.keys == []


async def test_a_refusal_closes_the_intent_and_the_next_try_has_a_key_of_its_own(
    world: World,
) -> None:
    world.provider.fails = [UnknownAtProvider("Gone.")]
    with pytest.raises(UnknownAtProvider):
        await world.ask(world.write())
    refused = await world.one()
    assert (refused.outcome, refused.refusal) == (IntentOutcome.REFUSED, "not_found")
    assert world.applied == []
    await world.ask(world.write())
    first, second = world.provider.keys
    assert first != second


async def test_no_answer_leaves_it_to_the_loop_with_the_same_key(world: World) -> None:
    world.provider.fails = [ProviderUnavailable("No."), ProviderUnavailable("Still no.")]
    with pytest.raises(Waiting):
        await world.ask(world.write())
    async with world.db.reading() as session:
        assert [one.about for one in await open_intents(session, ["cust_1", "cust_2"])] == [
            "cust_1"
        ]
    assert await world.drain(world.write()) == 1
    assert (await world.one()).done_at is None
    world.clocks.wall.advance(timedelta(minutes=1))
    assert await world.drain(world.write()) == 1
    assert (await world.one()).outcome is IntentOutcome.DONE
    assert len(world.provider.keys) == 3
    assert len(set(world.provider.keys)) == 1
    assert len(world.applied) == 1


async def test_what_failed_at_the_provider_is_tried_with_a_new_key(world: World) -> None:
    """Under the old one Stripe would repeat its 500 for ever."""
    world.provider.fails = [ProviderFailed("No.")]
    with pytest.raises(Waiting):
        await world.ask(world.write())
    assert await world.drain(world.write()) == 1
    assert [key.rsplit("-", 1)[1] for key in world.provider.keys] == ["1", "2"]


@pytest.mark.parametrize("found", [None, "made before"])
async def test_something_is_created_anew_only_when_it_is_not_there(
    world: World, found: str | None
) -> None:
    write, world.found = world.write(find=world.find), found
    world.provider.fails = [ProviderFailed("No.")]
    with pytest.raises(Waiting):
        await world.ask(write)
    await world.drain(write)
    assert len(world.provider.keys) == (1 if found else 2)
    assert world.applied[0][0] == (found or world.provider.keys[-1].join(["answer to ", ""]))


async def test_a_key_that_may_be_forgotten_is_not_trusted(world: World) -> None:
    write, world.found = world.write(find=world.find), "made before"
    world.provider.fails = [ProviderUnavailable("No.")]
    with pytest.raises(Waiting):
        await world.ask(write)
    world.clocks.wall.advance(KEY_KEPT_FOR + timedelta(minutes=1))
    await world.drain(write)
    assert len(world.provider.keys) == 1
    assert world.applied[0][0] == "made before"


async def test_a_payment_is_looked_at_and_never_repeated(world: World) -> None:
    write = world.write(look=world.look)
    world.provider.fails = [ProviderUnavailable("No.")]
    with pytest.raises(Unconfirmed):
        await world.ask(write)
    assert await world.drain(write) == 1
    assert (await world.one()).outcome is IntentOutcome.CONFIRMED
    assert len(world.provider.keys) == 1
    assert [answer for answer, *_ in world.applied] == ["as it is"]


async def test_one_change_to_a_thing_at_a_time(world: World) -> None:
    world.provider.fails = [ProviderUnavailable("No.")]
    with pytest.raises(Waiting):
        await world.ask(world.write())
    with pytest.raises(StillUnderWay):
        await world.ask(world.write())
    await world.ask(world.write(), about="cust_2")
    assert len(world.applied) == 1


async def test_one_that_is_being_carried_out_is_left_alone(world: World) -> None:
    """Until its lease has run out, as when the process that recorded it has died."""
    async with world.db.unit_of_work() as session:
        session.add(asked_by(ADA, kind="test.write", about="cust_1", payload={}))
    assert await world.drain(world.write()) == 0
    world.clocks.wall.advance(LEASE)
    assert await world.drain(world.write()) == 1
    assert (await world.one()).outcome is IntentOutcome.DONE


async def test_one_that_somebody_else_has_finished_is_not_applied_again(world: World) -> None:
    async with world.db.unit_of_work() as session:
        intent = asked_by(ADA, kind="test.write", about="cust_1", payload={})
        session.add(intent)
    await world.desk.proceed(world.write(), intent)
    await world.desk.proceed(world.write(), intent)
    assert len(world.applied) == 1


async def test_an_answer_that_could_not_be_applied_is_applied_later(world: World) -> None:
    async def broken(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        await world.ask(world.write(apply=broken))
    assert (await world.one()).done_at is None
    world.clocks.wall.advance(LEASE)
    await world.drain(world.write())
    assert (await world.one()).outcome is IntentOutcome.DONE
    assert len(set(world.provider.keys)) == 1


async def test_a_refusal_that_comes_later_ends_it(world: World) -> None:
    world.provider.fails = [ProviderUnavailable("No."), UnknownAtProvider("Gone.")]
    with pytest.raises(Waiting):
        await world.ask(world.write())
    await world.drain(world.write())
    async with world.db.reading() as session:
        rows = (await session.scalars(select(Intent).where(col(Intent.done_at).is_(None)))).all()
    assert rows == []
    assert (await world.one()).outcome is IntentOutcome.REFUSED
