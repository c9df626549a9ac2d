"""Disputes in a membership's history: when one was opened and when it was over, once for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select

from portal_app.invoices.models import Dispute, Invoice, Payment
from portal_app.kit.clock import business_now
from portal_app.memberships.models import Membership, MembershipEvent
from portal_app.memberships.projection.billing import memberships_of
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import announce_memberships, record

KINDS: Final = ("disputed", "dispute_closed")


async def record_disputes(
    session: AsyncSession,
    *,
    stripe_ids: Sequence[str] = (),
    invoice_ids: Sequence[str] = (),
) -> bool:
    """Append what these disputes, or those about these invoices, tell; whether any told.

    A dispute and the invoice that says what was paid for come in either order, so both ask.
    """
    found = await session.execute(
        select(Dispute, Payment, Invoice)
        .join(Payment, col(Dispute.payment_id) == col(Payment.id))
        .outerjoin(Invoice, col(Payment.invoice_id) == col(Invoice.id))
        .where(
            or_(
                col(Dispute.stripe_dispute_id).in_(stripe_ids),
                col(Payment.invoice_id).in_(invoice_ids),
            )
        )
    )
    told: dict[str, Membership] = {}
    for dispute, payment, invoice in found.all():
        membership = await membership_of_payment(session, payment, invoice)
        if membership is None:
            continue
        known = await _known(session, membership, dispute)
        new = [one for one in _happenings(dispute, payment) if one.kind not in known]
        if new:
            record(session, membership, new)
            told[membership.id] = membership
    await announce_memberships(session, list(told.values()))
    return bool(told)


async def membership_of_payment(
    session: AsyncSession, payment: Payment, invoice: Invoice | None
) -> Membership | None:
    """What the payment was for: by its invoice's subscription, else what was bought once."""
    if invoice is not None and invoice.stripe_subscription_id is not None:
        return (await memberships_of(session, [invoice])).get(invoice.id)
    bought = [col(Membership.stripe_payment_intent_id) == payment.stripe_payment_intent_id]
    if invoice is not None:
        # One that was paid in parts is named by the last of them alone.
        bought.append(col(Membership.stripe_invoice_id) == invoice.stripe_invoice_id)
    return (await session.scalars(select(Membership).where(or_(*bought)))).first()


async def _known(session: AsyncSession, membership: Membership, dispute: Dispute) -> set[str]:
    dispute_id = col(MembershipEvent.after)["dispute_id"].as_string()
    statement = select(MembershipEvent.kind).where(
        MembershipEvent.membership_id == membership.id,
        col(MembershipEvent.kind).in_(KINDS),
        dispute_id == dispute.id,
    )
    return set(await session.scalars(statement))


def _happenings(dispute: Dispute, payment: Payment) -> Iterator[Happening]:
    """Stripe dates the beginning only; the end is dated when it was seen."""
    after = {
        "dispute_id": dispute.id,
        "payment_id": payment.id,
        "amount_minor": dispute.amount_minor,
        "currency": dispute.currency,
    }
    yield Happening(kind="disputed", at=dispute.created_at, after=after)
    if dispute.is_over:
        closed = {**after, "status": dispute.status}
        yield Happening(kind="dispute_closed", at=business_now(), after=closed)
