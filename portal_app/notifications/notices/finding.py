"""What there is to tell, and to whom, of one kind at one look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.ingest.events import Ref, affected
from portal_app.ingest.models import ImportCursor, InboxEvent
from portal_app.kit.clock import from_unix, wall_now
from portal_app.notifications.models import NoticeSent
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion, Told
from portal_app.notifications.notices.recipients import Recipient, recipients

# What happened longer ago is no news: somebody who was away for a week finds no pile of it.
YOUNG: Final = timedelta(hours=48)
# Rows of the inbox in one look; the next one goes on behind them.
MOST_EVENTS: Final = 1000
# An import that stopped can go on for so long (`ingest.cursors`).
_IMPORT_GOES_ON: Final = timedelta(hours=24)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Unsent:
    """Somebody who has not been told of something yet."""

    occasion: Occasion
    recipient: Recipient


@dataclass(frozen=True, slots=True)
class NewEvents:
    """Events worked on after a moment; *until* is up to where they were read (wall time)."""

    rows: Sequence[InboxEvent]
    until: datetime


async def new_events(
    session: AsyncSession, kind: NoticeKind, *, after: datetime, until: datetime
) -> NewEvents:
    """Those of *kind* that were worked on from *after* on, at most MOST_EVENTS."""
    statement = (
        select(InboxEvent)
        .where(col(InboxEvent.handled_at) >= after, col(InboxEvent.type).in_(kind.events))
        .order_by(col(InboxEvent.handled_at), col(InboxEvent.id))
        .limit(MOST_EVENTS)
    )
    rows = (await session.scalars(statement)).all()
    if len(rows) == MOST_EVENTS and rows[-1].handled_at is not None:
        until = rows[-1].handled_at
    return NewEvents(rows, until)


def look_at(events: Sequence[InboxEvent], *, now: datetime, since: datetime, jumps: bool) -> Look:
    """What young events that happened *since* were about.

    Their age is the provider's word; but a sandbox's clock *jumps* a month at a time, or stands for
    days, so there it is counted from when we heard of them.
    """
    oldest = wall_now() - YOUNG
    told: dict[Ref, Told] = {}
    for event in events:
        created = _created_at(event.payload)
        age_from = event.received_at if jumps else created
        if created is None or age_from is None or created < since or age_from < oldest:
            continue
        for ref in affected(event.payload):
            told.setdefault(ref, Told(happened_at=created, received_at=event.received_at))
    return Look(now=now, since=since, told=told)


def _created_at(payload: dict[str, Any]) -> datetime | None:
    created = payload.get("created")
    return from_unix(created) if isinstance(created, int) else None


async def find(session: AsyncSession, kind: NoticeKind, look: Look) -> list[Occasion]:
    """Everything that *look* has of *kind*, whether it was told already or not."""
    found: list[Occasion] = []
    if kind.after_events is not None and look.told:
        found += await kind.after_events(session, look)
    if kind.when_due is not None and not await is_importing(session):
        found += await kind.when_due(session, look)
    return found


async def is_importing(session: AsyncSession) -> bool:
    """Whether an import is under way: what it has brought so far is no news."""
    began = col(ImportCursor.began_at) > wall_now() - _IMPORT_GOES_ON
    return (
        await session.scalars(select(ImportCursor.kind).where(began).limit(1))
    ).first() is not None


async def unsent(
    session: AsyncSession, kind: NoticeKind, occasions: Sequence[Occasion]
) -> list[Unsent]:
    """Who is to be told of what, without those who were."""
    people = {one.person_id for one in occasions if one.person_id is not None}
    addresses = await recipients(session, kind, people) if people else {}
    known = await _known(session, kind, [one.subject_id for one in occasions])
    return [
        Unsent(occasion, recipient)
        for occasion in {one.subject_id: one for one in occasions}.values()
        for recipient in addresses.get(occasion.person_id or "", ())
        if (occasion.subject_id, recipient.address) not in known
    ]


async def _known(
    session: AsyncSession, kind: NoticeKind, subjects: Sequence[str]
) -> set[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    for start in range(0, len(subjects), _AT_ONCE):
        statement = select(NoticeSent.subject_id, NoticeSent.recipient).where(
            NoticeSent.kind == kind.key,
            col(NoticeSent.subject_id).in_(subjects[start : start + _AT_ONCE]),
        )
        known |= {(row[0], row[1]) for row in await session.execute(statement)}
    return known
