"""Who may act for a company: added by the operator, taken up when the address is proved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog import repository
from portal_app.catalog.models import Creator, CreatorRole


async def invite_creator(
    session: AsyncSession,
    company_id: str,
    *,
    person_id: str | None,
    address_key: str,
    role: CreatorRole,
    now: datetime,
) -> Creator:
    """Make the person a creator, or keep the place for whoever proves *address_key*.

    Repeating it changes the role of the one that is there.
    """
    row = await repository.creator_of(
        session, company_id, person_id=person_id, address_key=address_key
    )
    if row is None:
        row = Creator(
            company_id=company_id,
            person_id=person_id,
            email_key=None if person_id else address_key,
            role=role,
            created_at=now,
        )
        session.add(row)
    row.role = role
    await session.flush()
    return row


async def remove_creator(
    session: AsyncSession, company_id: str, *, person_id: str | None, address_key: str
) -> bool:
    """Whether there was one to remove."""
    row = await repository.creator_of(
        session, company_id, person_id=person_id, address_key=address_key
    )
    if row is None:
        return False
    await session.delete(row)
    return True


async def take_up_invitations(session: AsyncSession, *, person_id: str, address_key: str) -> None:
    """Give the person who proved *address_key* the places that wait for it."""
    for invitation in await repository.open_invitations(session, address_key):
        known = await repository.creator_of(
            session, invitation.company_id, person_id=person_id, address_key=None
        )
        if known is None:
            invitation.person_id, invitation.email_key = person_id, None
        else:  # already in by another address; the stronger role counts
            if CreatorRole.OWNER in {known.role, invitation.role}:
                known.role = CreatorRole.OWNER
            await session.delete(invitation)
        await session.flush()
