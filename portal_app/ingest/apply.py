"""Observations of the provider go to the projections concerned, in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.invoices.projection import project_invoices
from portal_app.kit.observed import Outcome
from portal_app.memberships.projection import project_one_time_invoice, record_invoices
from portal_app.provider.facts import InvoiceFacts


async def apply_invoices(
    session: AsyncSession, page: Sequence[InvoiceFacts], *, observed_at: datetime
) -> list[Outcome]:
    """The invoices themselves, then what they tell about memberships; an outcome for each."""
    projected = await project_invoices(session, page, observed_at=observed_at)
    rows = [row for row, outcome in projected if row and outcome is not Outcome.STALE]
    telling = await record_invoices(session, rows)
    outcomes = []
    for facts, (row, outcome) in zip(page, projected, strict=True):
        told = row is not None and row.id in telling
        if row and outcome is not Outcome.STALE and facts.subscription_id is None:
            bought = await project_one_time_invoice(session, facts, observed_at=observed_at)
            told = bought is Outcome.WRITTEN
        outcomes.append(Outcome.WRITTEN if told else outcome)
    return outcomes


async def apply_invoice(
    session: AsyncSession, facts: InvoiceFacts, *, observed_at: datetime
) -> Outcome:
    """One invoice, as a webhook tells of it."""
    (outcome,) = await apply_invoices(session, [facts], observed_at=observed_at)
    return outcome
