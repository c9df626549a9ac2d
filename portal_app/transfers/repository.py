"""All SQL about transfers. Whoever asks has found the membership as their own, or has a link."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, case, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Company, Plan, Product
from portal_app.identity.models import EmailAddress, Identity, PrimaryChange, SignInRemoval
from portal_app.invoices.models import Dispute, Invoice, InvoiceStatus, Payment
from portal_app.memberships.models import Member, Membership, MembershipSubscription
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import OPEN, STOPPABLE


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A membership with what it is and who holds it."""

    membership: Membership
    member: Member
    product: Product
    plan: Plan
    company: Company


async def subject(session: AsyncSession, membership_id: str) -> SubjectRow | None:
    statement = (
        select(Membership, Member, Product, Plan, Company)
        .join(Member, col(Member.membership_id) == col(Membership.id))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Company, col(Company.id) == col(Membership.company_id))
        .where(col(Membership.id) == membership_id, col(Member.until_at).is_(None))
    )
    row = (await session.execute(statement)).first()
    return SubjectRow(*row) if row else None


async def has_open_invoice(session: AsyncSession, membership_id: str) -> bool:
    """Whether an invoice of its current subscription is a draft or open."""
    link = MembershipSubscription
    found = exists().where(
        col(Invoice.stripe_subscription_id) == col(link.stripe_subscription_id),
        col(link.membership_id) == membership_id,
        col(link.until_at).is_(None),
        col(Invoice.status).in_((InvoiceStatus.OPEN, InvoiceStatus.DRAFT)),
    )
    return bool(await session.scalar(select(found)))


async def is_disputed(session: AsyncSession, membership: Membership) -> bool:
    """Whether a bank still questions something that was paid for it."""
    link = MembershipSubscription
    subscriptions = select(col(link.stripe_subscription_id)).where(
        col(link.membership_id) == membership.id
    )
    statement = (
        select(Dispute)
        .join(Payment, col(Payment.id) == col(Dispute.payment_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(
            or_(
                col(Invoice.stripe_subscription_id).in_(subscriptions),
                col(Payment.stripe_payment_intent_id) == membership.stripe_payment_intent_id,
            )
        )
    )
    return any(not one.is_over for one in await session.scalars(statement))


async def by_digest(session: AsyncSession, digest: str) -> Transfer | None:
    return await session.scalar(select(Transfer).where(col(Transfer.token_digest) == digest))


async def by_stop_digest(session: AsyncSession, digest: str) -> Transfer | None:
    return await session.scalar(select(Transfer).where(col(Transfer.stop_digest) == digest))


async def open_transfer(session: AsyncSession, membership_id: str) -> Transfer | None:
    statement = select(Transfer).where(
        col(Transfer.membership_id) == membership_id, col(Transfer.state).in_(OPEN)
    )
    return await session.scalar(statement)


async def newest_of_holding(session: AsyncSession, member_id: str) -> Transfer | None:
    # One that is open came last, also where the clock stood still in between (the sandbox's does).
    is_open = case((col(Transfer.state).in_(OPEN), 0), else_=1)
    newest = (is_open, col(Transfer.asked_at).desc(), col(Transfer.id).desc())
    statement = (
        select(Transfer).where(col(Transfer.member_id) == member_id).order_by(*newest).limit(1)
    )
    return await session.scalar(statement)


async def that_began(session: AsyncSession, holding: Member) -> Transfer | None:
    statement = select(Transfer).where(
        col(Transfer.membership_id) == holding.membership_id,
        col(Transfer.to_member_id) == holding.id,
    )
    return await session.scalar(statement)


async def move(
    session: AsyncSession,
    transfer: Transfer,
    to: TransferState,
    *,
    among: Collection[TransferState],
    **values: object,
) -> bool:
    """The one way in which a state changes: False when somebody else was first."""
    done = await session.execute(
        update(Transfer)
        .where(col(Transfer.id) == transfer.id, col(Transfer.state).in_(among))
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", done).rowcount != 1:
        return False
    await session.refresh(transfer)
    return True


async def expired(session: AsyncSession, now: datetime, limit: int = 100) -> Sequence[Transfer]:
    statement = (
        select(Transfer)
        .where(col(Transfer.state).in_(STOPPABLE), col(Transfer.expires_at) <= now)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def released(session: AsyncSession, now: datetime) -> Sequence[Transfer]:
    """Whose hold is over and that wait for nobody else."""
    statement = select(Transfer).where(
        col(Transfer.state) == TransferState.REQUESTED,
        col(Transfer.needs_approval).is_(False),
        col(Transfer.held_until) <= now,
    )
    return (await session.scalars(statement)).all()


async def addresses_of(session: AsyncSession, person_id: str | None) -> Sequence[EmailAddress]:
    """All that somebody has proved, the primary one first."""
    statement = (
        select(EmailAddress)
        .where(col(EmailAddress.person_id) == person_id)
        .order_by(col(EmailAddress.is_primary).desc(), col(EmailAddress.verified_at))
    )
    return (await session.scalars(statement)).all()


async def addresses_removed(
    session: AsyncSession, person_id: str | None, since: datetime
) -> Sequence[str]:
    """What signed somebody in and was removed since then (wall time), each once."""
    statement = (
        select(col(SignInRemoval.address))
        .where(
            col(SignInRemoval.person_id) == person_id,
            col(SignInRemoval.removed_at) > since,
            col(SignInRemoval.address) != "",
        )
        .distinct()
        .order_by(col(SignInRemoval.address))
    )
    return (await session.scalars(statement)).all()


async def changes_of_sign_in(session: AsyncSession, person_id: str) -> Sequence[datetime]:
    """When addresses and services that sign in came or went, and another became the first."""
    columns = (
        select(col(EmailAddress.verified_at)).where(col(EmailAddress.person_id) == person_id),
        select(col(Identity.created_at)).where(col(Identity.person_id) == person_id),
        select(col(PrimaryChange.changed_at)).where(col(PrimaryChange.person_id) == person_id),
        select(col(SignInRemoval.removed_at)).where(col(SignInRemoval.person_id) == person_id),
    )
    return [moment for one in columns for moment in await session.scalars(one)]


async def holds_another(
    session: AsyncSession, person_id: str, product_id: str, *, but: str
) -> Sequence[Membership]:
    """The person's other memberships of the same product."""
    statement = (
        select(Membership)
        .join(Member, col(Member.membership_id) == col(Membership.id))
        .where(
            col(Member.person_id) == person_id,
            col(Member.until_at).is_(None),
            col(Membership.product_id) == product_id,
            col(Membership.id) != but,
        )
    )
    return (await session.scalars(statement)).all()
