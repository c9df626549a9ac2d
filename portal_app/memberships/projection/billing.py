"""Renewals, failed payments and recoveries: told by a subscription's invoices, once for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.memberships.models import Membership, MembershipEvent, MembershipSubscription
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import announce_membership, record

KINDS: Final = ("renewed", "payment_failed", "recovered")


async def record_invoice(session: AsyncSession, invoice: Invoice) -> bool:
    """Append what a changed invoice tells about its membership; whether that was anything new.

    The first invoice of a subscription is left out: paying it is what starts the membership.
    """
    if invoice.billing_reason == "subscription_create":
        return False
    membership = await _membership(session, invoice)
    if membership is None:
        return False
    known = await _known(session, membership, invoice)
    new = [one for one in _happenings(invoice, membership, known) if one.kind not in known]
    record(session, membership, new)
    if new:
        await announce_membership(session, membership)
    return bool(new)


async def _membership(session: AsyncSession, invoice: Invoice) -> Membership | None:
    """The membership that the subscription stood behind when the invoice was made."""
    found = await session.execute(
        select(Membership, MembershipSubscription.until_at)
        .join(
            MembershipSubscription,
            col(MembershipSubscription.membership_id) == col(Membership.id),
        )
        .where(MembershipSubscription.stripe_subscription_id == invoice.stripe_subscription_id)
    )
    row = found.one_or_none()
    if row is None:
        return None
    membership: Membership
    membership, until_at = row
    return membership if until_at is None or invoice.created_at <= until_at else None


async def _known(session: AsyncSession, membership: Membership, invoice: Invoice) -> set[str]:
    statement = select(MembershipEvent.kind).where(
        MembershipEvent.membership_id == membership.id,
        col(MembershipEvent.kind).in_(KINDS),
        col(MembershipEvent.after)["invoice_id"].as_string() == invoice.id,
    )
    return set((await session.execute(statement)).scalars())


def _happenings(invoice: Invoice, membership: Membership, known: set[str]) -> Iterator[Happening]:
    """An invoice that was paid at a second attempt had failed before, seen by us or not."""
    paid = invoice.status is InvoiceStatus.PAID
    failed = "payment_failed" in known or invoice.attempt_count > (1 if paid else 0)
    after = {
        "invoice_id": invoice.id,
        "amount_minor": invoice.total_minor,
        "currency": invoice.currency,
    }
    billed_at = invoice.finalized_at or invoice.created_at
    if failed:
        yield Happening(kind="payment_failed", at=billed_at, after=after)
    if paid and failed:
        yield Happening(kind="recovered", at=invoice.paid_at or billed_at, after=after)
    elif paid and _is_renewal(invoice, membership):
        yield Happening(kind="renewed", at=invoice.paid_at or billed_at, after=after)


def _is_renewal(invoice: Invoice, membership: Membership) -> bool:
    """The first charge after a trial is its end, which the history tells already."""
    if invoice.billing_reason != "subscription_cycle":
        return False
    return membership.trial_end_at is None or invoice.period_start != membership.trial_end_at
