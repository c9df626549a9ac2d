"""One observation of the provider goes to the projections concerned, in one unit of work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.invoices.projection import project_invoice
from portal_app.kit.observed import Outcome
from portal_app.memberships.projection import project_one_time_invoice, record_invoice
from portal_app.provider.facts import InvoiceFacts


async def apply_invoice(
    session: AsyncSession, facts: InvoiceFacts, *, observed_at: datetime
) -> Outcome:
    """The invoice itself, then what it tells about a membership."""
    row, outcome = await project_invoice(session, facts, observed_at=observed_at)
    if row is None or outcome is Outcome.STALE:
        return outcome
    if row.stripe_subscription_id is not None:
        told = await record_invoice(session, row)
    else:
        bought = await project_one_time_invoice(session, facts, observed_at=observed_at)
        told = bought is Outcome.WRITTEN
    return Outcome.WRITTEN if told else outcome
