"""The sender's side: what would be handed on, offering it, and taking the offer back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.configuration import TransferMode
from portal_app.identity.actor import Actor, author_for, write_as
from portal_app.identity.limits import admit
from portal_app.identity.models import email_key
from portal_app.identity.service import checked_address
from portal_app.identity.stepup import Approval, Purpose, require_step_up
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.kit.limits import Limit
from portal_app.memberships.service import HeldMembership, find_held
from portal_app.provider.writing import PaymentWriter
from portal_app.transfers import repository
from portal_app.transfers.errors import (
    AlreadyOffered,
    CantTransfer,
    OfferChanged,
    OfferOver,
    OwnAccount,
)
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import (
    COOLING_OFF,
    OPEN,
    STOPPABLE,
    Terms,
    changed_lately,
    digest_of,
    one_paragraph,
)
from portal_app.transfers.service.subject import Subject, subject_of
from portal_app.transfers.service.telling import Step, note, tell
from portal_app.transfers.service.terms import new_transfer, subscription_of, terms_of

PER_PERSON: Final = (Limit("transfer-person-day", 10, 86_400),)
PER_ADDRESS: Final = (Limit("transfer-mail-day", 3, 86_400),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderPage:
    """*transfer* is the newest of this holding; it may be over."""

    held: HeldMembership
    subject: Subject
    transfer: Transfer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the sender has typed; *shown* is `shown_to_sender` of what the page said."""

    recipient: object
    note: object
    shown: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a sender puts their name to."""

    subject: Subject
    member_id: str
    recipient: str
    note: str
    shown: str

    @property
    def approval(self) -> Approval:
        """All that a step-up for it is bound to; another fact asks for another one."""
        facts = {
            "membership": self.subject.row.product.title,
            "recipient": self.recipient,
            "member_id": self.member_id,
            "note": self.note,
            "terms": self.shown,
        }
        return Approval(Purpose.TRANSFER, facts)


async def sender_page(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> SenderPage:
    """Raises MembershipNotFound."""
    held = await find_held(session, actor, member_id, now)
    subject = await subject_of(session, held.row.membership.id, now)
    transfer = await repository.newest_of_holding(session, held.row.member.id)
    return SenderPage(held=held, subject=subject, transfer=transfer)


def shown_to_sender(subject: Subject) -> str:
    """Membership, plan and price; the date may move on by a renewal, which is no other offer."""
    row = subject.row
    return digest_of(
        membership=row.membership.id,
        member=row.member.id,
        plan=row.plan.id,
        amount=subject.subtotal.minor,
        currency=subject.subtotal.currency,
    )


async def signed(session: AsyncSession, actor: Actor, member_id: object, wish: Wish) -> Signed:
    """What *wish* comes to, if it may be offered.

    Raises MembershipNotFound, InvalidAddress, OwnAccount, AlreadyOffered, CantTransfer and
    OfferChanged.
    """
    page = await sender_page(session, actor, member_id, business_now())
    address = checked_address(wish.recipient if isinstance(wish.recipient, str) else "")
    own = await repository.addresses_of(session, actor.person_id)
    if email_key(address) in {one.address_key for one in own}:
        raise OwnAccount
    if page.transfer is not None and page.transfer.state in OPEN:
        raise AlreadyOffered
    if page.subject.blocked is not None:
        raise CantTransfer(page.subject.blocked)
    if wish.shown != shown_to_sender(page.subject):
        raise OfferChanged
    return Signed(
        subject=page.subject,
        member_id=page.held.row.member.id,
        recipient=address,
        note=one_paragraph(wish.note),
        shown=shown_to_sender(page.subject),
    )


async def offer(
    db: Database, provider: PaymentWriter, actor: Actor, member_id: object, wish: Wish
) -> Transfer:
    """Offer a membership to whoever reads mail at an address.

    Raises StepUpRequired unless exactly this was approved just now, TooManyRequests,
    ProviderUnavailable, and as `signed`.
    """
    async with db.reading() as session:
        asked = await signed(session, actor, member_id, wish)
        subscription = await subscription_of(session, asked.subject)
    terms = await terms_of(provider, asked.subject, subscription)
    try:
        async with db.unit_of_work() as session:
            write_as(session, author_for(actor))
            asked = await signed(session, actor, member_id, wish)
            await require_step_up(session, actor, asked.approval)
            await admit(PER_PERSON, actor.person_id)
            await admit(PER_ADDRESS, email_key(asked.recipient))
            transfer = await _written(session, actor, asked, terms)
    except IntegrityError as conflict:
        raise AlreadyOffered from conflict
    return transfer


async def _written(session: AsyncSession, actor: Actor, asked: Signed, terms: Terms) -> Transfer:
    subject, now = asked.subject, business_now()
    transfer = new_transfer(subject, terms, source="page")
    transfer.recipient_address = asked.recipient
    transfer.recipient_key = email_key(asked.recipient)
    transfer.note, transfer.locale = asked.note, actor.locale
    transfer.needs_approval = subject.mode is TransferMode.APPROVAL
    changes = await repository.changes_of_sign_in(session, actor.person_id)
    if changed_lately(changes, wall_now()):
        transfer.held_until = now + COOLING_OFF
    waits = transfer.needs_approval or transfer.held_until is not None
    if waits:
        transfer.state, transfer.offered_at = TransferState.REQUESTED, None
    session.add(transfer)
    await session.flush()
    await note(session, transfer, "transfer_offered")
    await tell(session, transfer, Step.REQUESTED if waits else Step.OFFERED)
    return transfer


async def withdraw(db: Database, actor: Actor, member_id: object) -> None:
    """Take the open offer of one's own membership back.

    Raises MembershipNotFound, and OfferOver when there is none that could still be stopped.
    """
    async with db.unit_of_work() as session:
        write_as(session, author_for(actor))
        held = await find_held(session, actor, member_id, business_now())
        transfer = await repository.newest_of_holding(session, held.row.member.id)
        stopped = transfer is not None and await stop(session, transfer, by="sender")
    if not stopped:
        raise OfferOver


async def stop(session: AsyncSession, transfer: Transfer, *, by: str) -> bool:
    """Withdraw it if it still can be; both sides are told."""
    known = transfer.state is not TransferState.REQUESTED
    if not await repository.move(
        session,
        transfer,
        TransferState.WITHDRAWN,
        among=STOPPABLE,
        ended_at=business_now(),
        reason=by,
    ):
        return False
    await note(session, transfer, "transfer_withdrawn")
    await tell(session, transfer, Step.WITHDRAWN, recipient=known)
    return True
