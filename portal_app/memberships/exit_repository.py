"""Cancellations and pauses; not scoped: whoever asks has found the membership as one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.kit.money import Money
from portal_app.memberships.late_models import LateDebit
from portal_app.memberships.models import (
    Cancellation,
    Member,
    Membership,
    MembershipSubscription,
    Pause,
    RetentionOffer,
)

Asked = TypeVar("Asked", Cancellation, Pause)


async def cancellation_of(session: AsyncSession, intent_id: str) -> Cancellation | None:
    """What was written down with an intent."""
    statement = select(Cancellation).where(col(Cancellation.intent_id) == intent_id)
    return (await session.scalars(statement)).one_or_none()


async def with_reference(session: AsyncSession, reference: str) -> Cancellation | None:
    """What was written down with this name for people."""
    statement = select(Cancellation).where(col(Cancellation.reference) == reference)
    return (await session.scalars(statement)).one_or_none()


async def pause_of(session: AsyncSession, intent_id: str) -> Pause | None:
    """The same of a pause."""
    statement = select(Pause).where(col(Pause.intent_id) == intent_id)
    return (await session.scalars(statement)).one_or_none()


async def standing_cancellation(session: AsyncSession, membership_id: str) -> Cancellation | None:
    """The newest of a membership, unless it was taken back or could not be done.

    One that ended an earlier subscription says nothing about the one of today.
    """
    link, ended = MembershipSubscription, col(Cancellation.stripe_subscription_id)
    current = (
        select(col(link.stripe_subscription_id))
        .where(col(link.membership_id) == membership_id, col(link.until_at).is_(None))
        .scalar_subquery()
    )
    of_today = or_(ended.is_(None), ended == current)
    return await _newest(session, Cancellation, membership_id, of_today)


async def standing_pause(session: AsyncSession, membership_id: str) -> Pause | None:
    """The same of a pause, over or not."""
    return await _newest(session, Pause, membership_id)


async def _newest(
    session: AsyncSession,
    asked: type[Asked],
    membership_id: str,
    *also: ColumnElement[bool],
) -> Asked | None:
    """In the sandbox many things happen in one second: the wall clock tells which was the last."""
    link = MembershipSubscription
    begun = (
        select(col(link.from_at))
        .where(col(link.membership_id) == membership_id, col(link.until_at).is_(None))
        .scalar_subquery()
    )
    newest = (
        select(asked)
        .outerjoin(Intent, col(Intent.id) == col(asked.intent_id))
        .where(
            col(asked.membership_id) == membership_id,
            or_(begun.is_(None), col(asked.asked_at) >= begun),
            _was_done(),
            *also,
        )
        .order_by(
            col(asked.asked_at).desc(),
            col(Intent.created_at).desc().nulls_last(),
            col(asked.id).desc(),
        )
        .limit(1)
    )
    found = (await session.scalars(newest)).one_or_none()
    return None if found is None or found.undone_at is not None else found


def _was_done() -> ColumnElement[bool]:
    """Or still may be."""
    return or_(col(Intent.outcome).is_(None), col(Intent.outcome) != IntentOutcome.REFUSED)


async def pauses_taken(
    session: AsyncSession, membership_id: str, *, since: datetime
) -> Sequence[datetime]:
    """When its holders asked for pauses that they did not take back, the oldest first."""
    statement = (
        select(col(Pause.asked_at))
        .outerjoin(Intent, col(Intent.id) == col(Pause.intent_id))
        .where(
            col(Pause.membership_id) == membership_id,
            col(Pause.source) == "page",
            col(Pause.asked_at) > since,
            col(Pause.undone_at).is_(None),
            _was_done(),
        )
        .order_by(col(Pause.asked_at))
    )
    return (await session.scalars(statement)).all()


async def open_holding(session: AsyncSession, membership_id: str) -> Member | None:
    """Who holds it now, claimed or not."""
    statement = select(Member).where(
        col(Member.membership_id) == membership_id, col(Member.until_at).is_(None)
    )
    return await session.scalar(statement)


async def fed_by(session: AsyncSession, stripe_subscription_id: str) -> str | None:
    """The membership that this subscription feeds now, by id."""
    link = MembershipSubscription
    statement = select(col(link.membership_id)).where(
        col(link.stripe_subscription_id) == stripe_subscription_id, col(link.until_at).is_(None)
    )
    return await session.scalar(statement)


async def offer_chosen(
    session: AsyncSession, membership_id: str, kind: str, *, since: datetime
) -> RetentionOffer | None:
    """The newest of a *kind* that somebody chose instead of cancelling and has not done yet."""
    statement = (
        select(RetentionOffer)
        .where(
            col(RetentionOffer.membership_id) == membership_id,
            col(RetentionOffer.kind) == kind,
            col(RetentionOffer.taken_at).is_(None),
            col(RetentionOffer.chosen_at) >= since,
        )
        .order_by(col(RetentionOffer.chosen_at).desc(), col(RetentionOffer.id).desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def was_taken(session: AsyncSession, membership_id: str, kind: str) -> bool:
    """Whether an offer of a *kind* has ever kept this membership."""
    statement = select(col(RetentionOffer.id)).where(
        col(RetentionOffer.membership_id) == membership_id,
        col(RetentionOffer.kind) == kind,
        col(RetentionOffer.taken_at).is_not(None),
    )
    return (await session.scalars(statement.limit(1))).first() is not None


async def newest_taken(session: AsyncSession, membership_id: str) -> RetentionOffer | None:
    """The offer that has kept this membership last."""
    statement = (
        select(RetentionOffer)
        .where(
            col(RetentionOffer.membership_id) == membership_id,
            col(RetentionOffer.taken_at).is_not(None),
        )
        .order_by(col(RetentionOffer.taken_at).desc(), col(RetentionOffer.id).desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def newest_of_kind(session: AsyncSession, about: str, kind: str) -> Intent | None:
    """The latest change of a *kind* to this row of ours, made or not."""
    statement = (
        select(Intent)
        .where(col(Intent.about) == about, col(Intent.kind) == kind)
        .order_by(col(Intent.created_at).desc(), col(Intent.id).desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def paying_customer(
    session: AsyncSession, actor: Actor, membership: Membership
) -> Customer | None:
    """Whom the membership is billed to, if that is the actor."""
    statement = select(Customer).where(
        col(Customer.id) == membership.customer_id,
        col(Customer.person_id) == actor.person_id,
        col(Customer.deleted_at).is_(None),
    )
    return await session.scalar(statement)


async def concluded_at(session: AsyncSession, membership: Membership) -> datetime:
    """When the contract of today was concluded: joining again concludes another one."""
    link = MembershipSubscription
    statement = select(col(link.from_at)).where(
        col(link.membership_id) == membership.id, col(link.until_at).is_(None)
    )
    joined = await session.scalar(statement)
    return max(joined, membership.started_at) if joined else membership.started_at


async def paid_for(session: AsyncSession, membership: Membership) -> Sequence[Payment]:
    """The payments that succeeded for a membership, the newest first.

    Only its holder's: what another had paid before it was handed on is not theirs to get back.
    """
    link = MembershipSubscription
    holder = select(col(Member.customer_id)).where(
        col(Member.membership_id) == membership.id, col(Member.until_at).is_(None)
    )
    invoices = (
        select(col(Invoice.id))
        .join(link, col(link.stripe_subscription_id) == col(Invoice.stripe_subscription_id))
        # Whoever joins again concludes another contract: this one alone is withdrawn from.
        .where(col(link.membership_id) == membership.id, col(link.until_at).is_(None))
    )
    paid: list[ColumnElement[bool]] = [col(Payment.invoice_id).in_(invoices)]
    if membership.stripe_payment_intent_id:
        paid.append(col(Payment.stripe_payment_intent_id) == membership.stripe_payment_intent_id)
    if membership.stripe_invoice_id:
        own = select(col(Invoice.id)).where(
            col(Invoice.stripe_invoice_id) == membership.stripe_invoice_id
        )
        paid.append(col(Payment.invoice_id).in_(own))
    statement = select(Payment).where(
        or_(*paid),
        col(Payment.customer_id) == holder.scalar_subquery(),
        col(Payment.status) == PaymentStatus.SUCCEEDED,
        col(Payment.currency) == membership.currency,
    )
    newest = statement.order_by(col(Payment.created_at).desc(), col(Payment.id).desc())
    return (await session.scalars(newest)).all()


async def awaited_of(session: AsyncSession, membership_id: str) -> Money | None:
    """What may still arrive and is given back then; None where nothing may."""
    statement = (
        select(Invoice)
        .join(LateDebit, col(LateDebit.stripe_invoice_id) == col(Invoice.stripe_invoice_id))
        .where(
            col(LateDebit.membership_id) == membership_id,
            col(LateDebit.settled_at).is_(None),
            col(Invoice.status) == InvoiceStatus.OPEN,
        )
    )
    amounts = [row.remaining for row in await session.scalars(statement)]
    return sum(amounts[1:], amounts[0]) if amounts else None
