"""One-time purchases: a completed Checkout Session, or a paid invoice outside a subscription.

When a session makes an invoice too, both tell of one purchase: whichever is seen first creates
the membership, the session is its source in the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Plan, Product
from portal_app.catalog.projection import plan_of_price
from portal_app.customers.models import Customer
from portal_app.customers.repository import by_stripe_id
from portal_app.invoices.models import InvoiceStatus, Payment
from portal_app.kit.clock import business_now
from portal_app.kit.lookup import found, locked
from portal_app.kit.money import Money
from portal_app.kit.observed import Outcome, changes, take_turn
from portal_app.memberships.models import Member, Membership, MembershipSource
from portal_app.memberships.projection.given_back import settle_purchase
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import announce_membership, open_holding, record
from portal_app.provider.facts import CheckoutFacts, InvoiceFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One bought line; *plan* is empty where the product isn't ours."""

    plan: Plan | None
    product: Product | None
    description: str
    quantity: int
    paid: Money


async def project_checkout(
    session: AsyncSession, facts: CheckoutFacts, *, observed_at: datetime
) -> Outcome:
    """A session that bought a subscription, is not paid yet or was a guest's is unrelated."""
    if not (facts.one_time and facts.complete and facts.paid and facts.customer_id):
        return Outcome.UNRELATED
    customer = await by_stripe_id(session, facts.customer_id)
    lines = [
        _Line(
            plan=ours[0] if ours else None,
            product=ours[1] if ours else None,
            description=line.description,
            quantity=line.quantity,
            paid=line.paid,
        )
        for line in facts.lines
        for ours in [await plan_of_price(session, line.price, observed_at=observed_at)]
    ]
    bought = _bought(lines)
    if customer is None or bought is None:
        return Outcome.UNRELATED
    values = bought | {
        "customer_id": customer.id,
        "source": MembershipSource.CHECKOUT,
        "stripe_checkout_session_id": facts.id,
        "stripe_invoice_id": facts.invoice_id,
        "stripe_payment_intent_id": facts.payment_id,
        "stripe_status": "complete",
        "started_at": facts.created_at,
        "created_at": facts.created_at,
        "license_key": facts.metadata.get("license_key"),
        "details": {"metadata": dict(facts.metadata)},
    }
    await _name_company(session, facts.payment_id, bought["company_id"])
    row = await locked(session, Membership, stripe_checkout_session_id=facts.id)
    if row is None and facts.invoice_id is not None:
        row = await locked(session, Membership, stripe_invoice_id=facts.invoice_id)
    return await _store(session, row, customer, values, observed_at)


async def _name_company(session: AsyncSession, payment_id: str | None, company_id: str) -> None:
    """A payment doesn't say what it was for; the session that took it does."""
    payment = await found(session, Payment, stripe_payment_intent_id=payment_id or "")
    if payment is not None and payment.company_id is None:
        payment.company_id = company_id


async def project_one_time_invoice(
    session: AsyncSession, facts: InvoiceFacts, *, observed_at: datetime
) -> Outcome:
    """Only a paid invoice makes a membership; one that a session accounts for is left to it."""
    if facts.subscription_id is not None or facts.status is not InvoiceStatus.PAID:
        return Outcome.UNRELATED
    row = await locked(session, Membership, stripe_invoice_id=facts.id)
    if row is not None and row.source is not MembershipSource.INVOICE:
        return Outcome.UNCHANGED
    customer = await by_stripe_id(session, facts.customer_id)
    bought = _bought([await _invoice_line(session, facts, at) for at in range(len(facts.lines))])
    if customer is None or bought is None:
        return Outcome.UNRELATED
    values = bought | {
        "customer_id": customer.id,
        "source": MembershipSource.INVOICE,
        "stripe_invoice_id": facts.id,
        "stripe_payment_intent_id": facts.payment_ids[-1] if facts.payment_ids else None,
        "stripe_status": "paid",
        "started_at": facts.paid_at or facts.created_at,
        "created_at": facts.created_at,
    }
    return await _store(session, row, customer, values, observed_at)


async def _invoice_line(session: AsyncSession, facts: InvoiceFacts, at: int) -> _Line:
    line = facts.lines[at]
    found = await session.execute(
        select(Plan, Product)
        .where(Plan.stripe_price_id == line.price_id)
        .where(Plan.product_id == Product.id)
    )
    ours = found.one_or_none()
    return _Line(
        plan=ours[0] if ours else None,
        product=ours[1] if ours else None,
        description=line.description,
        quantity=line.quantity,
        paid=line.amount,
    )


def _bought(lines: list[_Line]) -> dict[str, Any] | None:
    """The first line of ours is the plan, the rest are extras; None when none is ours."""
    for at, line in enumerate(lines):
        if line.plan is None or line.product is None:
            continue
        # What was paid need not divide evenly by the quantity, because of discounts.
        each, rest = divmod(line.paid.minor, max(line.quantity, 1))
        return {
            "company_id": line.product.company_id,
            "product_id": line.product.id,
            "plan_id": line.plan.id,
            "quantity": 1 if rest else line.quantity,
            "price_minor": line.paid.minor if rest else each,
            "currency": line.paid.currency,
            "extra_items": [_extra(other) for other in lines[:at] + lines[at + 1 :]],
        }
    return None


def _extra(line: _Line) -> dict[str, Any]:
    each, rest = divmod(line.paid.minor, max(line.quantity, 1))
    return {
        "description": line.description,
        "quantity": 1 if rest else line.quantity,
        "amount_minor": line.paid.minor if rest else each,
    }


async def _was_handed_on(session: AsyncSession, row: Membership) -> bool:
    former = select(Member.id).where(
        Member.membership_id == row.id, col(Member.until_at).is_not(None)
    )
    return (await session.scalars(former.limit(1))).first() is not None


async def _store(
    session: AsyncSession,
    row: Membership | None,
    customer: Customer,
    values: dict[str, Any],
    observed_at: datetime,
) -> Outcome:
    if row is None:
        row = Membership(**values, updated_at=business_now(), observed_at=observed_at)
        session.add(row)
        await session.flush()
        open_holding(session, row, customer, from_at=row.started_at)
        after = {"plan_id": row.plan_id}
        record(session, row, [Happening(kind="created", at=row.started_at, after=after)])
    else:
        if not take_turn(row, observed_at):
            return Outcome.STALE
        if "license_key" in values and await _was_handed_on(session, row):
            # Stripe goes on naming the key of whoever bought it, which is refused by now.
            values = {**values, "license_key": row.license_key}
        if not changes(row, values):
            return Outcome.UNCHANGED
        row.updated_at = business_now()
    # What was given back may have been heard of before what it was paid for.
    await settle_purchase(session, row)
    await announce_membership(session, row)
    return Outcome.WRITTEN
