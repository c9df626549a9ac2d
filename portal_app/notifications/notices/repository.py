"""What kinds of notices read in common; everybody's rows, never for a page."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Plan
from portal_app.customers.models import Customer
from portal_app.invoices.models import Invoice, Payment, Refund
from portal_app.memberships.models import Member, Membership, MembershipSource
from portal_app.memberships.projection import membership_of_payment


async def running_until(
    session: AsyncSession, status: str, *, after: datetime, before: datetime
) -> Sequence[tuple[Membership, Plan, str]]:
    """Memberships in Stripe's *status* whose period ends in between, with who holds them."""
    statement = (
        select(Membership, Plan, col(Member.person_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Member, col(Member.membership_id) == col(Membership.id))
        .where(
            Membership.stripe_status == status,
            col(Membership.current_period_end) > after,
            col(Membership.current_period_end) <= before,
            col(Member.until_at).is_(None),
            col(Member.person_id).is_not(None),
        )
    )
    return [(row[0], row[1], str(row[2])) for row in await session.execute(statement)]


async def paused_until(
    session: AsyncSession, *, before: datetime
) -> Sequence[tuple[Membership, Plan, str]]:
    """Memberships whose pause ends before then, with who holds them."""
    statement = (
        select(Membership, Plan, col(Member.person_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Member, col(Member.membership_id) == col(Membership.id))
        .where(
            col(Membership.resumes_at) <= before,
            col(Member.until_at).is_(None),
            col(Member.person_id).is_not(None),
        )
    )
    return [(row[0], row[1], str(row[2])) for row in await session.execute(statement)]


async def renewing_in(
    session: AsyncSession, countries: AbstractSet[str], *, before: datetime | None = None
) -> Sequence[tuple[Membership, Plan, str, dict[str, Any]]]:
    """Active memberships whose holder's billing address is in one of these, with who holds them.

    Their period ends *before* that, where it is given. The last value is the address.
    """
    statement = (
        select(Membership, Plan, col(Member.person_id), Customer)
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Member, col(Member.membership_id) == col(Membership.id))
        .join(Customer, col(Customer.id) == col(Member.customer_id))
        .where(
            col(Customer.address)["country"].as_string().in_(sorted(countries)),
            Membership.stripe_status == "active",
            col(Membership.cancel_at_period_end).is_(False),
            col(Member.until_at).is_(None),
            col(Member.person_id).is_not(None),
        )
    )
    if before is not None:
        statement = statement.where(col(Membership.current_period_end) <= before)
    return [
        (membership, plan, str(person_id), customer.address)
        for membership, plan, person_id, customer in await session.execute(statement)
    ]


async def holders_of(session: AsyncSession, membership_ids: Sequence[str]) -> dict[str, str]:
    """By membership, the person who holds it; unclaimed ones are left out."""
    statement = select(col(Member.membership_id), col(Member.person_id)).where(
        col(Member.membership_id).in_(membership_ids),
        col(Member.until_at).is_(None),
        col(Member.person_id).is_not(None),
    )
    return {row[0]: str(row[1]) for row in await session.execute(statement)}


async def payment_with_invoice(
    session: AsyncSession, payment_id: str
) -> tuple[Payment, Invoice | None]:
    """Raises NoResultFound: payments are never taken away."""
    statement = (
        select(Payment, Invoice)
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(Payment.id == payment_id)
    )
    row = (await session.execute(statement)).one()
    return row[0], row[1]


async def refunded_purchases(session: AsyncSession, stripe_ids: Sequence[str]) -> list[str]:
    """What these refunds were paid for, by id, where it was bought once."""
    if not stripe_ids:
        return []
    statement = (
        select(Payment, Invoice)
        .join(Refund, col(Refund.payment_id) == col(Payment.id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(col(Refund.stripe_refund_id).in_(stripe_ids))
    )
    rows = (await session.execute(statement)).all()
    found = [await membership_of_payment(session, payment, invoice) for payment, invoice in rows]
    once = [one for one in found if one and one.source is not MembershipSource.SUBSCRIPTION]
    return [one.id for one in once]


async def refunds(
    session: AsyncSession, stripe_ids: Sequence[str], since: datetime
) -> Sequence[tuple[Refund, Payment, Customer, Invoice | None]]:
    """Those that were or will be given back, with what had been paid and by whom."""
    statement = (
        select(Refund, Payment, Customer, Invoice)
        .join(Payment, col(Payment.id) == col(Refund.payment_id))
        .join(Customer, col(Customer.id) == col(Payment.customer_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(
            col(Refund.stripe_refund_id).in_(stripe_ids),
            col(Refund.status).in_(("succeeded", "pending")),
            col(Refund.created_at) >= since,
        )
    )
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(statement)]


async def payments_told_of(
    session: AsyncSession,
    *,
    intents: Sequence[str],
    invoices: Sequence[str],
    checkouts: Sequence[str],
) -> Sequence[tuple[Payment, Customer, Invoice | None]]:
    """The payments that these objects of Stripe's are or were paid with.

    One look each, as together they would be looked for from end to end.
    """
    paid_for = col(Invoice.id) == col(Payment.invoice_id)
    own = col(Membership.stripe_payment_intent_id) == col(Payment.stripe_payment_intent_id)
    named = union(
        select(Payment.id).where(col(Payment.stripe_payment_intent_id).in_(intents)),
        select(Payment.id)
        .join(Membership, own)
        .where(col(Membership.stripe_checkout_session_id).in_(checkouts)),
        select(Payment.id)
        .join(Invoice, paid_for)
        .where(col(Invoice.stripe_invoice_id).in_(invoices)),
    )
    statement = (
        select(Payment, Customer, Invoice)
        .join(Customer, col(Customer.id) == col(Payment.customer_id))
        .outerjoin(Invoice, paid_for)
        .where(col(Payment.id).in_(named))
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]
