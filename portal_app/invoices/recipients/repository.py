"""All SQL about recipients of receipts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.identity.models import EmailAddress, Person
from portal_app.invoices.recipients.models import ReceiptRecipient


async def open_recipients(session: AsyncSession, person_id: str) -> Sequence[ReceiptRecipient]:
    """Those that were neither removed nor stopped, in the order in which they were added."""
    statement = (
        select(ReceiptRecipient)
        .where(
            ReceiptRecipient.person_id == person_id,
            col(ReceiptRecipient.stopped_at).is_(None),
        )
        .order_by(col(ReceiptRecipient.asked_at), col(ReceiptRecipient.id))
    )
    return (await session.scalars(statement)).all()


async def agreed(session: AsyncSession, person_ids: Collection[str]) -> Sequence[ReceiptRecipient]:
    """Of several people, those who have agreed and were not removed since."""
    statement = select(ReceiptRecipient).where(
        col(ReceiptRecipient.person_id).in_(person_ids),
        col(ReceiptRecipient.verified_at).is_not(None),
        col(ReceiptRecipient.stopped_at).is_(None),
    )
    return (await session.scalars(statement.order_by(col(ReceiptRecipient.id)))).all()


async def lock_person(session: AsyncSession, person_id: str) -> None:
    """So that two tabs can't add more together than one may."""
    await session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


async def by_digest(
    session: AsyncSession, digest: str, *, lock: bool = False
) -> ReceiptRecipient | None:
    """The recipient whose links carry the token of this digest."""
    statement = select(ReceiptRecipient).where(ReceiptRecipient.link_digest == digest)
    if lock:
        statement = statement.with_for_update()
    return (await session.scalars(statement)).first()


async def keys_of(session: AsyncSession, person_id: str) -> Sequence[str]:
    """The person's own addresses, as they are compared."""
    statement = select(EmailAddress.address_key).where(EmailAddress.person_id == person_id)
    return (await session.scalars(statement)).all()


async def address_of(session: AsyncSession, person_id: str) -> str:
    """Who invites, as they sign in; empty for nobody."""
    statement = (
        select(EmailAddress.address)
        .where(EmailAddress.person_id == person_id)
        .order_by(col(EmailAddress.is_primary).desc(), col(EmailAddress.verified_at))
    )
    return (await session.scalars(statement)).first() or ""
