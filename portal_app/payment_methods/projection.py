"""Stripe payment methods and setups become rows; what Stripe lists no more was detached."""

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
from portal_app.kit.observed import Outcome, changes, take_turn, upsert
from portal_app.payment_methods.models import PaymentMethod, SetupIntent, SetupStatus
from portal_app.payment_methods.rules import setup_status
from portal_app.provider.answers import SetupFacts
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
    if customer is not None:
        _forget_default(customer, row, observed_at)
    announce(session, customer.person_id if customer else None, "payment_methods")
    return Outcome.WRITTEN


def _forget_default(customer: Customer, gone: PaymentMethod, observed_at: datetime) -> None:
    """Stripe takes a default back with its method; nobody should wait for the event to say so."""
    default = customer.stripe_default_payment_method_id
    if default == gone.stripe_payment_method_id and customer.observed_at <= observed_at:
        customer.stripe_default_payment_method_id = None


async def project_setup(
    session: AsyncSession, facts: SetupFacts, *, observed_at: datetime, of: str = ""
) -> Outcome:
    """A setup that nobody asked for through the API is unrelated; *of* is the row of a new one."""
    key = {"id": of} if of else {"stripe_setup_intent_id": facts.id}
    row = await locked(session, SetupIntent, **key)
    if row is None:
        return Outcome.UNRELATED
    if not take_turn(row, observed_at):
        return Outcome.STALE
    values = {
        "stripe_setup_intent_id": facts.id,
        "stripe_payment_method_id": facts.method_id,
        "status": setup_status(facts.status),
        "challenged": row.challenged or facts.status == "requires_action",
        "action_url": facts.action_url,
        "failure_code": facts.failure_code,
    }
    if not changes(row, values):
        return Outcome.UNCHANGED
    row.updated_at = business_now()
    return Outcome.WRITTEN


async def refuse_setup(
    session: AsyncSession, setup_id: str, failure_code: str, *, observed_at: datetime
) -> None:
    """The provider refused it at once, so that it has no setup to look at."""
    row = await locked(session, SetupIntent, id=setup_id)
    if row is not None and take_turn(row, observed_at):
        changes(row, {"status": SetupStatus.CANCELED, "failure_code": failure_code})
        row.updated_at = business_now()
