"""Renewals, failed payments and recoveries: told by a subscription's invoices, once for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.memberships.models import Membership, MembershipEvent, MembershipSubscription
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import announce_memberships, record

KINDS: Final = ("renewed", "payment_failed", "recovered")


async def record_invoices(session: AsyncSession, page: Sequence[Invoice]) -> set[str]:
    """Append what changed invoices tell about their memberships; the ids of those that told.

    The first invoice of a subscription is left out: paying it is what starts the membership.
    """
    later = [
        one
        for one in page
        if one.stripe_subscription_id and one.billing_reason != "subscription_create"
    ]
    if not later:
        return set()
    memberships = await memberships_of(session, later)
    known = await _known(session, later, [row.id for row in memberships.values()])
    telling: set[str] = set()
    told: dict[str, Membership] = {}
    for invoice in later:
        membership = memberships.get(invoice.id)
        if membership is None:
            continue
        seen = known[invoice.id]
        new = [one for one in _happenings(invoice, membership, seen) if one.kind not in seen]
        if new:
            record(session, membership, new)
            telling.add(invoice.id)
            told[membership.id] = membership
    await announce_memberships(session, list(told.values()))
    return telling


async def memberships_of(
    session: AsyncSession, invoices: Sequence[Invoice]
) -> dict[str, Membership]:
    """By invoice id, the membership its subscription stood behind when the invoice was made."""
    link = MembershipSubscription
    found = await session.execute(
        select(link.stripe_subscription_id, link.until_at, Membership)
        .join(Membership, col(link.membership_id) == col(Membership.id))
        .where(col(link.stripe_subscription_id).in_(one.stripe_subscription_id for one in invoices))
    )
    behind = {subscription: (until, membership) for subscription, until, membership in found}
    memberships = {}
    for invoice in invoices:
        until_at, membership = behind.get(str(invoice.stripe_subscription_id), (None, None))
        if membership and (until_at is None or invoice.created_at <= until_at):
            memberships[invoice.id] = membership
    return memberships


async def _known(
    session: AsyncSession, invoices: Sequence[Invoice], membership_ids: Sequence[str]
) -> defaultdict[str, set[str]]:
    """By invoice id, the kinds of what stands in the history already."""
    invoice_id = col(MembershipEvent.after)["invoice_id"].as_string()
    statement = select(invoice_id, MembershipEvent.kind).where(
        col(MembershipEvent.membership_id).in_(membership_ids),
        col(MembershipEvent.kind).in_(KINDS),
        invoice_id.in_([one.id for one in invoices]),
    )
    known: defaultdict[str, set[str]] = defaultdict(set)
    for invoice, kind in await session.execute(statement):
        known[invoice].add(kind)
    return known


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
    if membership.ended_at and invoice.paid_at and invoice.paid_at > membership.ended_at:
        return False  # a debit that arrived too late renews nothing
    return membership.trial_end_at is None or invoice.period_start != membership.trial_end_at
