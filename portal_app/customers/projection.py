"""Stripe customers become rows; whose they are is never decided here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.customers.service import announce
from portal_app.identity.models import email_key
from portal_app.kit.clock import business_now
from portal_app.kit.lookup import locked
from portal_app.kit.observed import Outcome, take_turn, upsert
from portal_app.provider.facts import CustomerFacts, DeletedCustomer


async def project_customer(
    session: AsyncSession, facts: CustomerFacts | DeletedCustomer, *, observed_at: datetime
) -> Outcome:
    """A changed address changes nothing about a customer that belongs to somebody."""
    if isinstance(facts, DeletedCustomer):
        return await _mark_deleted(session, facts, observed_at)
    values = {
        "email": facts.email,
        "email_key": email_key(facts.email),
        "name": facts.name,
        "business_name": facts.business_name,
        "individual_name": facts.individual_name,
        "address": dict(facts.address),
        "tax_ids": [asdict(one) for one in reversed(facts.tax_ids)],
        "currency": facts.currency,
        "stripe_default_payment_method_id": facts.default_payment_method_id,
        "stripe_default_source_id": facts.default_source_id,
        "created_at": facts.created_at,
    }
    key = {"stripe_customer_id": facts.id}
    row, outcome = await upsert(session, Customer, key, values, observed_at)
    if outcome is Outcome.WRITTEN:
        announce(session, row.person_id, "customers")
    return outcome


async def _mark_deleted(
    session: AsyncSession, facts: DeletedCustomer, observed_at: datetime
) -> Outcome:
    """Stripe keeps no time of the deletion; what was billed stays readable for its person."""
    row = await locked(session, Customer, stripe_customer_id=facts.id)
    if row is None:
        return Outcome.UNRELATED
    if not take_turn(row, observed_at):
        return Outcome.STALE
    if row.deleted_at is not None:
        return Outcome.UNCHANGED
    row.deleted_at = business_now()
    announce(session, row.person_id, "customers")
    return Outcome.WRITTEN
