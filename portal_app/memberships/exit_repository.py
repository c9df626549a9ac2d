"""Cancellations; not scoped: whoever asks has found the membership as the actor's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.invoices.models import Invoice, Payment, PaymentStatus
from portal_app.memberships.models import (
    Cancellation,
    Member,
    Membership,
    MembershipSubscription,
    RetentionOffer,
)


async def cancellation_of(session: AsyncSession, intent_id: str) -> Cancellation | None:
    """What was written down with an intent."""
    statement = select(Cancellation).where(col(Cancellation.intent_id) == intent_id)
    return (await session.scalars(statement)).one_or_none()


async def standing_cancellation(session: AsyncSession, membership_id: str) -> Cancellation | None:
    """The newest of a membership, unless it was taken back or could not be done.

    One that ended an earlier subscription says nothing about the one of today. In the sandbox many
    things happen in one second: then the wall clock tells which was the last.
    """
    link = MembershipSubscription
    current = (
        select(col(link.stripe_subscription_id))
        .where(col(link.membership_id) == membership_id, col(link.until_at).is_(None))
        .scalar_subquery()
    )
    ended = col(Cancellation.stripe_subscription_id)
    newest = (
        select(Cancellation)
        .outerjoin(Intent, col(Intent.id) == col(Cancellation.intent_id))
        .where(
            col(Cancellation.membership_id) == membership_id,
            or_(ended.is_(None), ended == current),
            or_(col(Intent.outcome).is_(None), col(Intent.outcome) != IntentOutcome.REFUSED),
        )
        .order_by(
            col(Cancellation.asked_at).desc(),
            col(Intent.created_at).desc().nulls_last(),
            col(Cancellation.id).desc(),
        )
        .limit(1)
    )
    found = (await session.scalars(newest)).one_or_none()
    return None if found is None or found.undone_at is not None else found


async def open_holding(session: AsyncSession, membership_id: str) -> Member | None:
    """Who holds it now, claimed or not."""
    statement = select(Member).where(
        col(Member.membership_id) == membership_id, col(Member.until_at).is_(None)
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


async def paid_for(session: AsyncSession, membership: Membership) -> Sequence[Payment]:
    """The payments that succeeded for a membership, the newest first."""
    link = MembershipSubscription
    invoices = (
        select(col(Invoice.id))
        .join(link, col(link.stripe_subscription_id) == col(Invoice.stripe_subscription_id))
        .where(col(link.membership_id) == membership.id)
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
        col(Payment.status) == PaymentStatus.SUCCEEDED,
        col(Payment.currency) == membership.currency,
    )
    newest = statement.order_by(col(Payment.created_at).desc(), col(Payment.id).desc())
    return (await session.scalars(newest)).all()
