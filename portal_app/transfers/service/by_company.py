"""A company's own link: unbound, for whoever has it, and once (whop-api §1.1, `transfer`)."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.configuration import TransferMode
from portal_app.identity.actor import CompanyKey, write_as
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships import company_repository
from portal_app.memberships.errors import MembershipNotFound
from portal_app.provider.writing import PaymentWriter
from portal_app.transfers import repository
from portal_app.transfers.errors import AlreadyOffered, CantTransfer
from portal_app.transfers.models import Transfer
from portal_app.transfers.rules import ACCEPTABLE, Blocked
from portal_app.transfers.service.subject import Subject, subject_of
from portal_app.transfers.service.telling import Step, note, tell
from portal_app.transfers.service.terms import new_transfer, subscription_of, terms_of


async def offer_as_company(
    db: Database,
    provider: PaymentWriter,
    actor: CompanyKey,
    membership_id: str,
    *,
    bypasses_policy: bool,
) -> Transfer:
    """The open unbound offer of a membership, a new one where there is none.

    Raises MembershipNotFound, AlreadyOffered when it is offered to somebody by name, CantTransfer
    and ProviderUnavailable.
    """
    async with db.reading() as session:
        found = await _subject(session, actor, membership_id, bypasses_policy=bypasses_policy)
        if isinstance(found, Transfer):
            return found
        subscription = await subscription_of(session, found)
    terms = await terms_of(provider, found, subscription)
    try:
        async with db.unit_of_work() as session:
            write_as(session, actor.author)
            found = await _subject(session, actor, membership_id, bypasses_policy=bypasses_policy)
            if isinstance(found, Transfer):
                return found
            transfer = new_transfer(found, terms, source="api")
            session.add(transfer)
            await session.flush()
            await note(session, transfer, "transfer_offered")
            await tell(session, transfer, Step.OFFERED)
    except IntegrityError as conflict:
        raise AlreadyOffered from conflict
    return transfer


async def _subject(
    session: AsyncSession, actor: CompanyKey, membership_id: str, *, bypasses_policy: bool
) -> Subject | Transfer:
    membership = await company_repository.of_company(session, actor.company_id, membership_id)
    if membership is None:
        raise MembershipNotFound
    there = await repository.open_transfer(session, membership.id)
    if there is not None:
        if there.recipient_key or there.state not in ACCEPTABLE:
            raise AlreadyOffered
        return there
    subject = await subject_of(session, membership.id, business_now())
    if subject.blocked is Blocked.OFF and bypasses_policy:
        subject = await subject_of(session, membership.id, business_now(), mode=TransferMode.ON)
    if subject.blocked is not None:
        raise CantTransfer(subject.blocked)
    if subject.mode is TransferMode.APPROVAL and not bypasses_policy:
        raise CantTransfer(TransferMode.APPROVAL)
    return subject
