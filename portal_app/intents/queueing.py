"""Changes that wait for an open one about the same thing, and begin when that is closed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select, update

from portal_app.intents.errors import StillUnderWay
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.lookup import locked

# Intent.refusal of what was taken back before the provider was asked.
WITHDRAWN: Final = "withdrawn"
# Tries of the queue that waiting counts as, at most: so it looks every 40 seconds, and for ever.
_TRIES: Final = 3


async def begin_next(session: AsyncSession, about: str) -> None:
    """Let what waits for *about* begin, in the unit of work that has closed the open intent."""
    await session.flush()
    other = aliased(Intent)
    is_open = select(other.id).where(*_undecided(other, about, queued=False))
    waiting = update(Intent).where(*_undecided(Intent, about, queued=True), ~is_open.exists())
    values = {"queued": False, "due_at": wall_now(), "attempts": 0, "last_error": ""}
    # Whoever has claimed it at this moment keeps the lease.
    unread = {"synchronize_session": False}
    await session.execute(waiting.values(**values).execution_options(**unread))


async def began(db: Database, intent: Intent) -> bool:
    """Begin what was claimed while it waited; False when it was taken back meanwhile.

    Raises StillUnderWay while another is open.
    """
    # However long the other one takes, this one is not given up for having waited.
    intent.attempts = min(intent.attempts, _TRIES)
    try:
        async with db.unit_of_work() as session:
            # Whoever closes the open one locks it first and this one then: the other way round,
            # PostgreSQL would have to break off one of the two.
            is_open = _undecided(Intent, intent.about, queued=False)
            await session.execute(select(col(Intent.id)).where(*is_open).with_for_update())
            row = await locked(session, Intent, id=intent.id)
            if row is None or row.done_at is not None:
                return False
            row.queued, row.attempts = False, 1
    except IntegrityError as conflict:
        raise StillUnderWay from conflict
    # The looks while it waited were no tries: this is the first.
    intent.attempts = 1
    return True


async def queued_intent(session: AsyncSession, about: str, kind: str) -> Intent | None:
    """What of a *kind* waits to begin, locked: nobody begins it within this unit of work."""
    statement = select(Intent).where(
        *_undecided(Intent, about, queued=True), col(Intent.kind) == kind
    )
    fresh = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(fresh)).one_or_none()


def _undecided(of: type[Intent], about: str, *, queued: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        col(of.about) == about,
        col(of.done_at).is_(None),
        col(of.dead_at).is_(None),
        col(of.queued).is_(queued),
    )


def withdraw(waiting: Intent) -> None:
    """Nobody was asked for it yet, and nobody will be."""
    waiting.done_at, waiting.outcome = wall_now(), IntentOutcome.REFUSED
    waiting.refusal, waiting.leased_until, waiting.last_error = WITHDRAWN, None, ""
