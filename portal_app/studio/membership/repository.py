"""The history of a membership; not scoped: whoever asks has found it as the company's own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.memberships.models import Cancellation, MembershipEvent


async def events_of(
    session: AsyncSession, membership_id: str, limit: int
) -> Sequence[MembershipEvent]:
    """Newest first."""
    event = MembershipEvent
    statement = (
        select(event)
        .where(col(event.membership_id) == membership_id)
        .order_by(col(event.happened_at).desc(), col(event.id).desc())
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def cancellations_of(session: AsyncSession, membership_id: str) -> Sequence[Cancellation]:
    """Newest first, those that were taken back too."""
    statement = (
        select(Cancellation)
        .where(col(Cancellation.membership_id) == membership_id)
        .order_by(col(Cancellation.asked_at).desc(), col(Cancellation.id).desc())
        .limit(10)
    )
    return (await session.scalars(statement)).all()
