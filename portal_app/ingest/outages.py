"""Times in which the payment provider did not answer: pages say then how old their facts are.

Each process notes what it saw of the provider itself; the table is where they agree.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.ingest.models import EVERYBODY, Change, Outage
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.provider.contact import Contact, contact

# A hiccup is nobody's business: the SDK repeats a call within seconds, the inbox within ten.
NOTICED_AFTER: Final = timedelta(seconds=20)
NOTE_EVERY: Final = timedelta(seconds=5)


async def outage_since(db: Database) -> datetime | None:
    """The last answer before the outage that is going on; None while the provider answers."""
    async with db.reading() as session:
        outage = await _latest(session)
    return outage.since if outage is not None and outage.going_on else None


async def note_contact(db: Database, seen: Contact = contact) -> None:
    """Open or close an outage by what this process saw, and have every open page say so."""
    async with db.reading() as session:
        latest = await _latest(session)
    change = _change(latest, seen)
    if change is None:
        return
    try:
        async with db.unit_of_work() as session:
            await session.merge(change)
            session.add(Change(person_id=EVERYBODY, topic="outages", at=wall_now()))
    except IntegrityError:
        return  # another process has said so already


def _change(latest: Outage | None, seen: Contact) -> Outage | None:
    """What is to be written; the newer of an answer and a failure wins, whoever had which."""
    open_one = latest if latest is not None and latest.going_on else None
    if open_one is not None:
        answered = seen.answered_at is not None and seen.answered_at > open_one.noticed_at
        if not answered or seen.failing_since is not None:
            return None
        open_one.ended_at, open_one.going_on = seen.answered_at, None
        return open_one
    failing_since, failed_at = seen.failing_since, seen.failed_at
    if failing_since is None or failed_at is None or failed_at - failing_since < NOTICED_AFTER:
        return None
    if latest is not None and latest.ended_at is not None and failed_at <= latest.ended_at:
        return None
    return Outage(since=seen.answered_at or failing_since, noticed_at=wall_now())


async def _latest(session: AsyncSession) -> Outage | None:
    newest = select(Outage).order_by(col(Outage.noticed_at).desc()).limit(1)
    return (await session.scalars(newest)).first()
