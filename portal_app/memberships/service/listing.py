"""All that somebody holds: what runs, and what has ended a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.memberships import repository
from portal_app.memberships.preview_repository import previews_of
from portal_app.memberships.repository import HoldingRow
from portal_app.memberships.rules import NEEDS_ATTENTION
from portal_app.memberships.service.reading import HeldMembership, decided

PAST_PER_PAGE: Final = 20
PastPosition: TypeAlias = tuple[datetime, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipList:
    """Current ones all at once, in need of attention first; past ones a page at a time.

    *past_after* continues with `past_memberships`; None when there are no more. *previews* are what
    the next charges of current ones will be, by membership.
    """

    current: tuple[HeldMembership, ...]
    past: tuple[HeldMembership, ...]
    past_after: PastPosition | None
    previews: Mapping[str, UpcomingCharge] = field(default_factory=dict)


async def list_memberships(session: AsyncSession, actor: Actor, now: datetime) -> MembershipList:
    """Everything the actor holds, and the first page of what has ended."""
    running = await repository.running_holdings(session, actor)
    ended = await repository.ended_holdings(session, actor, after=None, limit=PAST_PER_PAGE + 1)
    page, after = _cut(ended)
    held = await decided(session, actor, [*running, *page], now)
    current = sorted((one for one in held if one.current), key=_urgency)
    past = tuple(one for one in held if not one.current)
    previews = await previews_of(session, actor, [one.row.membership.id for one in current])
    return MembershipList(current=tuple(current), past=past, past_after=after, previews=previews)


def _urgency(held: HeldMembership) -> int:
    ranked = held.status in NEEDS_ATTENTION
    return NEEDS_ATTENTION.index(held.status) if ranked else len(NEEDS_ATTENTION)


async def running_memberships(
    session: AsyncSession, actor: Actor, now: datetime
) -> list[HeldMembership]:
    """Everything the actor holds that has not ended, newest first."""
    return await decided(session, actor, await repository.running_holdings(session, actor), now)


async def overdue_memberships(
    session: AsyncSession, actor: Actor, now: datetime
) -> list[HeldMembership]:
    """Those whose renewal was not paid; one query for whoever has none, on every page."""
    return await decided(session, actor, await repository.overdue_holdings(session, actor), now)


async def past_memberships(
    session: AsyncSession, actor: Actor, now: datetime, after: PastPosition
) -> tuple[tuple[HeldMembership, ...], PastPosition | None]:
    """The next page of memberships that have ended, and where it stops."""
    ended = await repository.ended_holdings(session, actor, after=after, limit=PAST_PER_PAGE + 1)
    page, further = _cut(ended)
    return tuple(await decided(session, actor, page, now)), further


def _cut(rows: list[HoldingRow]) -> tuple[list[HoldingRow], PastPosition | None]:
    page = rows[:PAST_PER_PAGE]
    return page, repository.end_key(page[-1]) if len(rows) > PAST_PER_PAGE else None
