"""All SQL about changes of a person's first address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.identity.models import PrimaryChange

EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def change_by_digest(session: AsyncSession, link_digest: str) -> PrimaryChange | None:
    """As it is now, also when this session has read it before it locked the person."""
    query = select(PrimaryChange).where(col(PrimaryChange.link_digest) == link_digest)
    fresh = query.execution_options(populate_existing=True)
    return (await session.scalars(fresh)).one_or_none()


async def left_since(
    session: AsyncSession, person_id: str, email_id: str, since: datetime
) -> datetime | None:
    """When (after *since*) the first change that is not undone left the address; None for never."""
    return await session.scalar(
        select(func.min(col(PrimaryChange.changed_at))).where(
            col(PrimaryChange.person_id) == person_id,
            col(PrimaryChange.old_email_id) == email_id,
            col(PrimaryChange.undone_at).is_(None),
            col(PrimaryChange.changed_at) > since,
        )
    )


async def end_detour(
    session: AsyncSession, person_id: str, email_id: str, *, left_at: datetime, now: datetime
) -> None:
    """The address is the first again: what its detour from *left_at* on passed is over.

    The links that lead to the address itself stay, for whoever leaves it once more.
    """
    await session.execute(
        update(PrimaryChange)
        .where(
            col(PrimaryChange.person_id) == person_id,
            col(PrimaryChange.old_email_id) != email_id,
            col(PrimaryChange.changed_at) >= left_at,
            col(PrimaryChange.undone_at).is_(None),
        )
        .values(undone_at=now)
    )


async def left_first(session: AsyncSession, change: PrimaryChange, *, after: datetime) -> datetime:
    """When (*after* that) the first change that is not undone left the address *change* left."""
    found = await left_since(session, change.person_id, change.old_email_id, after)
    return found or change.changed_at


async def was_primary(session: AsyncSession, email_id: str, *, since: datetime) -> bool:
    """Whether a change away from the address could still be undone."""
    query = select(col(PrimaryChange.id)).where(
        col(PrimaryChange.old_email_id) == email_id,
        col(PrimaryChange.changed_at) > since,
        col(PrimaryChange.undone_at).is_(None),
    )
    return (await session.scalars(query.limit(1))).first() is not None
