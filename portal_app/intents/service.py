"""Writes at the payment provider that survive a crash between any two steps (design.md §5).

Recorded and committed, sent, applied and committed. Whoever is interrupted on the way, the jobs
loop takes the intent up when its lease has run out, with the same idempotency key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.identity.actor import Actor, Author, author_for, write_as
from portal_app.intents.errors import Queued, StillUnderWay, Unconfirmed, Undecided, Waiting
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.queueing import begin_next
from portal_app.intents.writes import Answer, Send, Write
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database, database
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.kit.failpoints import failpoint
from portal_app.kit.lookup import locked
from portal_app.provider.contact import contact
from portal_app.provider.current import provider
from portal_app.provider.errors import UNAVAILABLE, ProviderFailed
from portal_app.provider.writing import PaymentWriter

# Longer than the provider is given to answer, so that no two ever send the same intent.
LEASE: Final = timedelta(seconds=60)
# docs.stripe.com/api/idempotent_requests: keys may be forgotten "after they're at least 24 hours".
KEY_KEPT_FOR: Final = timedelta(hours=24)
# As long as somebody may be kept waiting for a change that the jobs loop makes.
_LOOKS: Final = 40
_LOOK_EVERY: Final = 0.1
Record = Callable[[AsyncSession], Awaitable[Intent]]


def asked_by(actor: Actor | Author, *, kind: str, about: str, payload: dict[str, Any]) -> Intent:
    """An intent of *actor*'s, leased by whoever is about to carry it out."""
    now, author = wall_now(), author_for(actor)
    return Intent(
        kind=kind,
        about=about,
        actor_kind=author.kind,
        actor_id=author.id,
        payload=payload,
        asked_at=business_now(),
        created_at=now,
        due_at=now,
        leased_until=now + LEASE,
        attempts=1,
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """Where writes are carried out: this process's database and provider.

    All calls of one intent together get *answer_within* seconds, as a customer waits for them.
    """

    database: Callable[[], Database]
    provider: PaymentWriter
    answer_within: float = 15.0

    async def carry_out(self, write: Write[Any], record: Record, *, queues: bool = False) -> None:
        """Do what *record* asks for; it checks who may, in the unit of work that writes it down.

        Raises what *record* raises, StillUnderWay, the provider's refusal (nothing was changed), or
        Waiting and Unconfirmed when the provider did not answer. What *queues* is written down
        though another change is under way, and raises Queued; the same change twice never is.
        """
        try:
            async with self.database().unit_of_work() as session:
                intent = await record(session)
                session.add(intent)
                await session.flush()
        except IntegrityError as conflict:
            if queues:
                await self._queue(record)
            raise StillUnderWay from conflict
        failpoint("intents.recorded")
        try:
            await self.proceed(write, intent)
        except ProviderUnavailable as unanswered:
            await self._leave_to_the_loop(intent, unanswered)
            raise (Unconfirmed if write.look else Waiting) from unanswered

    async def _queue(self, record: Record) -> None:
        """Raises Queued, or StillUnderWay when the same is being done already."""
        try:
            async with self.database().unit_of_work() as session:
                intent = await record(session)
                under_way = {one.kind for one in await open_intents(session, [intent.about])}
                # Nothing to wait for any more: what *record* read may be from before it was done.
                if not under_way or intent.kind in under_way:
                    raise StillUnderWay
                intent.queued, intent.leased_until, intent.attempts = True, None, 0
                session.add(intent)
        except IntegrityError as conflict:
            raise StillUnderWay from conflict
        failpoint("intents.queued")
        raise Queued

    async def proceed(self, write: Write[Any], intent: Intent) -> None:
        """Send and apply a recorded intent, and close it; a refusal closes it too and is raised.

        Raises ProviderUnavailable, with the intent still open, when nobody knows what became of it.
        """
        observed_at = wall_now()
        try:
            answer = await self._send(write, intent)
        except ProviderFailed:
            await self._begin_attempt(intent)
            raise
        except ProviderUnavailable:
            raise
        except PortalError as refusal:
            await self.close(intent, IntentOutcome.REFUSED, refusal=refusal.code)
            raise
        await self._apply(write, intent, answer, observed_at, IntentOutcome.DONE)

    async def look(self, look: Send[Any], write: Write[Any], intent: Intent) -> None:
        """Find out what became of an intent that must not be repeated, and close it.

        Raises ProviderUnavailable while the provider does not answer.
        """
        observed_at = wall_now()
        answer = await self.in_time(look(self.provider, intent))
        await self._apply(write, intent, answer, observed_at, IntentOutcome.CONFIRMED)

    async def _apply(
        self,
        write: Write[Any],
        intent: Intent,
        answer: Any,  # noqa: ANN401 -- as the write has it
        observed_at: datetime,
        outcome: IntentOutcome,
    ) -> None:
        failpoint("intents.sent")
        async with self.database().unit_of_work() as session:
            row = await _open(session, intent.id)
            if row is not None:
                write_as(session, Author(row.actor_kind, row.actor_id))
                await write.apply(session, row, answer, observed_at=observed_at)
                _finish(row, outcome)
                await begin_next(session, row.about)
                failpoint("intents.applying")
        failpoint("intents.applied")

    async def close(self, intent: Intent, outcome: IntentOutcome, *, refusal: str = "") -> None:
        async with self.database().unit_of_work() as session:
            if (row := await _open(session, intent.id)) is not None:
                _finish(row, outcome, refusal=refusal)
                await begin_next(session, row.about)

    async def _send(self, write: Write[Any], intent: Intent) -> Any:  # noqa: ANN401 -- per write
        forgotten = intent.created_at < wall_now() - KEY_KEPT_FOR
        if write.find is not None and (forgotten or intent.attempt > 1):
            found = await self.in_time(write.find(self.provider, intent))
            if found is not None:
                return found
        try:
            return await self.in_time(write.send(self.provider, intent))
        except Undecided:
            await self._decide(write, intent)
        return await self.in_time(write.send(self.provider, intent))

    async def _decide(self, write: Write[Any], intent: Intent) -> None:
        """*intent* is brought to what stands in its row by then, which others may have changed."""
        async with self.database().unit_of_work() as session:
            row = await _open(session, intent.id)
            if row is None or write.decide is None:
                raise StillUnderWay
            write.decide(row)
            intent.payload = row.payload

    async def in_time(self, call: Awaitable[Answer]) -> Answer:
        """What the provider answers to *call* while somebody waits, else ProviderUnavailable."""
        try:
            async with asyncio.timeout(self.answer_within):
                return await call
        except TimeoutError as late:
            contact.failed()
            raise ProviderUnavailable(UNAVAILABLE) from late

    async def _begin_attempt(self, intent: Intent) -> None:
        """Under the old key the provider would only repeat that it failed."""
        async with self.database().unit_of_work() as session:
            if (row := await _open(session, intent.id)) is not None:
                row.attempt += 1

    async def _leave_to_the_loop(self, intent: Intent, error: ProviderUnavailable) -> None:
        async with self.database().unit_of_work() as session:
            if (row := await _open(session, intent.id)) is not None:
                row.leased_until, row.last_error = None, error.code


def desk() -> Desk:
    """This process's."""
    return Desk(database, provider())


async def open_intents(session: AsyncSession, about: list[str]) -> list[Intent]:
    """Changes to these rows of ours that wait for the provider, oldest first."""
    statement = (
        select(Intent)
        .where(
            col(Intent.about).in_(about),
            col(Intent.done_at).is_(None),
            col(Intent.dead_at).is_(None),
        )
        .order_by(col(Intent.created_at))
    )
    return list((await session.execute(statement)).scalars())


async def newest_intent(session: AsyncSession, about: str) -> Intent | None:
    """The latest change to this row of ours, made or not."""
    statement = select(Intent).where(col(Intent.about) == about)
    return (await session.scalars(statement.order_by(col(Intent.created_at).desc()))).first()


async def settled(database: Database, about: str) -> None:
    """Wait a moment for the jobs loop to make an open change. Raises Waiting when it does not."""
    for _ in range(_LOOKS):
        async with database.reading() as session:
            if not await open_intents(session, [about]):
                return
        await asyncio.sleep(_LOOK_EVERY)
    raise Waiting


async def _open(session: AsyncSession, intent_id: str) -> Intent | None:
    """The intent, locked, unless somebody else has closed it."""
    row = await locked(session, Intent, id=intent_id)
    return row if row is not None and row.done_at is None else None


def _finish(row: Intent, outcome: IntentOutcome, *, refusal: str = "") -> None:
    row.done_at, row.outcome, row.refusal = wall_now(), outcome, refusal
    row.leased_until, row.last_error = None, ""
