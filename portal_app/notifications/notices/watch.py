"""The watch over what people are to be told: finds it, and puts it into the outbox once.

A notice needs an event of the provider's, or a date that has come (docs/decisions/0016). An import
and a full comparison make no events, so they notify nobody by themselves; of what they bring, dates
that had come before are told to nobody either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.ingest import turns
from portal_app.ingest.turns import Kind, Turn
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.kit.ids import new_id
from portal_app.memberships.models import MembershipEvent
from portal_app.notifications.models import NoticeSent, NoticeSwitch
from portal_app.notifications.notices.finding import (
    NewEvents,
    Unsent,
    find,
    look_at,
    new_events,
    unsent,
)
from portal_app.notifications.notices.kind import NoticeKind, Occasion
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.switches import switch_on_what_is_new, switches
from portal_app.notifications.outbox import append_mail

# Longer than any transaction: a row may be committed later than another with a later time.
SETTLED_AFTER: Final = timedelta(seconds=15)
# Mails in one unit of work.
BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class _Pass:
    """One look at every kind: its times, and whether what is new here came by an import."""

    db: Database
    now: datetime
    began_at: datetime
    jumps: bool
    quiet_after: datetime | None
    first: bool

    def is_quiet_for(self, known_since: datetime | None) -> bool:
        """What an import brought, since the last look, is told to nobody."""
        if not self.first or known_since is None:
            return self.first
        return self.quiet_after is None or known_since >= self.quiet_after


async def look_for_notices(db: Database, *, sandbox: bool) -> int | None:
    """How many mails there are more; None when another process is at it, or before an import.

    In the *sandbox* every kind is on from the first look on.
    """
    imported = (await turns.standing(db)).get(Kind.EVENTS)
    if imported is None or imported.cursor_at is None:
        return None
    async with turns.taken(db, Kind.NOTICES) as turn:
        if turn is None:
            return None
        began_at = wall_now()
        async with db.unit_of_work() as session:
            if sandbox:
                await switch_on_what_is_new(session)
            known = await switches(session)
        this = _pass(db, turn, began_at, jumps=sandbox)
        total = 0
        for kind in NOTICES.values():
            row = known.get(kind.key)
            if row is not None and row.is_on:
                total += await _look(this, kind, row)
        await turn.finish(cursor_at=began_at)
        return total


def _pass(db: Database, turn: Turn, began_at: datetime, *, jumps: bool) -> _Pass:
    return _Pass(
        db=db,
        now=business_now(),
        began_at=began_at,
        jumps=jumps,
        quiet_after=turn.cursor_at,
        first=turn.finished_at is None,
    )


async def _look(this: _Pass, kind: NoticeKind, row: NoticeSwitch) -> int:
    until = this.began_at - SETTLED_AFTER
    async with this.db.reading() as session:
        news = NewEvents((), until)
        if kind.events:
            news = await new_events(session, kind, after=row.seen_until, until=until)
        look = look_at(news.rows, now=this.now, since=row.since, jumps=this.jumps)
        occasions = await find(session, kind, look)
        found = await unsent(session, kind, occasions)
        quiet = await _quiet(session, this, kind, found)
    total = 0
    for start in range(0, len(found), BATCH):
        async with this.db.unit_of_work() as session:
            for one in found[start : start + BATCH]:
                total += await _tell(session, kind, one, quiet=one.occasion.subject_id in quiet)
    await _seen(this.db, row, news.until)
    return total


async def _quiet(
    session: AsyncSession, this: _Pass, kind: NoticeKind, found: Sequence[Unsent]
) -> set[str]:
    """Subjects of dates that had come when an import brought their membership."""
    if not this.first or kind.when_due is None:
        return set()
    about = {one.occasion.membership_id for one in found}
    created = await session.execute(
        select(MembershipEvent.membership_id, MembershipEvent.recorded_at).where(
            col(MembershipEvent.membership_id).in_(about), MembershipEvent.kind == "created"
        )
    )
    known_since: dict[str, datetime] = {row[0]: row[1] for row in created}
    return {
        one.occasion.subject_id
        for one in found
        if this.is_quiet_for(known_since.get(one.occasion.membership_id))
    }


async def _tell(session: AsyncSession, kind: NoticeKind, one: Unsent, *, quiet: bool) -> int:
    """One mail more, unless somebody else was faster: the row is what says who was."""
    occasion, recipient = one.occasion, one.recipient
    if not await _claim(session, kind, occasion, recipient.address, quiet=quiet) or quiet:
        return 0
    append_mail(
        session,
        kind=kind.key,
        recipient=recipient.address,
        locale=recipient.locale,
        payload={
            **occasion.payload,
            "membership_id": occasion.membership_id,
            "person_id": occasion.person_id,
            **({"invited_as": recipient.invited_as} if recipient.invited_as else {}),
        },
    )
    return 1


async def _claim(
    session: AsyncSession, kind: NoticeKind, occasion: Occasion, address: str, *, quiet: bool
) -> bool:
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    done = await session.execute(
        dialect.insert(NoticeSent)
        .values(
            id=new_id("nsnt"),
            kind=kind.key,
            subject_id=occasion.subject_id,
            recipient=address,
            quiet=quiet,
            sent_at=wall_now(),
        )
        .on_conflict_do_nothing()
        .returning(NoticeSent.id)
    )
    return done.first() is not None


async def _seen(db: Database, row: NoticeSwitch, until: datetime) -> None:
    """What was read is not read again; not before the last of it is in the outbox."""
    if until <= row.seen_until:
        return
    async with db.unit_of_work() as session:
        known = await session.get(NoticeSwitch, row.kind, with_for_update=True)
        if known is not None and known.since == row.since:
            known.seen_until = until
