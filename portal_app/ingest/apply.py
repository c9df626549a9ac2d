"""Observations of the provider go to the projections concerned, in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.projection import project_customer
from portal_app.invoices.projection import project_dispute, project_invoices, project_refund
from portal_app.kit.observed import Outcome
from portal_app.memberships.projection import (
    project_one_time_invoice,
    record_disputes,
    record_invoices,
    settle_refunded,
)
from portal_app.memberships.service import carry_out_setup, look_at_late, replace_when_saved
from portal_app.payment_methods.projection import detach_others, project_setup
from portal_app.provider.answers import SetupFacts
from portal_app.provider.facts import (
    CustomerFacts,
    DeletedCustomer,
    DisputeFacts,
    InvoiceFacts,
    RefundFacts,
)


async def apply_invoices(
    session: AsyncSession, page: Sequence[InvoiceFacts], *, observed_at: datetime
) -> list[Outcome]:
    """The invoices themselves, then what they tell about memberships; an outcome for each."""
    projected = await project_invoices(session, page, observed_at=observed_at)
    rows = [row for row, outcome in projected if row and outcome is not Outcome.STALE]
    telling = await record_invoices(session, rows)
    await look_at_late(session, rows)
    outcomes = []
    for facts, (row, outcome) in zip(page, projected, strict=True):
        told = row is not None and row.id in telling
        if row and outcome is not Outcome.STALE and facts.subscription_id is None:
            bought = await project_one_time_invoice(session, facts, observed_at=observed_at)
            told = bought is Outcome.WRITTEN
        outcomes.append(Outcome.WRITTEN if told else outcome)
    await record_disputes(session, invoice_ids=[row.id for row in rows])
    return outcomes


async def apply_invoice(
    session: AsyncSession, facts: InvoiceFacts, *, observed_at: datetime
) -> Outcome:
    """One invoice, as a webhook tells of it."""
    (outcome,) = await apply_invoices(session, [facts], observed_at=observed_at)
    return outcome


async def apply_customer(
    session: AsyncSession, facts: CustomerFacts | DeletedCustomer, *, observed_at: datetime
) -> Outcome:
    """A deleted customer's methods are gone with it; Stripe tells of none of them."""
    outcome = await project_customer(session, facts, observed_at=observed_at)
    if not isinstance(facts, DeletedCustomer) or outcome is Outcome.STALE:
        return outcome
    gone = await detach_others(session, facts.id, frozenset(), observed_at=observed_at)
    return Outcome.WRITTEN if gone else outcome


async def apply_refund(
    session: AsyncSession, facts: RefundFacts, *, observed_at: datetime
) -> Outcome:
    """The refund itself, then the end of what was bought once and is given back by it."""
    row, outcome = await project_refund(session, facts, observed_at=observed_at)
    if row is None or outcome is Outcome.STALE:
        return outcome
    return Outcome.WRITTEN if await settle_refunded(session, row) else outcome


async def apply_dispute(
    session: AsyncSession, facts: DisputeFacts, *, observed_at: datetime
) -> Outcome:
    """The dispute itself, then the history of what was paid for."""
    outcome = await project_dispute(session, facts, observed_at=observed_at)
    if outcome in {Outcome.STALE, Outcome.UNRELATED}:
        return outcome
    told = await record_disputes(session, stripe_ids=[facts.id])
    return Outcome.WRITTEN if told else outcome


async def apply_setup(
    session: AsyncSession, facts: SetupFacts, *, observed_at: datetime
) -> Outcome:
    """What a customer's form was opened for is carried out; a company's setup is brought up."""
    if facts.opened_for:
        return await carry_out_setup(session, facts)
    outcome = await project_setup(session, facts, observed_at=observed_at)
    if outcome in {Outcome.STALE, Outcome.UNRELATED}:
        return outcome
    replaced = await replace_when_saved(session, facts.id)
    return Outcome.WRITTEN if replaced else outcome
