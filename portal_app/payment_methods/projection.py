"""Stripe payment methods become rows; a method that Stripe lists no more was detached."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.customers.repository import by_stripe_id
from portal_app.customers.service import announce
from portal_app.kit.clock import business_now
from portal_app.kit.lookup import locked
from portal_app.kit.observed import Outcome, take_turn, upsert
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.facts import PaymentMethodFacts


async def project_payment_method(
    session: AsyncSession, facts: PaymentMethodFacts, *, observed_at: datetime
) -> Outcome:
    """One that was never a known customer's is unrelated."""
    if facts.customer_id is None:
        return await detach(session, facts.id, observed_at=observed_at)
    customer = await by_stripe_id(session, facts.customer_id)
    if customer is None:
        return Outcome.UNRELATED
    values = {
        "customer_id": customer.id,
        "kind": facts.kind,
        "brand": facts.brand,
        "last4": facts.last4,
        "exp_month": facts.exp_month,
        "exp_year": facts.exp_year,
        "funding": facts.funding,
        "fingerprint": facts.fingerprint,
        "wallet": facts.wallet,
        "account": facts.account,
        "country": facts.country,
        "detached_at": None,
        "created_at": facts.created_at,
    }
    key = {"stripe_payment_method_id": facts.id}
    _, outcome = await upsert(session, PaymentMethod, key, values, observed_at)
    if outcome is Outcome.WRITTEN:
        announce(session, customer.person_id, "payment_methods")
    return outcome


async def detach_others(
    session: AsyncSession,
    stripe_customer_id: str,
    attached: AbstractSet[str],
    *,
    observed_at: datetime,
) -> int:
    """Mark the customer's methods that are not among *attached* (Stripe's ids); how many.

    Only to be called with a complete listing, *observed_at* being before its first page.
    """
    statement = (
        select(PaymentMethod)
        .join(Customer, col(PaymentMethod.customer_id) == Customer.id)
        .where(
            Customer.stripe_customer_id == stripe_customer_id,
            col(PaymentMethod.detached_at).is_(None),
        )
    )
    kept = (await session.execute(statement)).scalars().all()
    gone = [row for row in kept if row.stripe_payment_method_id not in attached]
    done = [await _detach(session, row, observed_at) for row in gone]
    return done.count(Outcome.WRITTEN)


async def detach(session: AsyncSession, stripe_id: str, *, observed_at: datetime) -> Outcome:
    """A method that is nobody's any more, or is gone; one that is not here is unrelated."""
    row = await locked(session, PaymentMethod, stripe_payment_method_id=stripe_id)
    return await _detach(session, row, observed_at) if row else Outcome.UNRELATED


async def _detach(session: AsyncSession, row: PaymentMethod, observed_at: datetime) -> Outcome:
    if not take_turn(row, observed_at):
        return Outcome.STALE
    if row.detached_at is not None:
        return Outcome.UNCHANGED
    row.detached_at = business_now()
    customer = await session.get(Customer, row.customer_id)
    if customer and customer.stripe_default_payment_method_id == row.stripe_payment_method_id:
        # Stripe takes it away with the method, and tells so in an event of its own.
        customer.stripe_default_payment_method_id = None
    announce(session, customer.person_id if customer else None, "payment_methods")
    return Outcome.WRITTEN
