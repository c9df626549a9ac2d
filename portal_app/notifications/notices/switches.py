"""Which kinds the portal sends, and since when: the operator's word, and the sandbox's default."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.errors import InvalidInput
from portal_app.notifications.models import NoticeSwitch
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.kinds import NOTICES


def named(keys: Collection[str]) -> list[NoticeKind]:
    """The kinds of these keys; raises InvalidInput for one that there is not."""
    unknown = sorted(set(keys) - NOTICES.keys())
    if unknown:
        known = ", ".join(NOTICES)
        raise InvalidInput(f"There is no notice {', '.join(unknown)}. There are: {known}.")
    return [kind for kind in NOTICES.values() if kind.key in keys]


async def switches(session: AsyncSession) -> dict[str, NoticeSwitch]:
    """By kind; a kind without one was never switched on."""
    return {row.kind: row for row in await session.scalars(select(NoticeSwitch))}


async def sent_kinds(session: AsyncSession) -> list[NoticeKind]:
    """The kinds that the portal sends."""
    known = await switches(session)
    return [
        kind for kind in NOTICES.values() if (row := known.get(kind.key)) is not None and row.is_on
    ]


async def switch_on(session: AsyncSession, kinds: Iterable[NoticeKind]) -> None:
    """From now on; what is on already keeps its beginning. Of what was before nobody is told."""
    known = await switches(session)
    for kind in kinds:
        row = known.get(kind.key)
        if row is None or not row.is_on:
            await session.merge(_beginning(kind))


async def switch_off(session: AsyncSession, kinds: Iterable[NoticeKind]) -> None:
    """At once; what is in the outbox already is still sent."""
    statement = select(NoticeSwitch).where(
        col(NoticeSwitch.kind).in_([kind.key for kind in kinds]), col(NoticeSwitch.is_on)
    )
    for row in (await session.scalars(statement)).all():
        row.is_on, row.changed_at = False, wall_now()


async def switch_on_what_is_new(session: AsyncSession) -> None:
    """In the sandbox everything is on that nobody has switched off."""
    known = await switches(session)
    for kind in NOTICES.values():
        if kind.key not in known:
            session.add(_beginning(kind))


def _beginning(kind: NoticeKind) -> NoticeSwitch:
    now = wall_now()
    return NoticeSwitch(
        kind=kind.key, is_on=True, since=_second(business_now()), seen_until=now, changed_at=now
    )


def _second(moment: datetime) -> datetime:
    """The provider's times are whole seconds: what happens in this one is after it."""
    return moment.replace(microsecond=0)
