"""Which notices a person gets: what may be chosen, and choosing. The actor comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from portal_app.identity.actor import Actor
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import NotAllowed, NotFound
from portal_app.notifications.models import NoticePreference
from portal_app.notifications.notices.kind import NoticeKind
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.recipients import is_wanted
from portal_app.notifications.notices.switches import sent_kinds


@dataclass(frozen=True, slots=True)
class NoticeSetting:
    """A kind that the portal sends, and whether the person gets it."""

    kind: NoticeKind
    wanted: bool


async def notice_settings(session: AsyncSession, actor: Actor) -> Sequence[NoticeSetting]:
    """Those that the portal sends: about the others it has no say."""
    statement = select(NoticePreference).where(NoticePreference.person_id == actor.person_id)
    chosen = {row.kind: row.wanted for row in await session.scalars(statement)}
    return [
        NoticeSetting(kind, is_wanted(kind, chosen.get(kind.key)))
        for kind in await sent_kinds(session)
    ]


async def choose_notice(session: AsyncSession, actor: Actor, key: object, wanted: object) -> None:
    """Get notices of a kind or not, from now on; for the actor alone.

    Raises NotFound for a kind that there is not, NotAllowed for one that nobody can refuse.
    """
    kind = NOTICES.get(key) if isinstance(key, str) else None
    if kind is None:
        raise NotFound("There is no such mail.")
    if kind.locked:
        raise NotAllowed(kind.locked)
    await session.merge(
        NoticePreference(
            person_id=actor.person_id,
            kind=kind.key,
            wanted=wanted is True,
            changed_at=wall_now(),
        )
    )
