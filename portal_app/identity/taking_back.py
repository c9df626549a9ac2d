"""All SQL about what goes when a change of the first address is undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.identity import repository
from portal_app.identity.models import EmailAddress, Identity, PrimaryChange
from portal_app.identity.primary_changes import EVER, left_first


async def take_back(
    session: AsyncSession,
    change: PrimaryChange,
    now: datetime,
    *,
    left_at: datetime,
    suspect_since: datetime,
) -> None:
    """Remove what came to sign in with after *suspect_since*, or was made the first from *left_at*.

    Not what a change before the old address was ever left gives the account back to: whoever was
    handed the account over undoes their own part with it, and never the owner's. An address that
    came first only later goes, though a change that leads back to it is older than *change*. All
    changes from *left_at* on are over: their links would lead back to what is removed here.
    """
    person = col(PrimaryChange.person_id) == change.person_id
    since = and_(person, col(PrimaryChange.changed_at) >= left_at)
    before = and_(
        person, col(PrimaryChange.changed_at) <= await left_first(session, change, after=EVER)
    )
    made_first = select(col(PrimaryChange.new_email_id)).where(since)
    given_back_to = select(col(PrimaryChange.old_email_id)).where(
        before, col(PrimaryChange.undone_at).is_(None)
    )
    await session.execute(
        delete(EmailAddress).where(
            col(EmailAddress.person_id) == change.person_id,
            col(EmailAddress.id).not_in(given_back_to),
            or_(
                col(EmailAddress.verified_at) >= suspect_since,
                col(EmailAddress.id).in_(made_first),
            ),
        )
    )
    await session.execute(
        delete(Identity).where(
            col(Identity.person_id) == change.person_id,
            col(Identity.created_at) >= suspect_since,
        )
    )
    repository.note_removal(session, change.person_id, now)
    await session.execute(
        update(PrimaryChange)
        .where(since, col(PrimaryChange.undone_at).is_(None))
        .values(undone_at=now)
    )
