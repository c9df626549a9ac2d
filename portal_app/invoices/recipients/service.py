"""Who else gets a person's receipts. The actor comes first; recipients prove theirs by a link."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.service import announce
from portal_app.identity.actor import Actor
from portal_app.identity.codes import keyed
from portal_app.identity.models import email_key
from portal_app.identity.service import checked_address
from portal_app.invoices.recipients import repository
from portal_app.invoices.recipients.errors import (
    AlreadyRecipient,
    InvitationOver,
    OwnAddress,
    RecipientNotFound,
    TooManyRecipients,
)
from portal_app.invoices.recipients.limits import admit_invitation
from portal_app.invoices.recipients.models import ReceiptRecipient
from portal_app.invoices.recipients.rules import MOST, can_confirm, gets_receipts, link_token_of
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.ids import new_id
from portal_app.notifications.outbox import append_mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a link is about: *inviter* is the address of whose receipts they are."""

    recipient: ReceiptRecipient
    inviter: str


async def agreed_recipients(
    session: AsyncSession, person_ids: Collection[str]
) -> Sequence[ReceiptRecipient]:
    """Everybody who gets these people's receipts besides them, and has agreed to."""
    return await repository.agreed(session, person_ids)


async def still_agreed(session: AsyncSession, recipient_id: str) -> Invitation | None:
    """Who gets receipts as *recipient_id* and whose; None once it was stopped or removed."""
    found = await invitation_of(session, recipient_id)
    return found if found is not None and gets_receipts(found.recipient) else None


async def list_recipients(session: AsyncSession, actor: Actor) -> Sequence[ReceiptRecipient]:
    """Those on the actor's list, agreed or not."""
    return await repository.open_recipients(session, actor.person_id)


async def invite(db: Database, actor: Actor, typed: str) -> str:
    """Put an address on the list and send it the invitation; the address as it is written to.

    Raises InvalidAddress, OwnAddress, AlreadyRecipient, TooManyRecipients, TooManyRequests.
    """
    address = checked_address(typed)
    key = email_key(address)
    async with db.reading() as session:
        await _may_add(session, actor, key)
    await admit_invitation(actor.person_id, key)
    try:
        async with db.unit_of_work() as session:
            await repository.lock_person(session, actor.person_id)
            await _may_add(session, actor, key)
            row = _new(actor, address)
            session.add(row)
            _send(session, row)
    except IntegrityError as twice:
        raise AlreadyRecipient from twice
    return address


async def _may_add(session: AsyncSession, actor: Actor, key: str) -> None:
    if key in await repository.keys_of(session, actor.person_id):
        raise OwnAddress
    there = await repository.open_recipients(session, actor.person_id)
    if any(row.address_key == key for row in there):
        raise AlreadyRecipient
    if len(there) >= MOST:
        raise TooManyRecipients


def _new(actor: Actor, address: str) -> ReceiptRecipient:
    identifier = new_id("rcpt")
    return ReceiptRecipient(
        id=identifier,
        person_id=actor.person_id,
        address=address,
        address_key=email_key(address),
        locale=actor.locale,
        link_digest=keyed(link_token_of(identifier)),
        asked_at=wall_now(),
    )


def _send(session: AsyncSession, row: ReceiptRecipient) -> None:
    append_mail(
        session,
        kind="recipient_invitation",
        recipient=row.address,
        locale=row.locale,
        payload={"recipient_id": row.id},
    )


async def invite_again(db: Database, actor: Actor, recipient_id: object) -> str:
    """Send the invitation of one that still waits once more. Raises RecipientNotFound."""
    async with db.reading() as session:
        row = await _own(session, actor, recipient_id)
    if gets_receipts(row):
        raise AlreadyRecipient
    await admit_invitation(actor.person_id, row.address_key)
    async with db.unit_of_work() as session:
        row = await _own(session, actor, recipient_id)
        row.asked_at = wall_now()
        _send(session, row)
    return row.address


async def remove(db: Database, actor: Actor, recipient_id: object) -> str:
    """From now on it gets nothing. Raises RecipientNotFound for any but the actor's own."""
    async with db.unit_of_work() as session:
        row = await _own(session, actor, recipient_id)
        row.stopped_at = wall_now()
    return row.address


async def _own(session: AsyncSession, actor: Actor, recipient_id: object) -> ReceiptRecipient:
    for row in await repository.open_recipients(session, actor.person_id):
        if row.id == recipient_id:
            return row
    raise RecipientNotFound


async def behind_link(session: AsyncSession, token: str) -> Invitation:
    """What a link is about, be it still of use or not; raises InvitationOver for no link of ours.

    Uses nothing up: mail scanners follow links.
    """
    row = await _found(session, token)
    return Invitation(recipient=row, inviter=await repository.address_of(session, row.person_id))


async def _found(session: AsyncSession, token: str, *, lock: bool = False) -> ReceiptRecipient:
    row = await repository.by_digest(session, keyed(token), lock=lock)
    if row is None:
        raise InvitationOver
    return row


async def invitation_of(session: AsyncSession, recipient_id: str) -> Invitation | None:
    """What the mail to a recipient says."""
    row = await session.get(ReceiptRecipient, recipient_id)
    if row is None:
        return None
    return Invitation(recipient=row, inviter=await repository.address_of(session, row.person_id))


async def confirm(db: Database, token: str) -> None:
    """Whoever reads the mailbox agrees; once more is no error. Raises InvitationOver."""
    async with db.unit_of_work() as session:
        row = await _found(session, token, lock=True)
        if gets_receipts(row):
            return
        if not can_confirm(row, wall_now()):
            raise InvitationOver
        row.verified_at = wall_now()
        announce(session, row.person_id, "recipients")


async def stop(db: Database, token: str) -> None:
    """Whoever reads the mailbox wants no more; works as long as there are mails with the link."""
    async with db.unit_of_work() as session:
        row = await _found(session, token, lock=True)
        if row.stopped_at is None:
            row.stopped_at = wall_now()
            announce(session, row.person_id, "recipients")
