"""A membership's history as its holder may read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.memberships.models import Member, MembershipEvent

# Made once: an alias takes longer to make than most statements take to run.
_EARLIER: Final = aliased(Member)
_CAME: Final = aliased(MembershipEvent)


async def latest_events(
    session: AsyncSession, holding: Member, *, limit: int
) -> Sequence[MembershipEvent]:
    """Newest first, and nothing from before *holding* when somebody held the membership earlier."""
    handed_over = (
        select(func.max(col(_EARLIER.until_at)))
        .where(col(_EARLIER.membership_id) == holding.membership_id)
        .where(col(_EARLIER.until_at).is_not(None))
        .scalar_subquery()
    )
    event = MembershipEvent
    own = or_(
        handed_over.is_(None),
        col(event.happened_at) > handed_over,
        and_(col(event.happened_at) == handed_over, _not_before_it_came(event, holding)),
    )
    statement = (
        select(event)
        .where(col(event.membership_id) == holding.membership_id, own)
        .order_by(col(event.happened_at).desc(), col(event.id).desc())
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


def _not_before_it_came(event: type[MembershipEvent], holding: Member) -> ColumnElement[bool]:
    """Of one and the same moment, only what was written down with the transfer or after it."""
    transferred = (
        select(func.max(col(_CAME.recorded_at)))
        .where(col(_CAME.membership_id) == holding.membership_id)
        .where(col(_CAME.kind) == "transferred")
        .scalar_subquery()
    )
    return or_(transferred.is_(None), col(event.recorded_at) >= transferred)
