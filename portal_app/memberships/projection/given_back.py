"""What was bought once is over when all that was paid for it has gone back (ADR 0030)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.identity.actor import ActorKind
from portal_app.invoices.models import Invoice, Payment, PaymentStatus, Refund
from portal_app.kit.clock import business_now
from portal_app.kit.lookup import locked
from portal_app.memberships.models import Membership, MembershipEvent, MembershipSource
from portal_app.memberships.projection.disputes import membership_of_payment
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import announce_membership, record

# Of a refund (docs.stripe.com/api/refunds/object): the money stays with whoever sold.
_NOT_GIVEN: Final = frozenset({"failed", "canceled"})


async def settle_refunded(session: AsyncSession, refund: Refund) -> bool:
    """End, or give back, what this refund's payment bought; whether anything changed."""
    payment = await session.get_one(Payment, refund.payment_id)
    invoice = await session.get(Invoice, payment.invoice_id) if payment.invoice_id else None
    membership = await membership_of_payment(session, payment, invoice)
    return membership is not None and await settle_purchase(session, membership)


async def settle_purchase(session: AsyncSession, membership: Membership) -> bool:
    """The same of one membership; one that renews ends by its subscription alone.

    A refund that failed afterwards undoes the end. What its seller has given back since
    (`reactivate`) stays theirs.
    """
    if membership.source is MembershipSource.SUBSCRIPTION:
        return False
    await session.flush()
    payments = _payments_of(membership)
    any_refund = select(col(Refund.id)).join(Payment).where(payments).limit(1)
    if await session.scalar(any_refund) is None:
        return False
    # Two parts of it that are given back at the same moment must not overlook each other.
    await locked(session, Membership, id=membership.id)
    paid = await _paid(session, membership)
    refunds = (await session.scalars(select(Refund).join(Payment).where(payments))).all()
    if paid <= 0:
        return False
    given = [one for one in refunds if one.status not in _NOT_GIVEN]
    over = sum(one.amount_minor for one in given) >= paid
    last = max(one.created_at for one in given or refunds)
    if over and membership.ended_at is None and not await _reactivated(session, membership, last):
        membership.ended_at, happened = last, Happening(kind="canceled", at=last)
    elif not over and membership.ended_at in {one.created_at for one in refunds}:
        membership.ended_at, happened = None, Happening(kind="reactivated", at=business_now())
    else:
        return False
    membership.canceled_at, membership.updated_at = membership.ended_at, business_now()
    record(session, membership, [happened])
    await announce_membership(session, membership)
    return True


def _invoice_of(membership: Membership) -> ColumnElement[bool]:
    return col(Invoice.stripe_invoice_id) == membership.stripe_invoice_id


def _payments_of(membership: Membership) -> ColumnElement[bool]:
    own = col(Payment.stripe_payment_intent_id) == membership.stripe_payment_intent_id
    billed = col(Payment.invoice_id).in_(select(col(Invoice.id)).where(_invoice_of(membership)))
    return and_(or_(own, billed), col(Payment.status) == PaymentStatus.SUCCEEDED)


async def _paid(session: AsyncSession, membership: Membership) -> int:
    """What was paid for the purchase, in minor units of its currency.

    What its invoice took from a balance, or was paid elsewhere, is paid too: no refund brings it
    back, a credit note does.
    """
    sums = select(func.sum(col(Payment.amount_minor))).where(_payments_of(membership))
    billed = select(col(Invoice.total_minor) - col(Invoice.credited_minor))
    given = await session.scalar(sums) or 0
    return max(given, await session.scalar(billed.where(_invoice_of(membership))) or 0)


async def _reactivated(session: AsyncSession, membership: Membership, since: datetime) -> bool:
    statement = select(MembershipEvent.id).where(
        MembershipEvent.membership_id == membership.id,
        MembershipEvent.kind == "reactivated",
        col(MembershipEvent.actor_kind) != ActorKind.SYSTEM,
        col(MembershipEvent.happened_at) >= since,
    )
    return (await session.scalars(statement.limit(1))).first() is not None
