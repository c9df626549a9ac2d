"""A preview becomes a row; a failed one changes nothing about the row that is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.invoices.upcoming.models import PreviewFailure, UpcomingCharge
from portal_app.kit.lookup import locked
from portal_app.kit.observed import Outcome, upsert
from portal_app.kit.redaction import redact
from portal_app.provider.facts import InvoiceFacts, InvoiceLineFacts

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)
_LONGEST_ERROR: Final = 500


async def project_preview(
    session: AsyncSession,
    facts: InvoiceFacts,
    *,
    stripe_subscription_id: str,
    customer_id: str,
    charge_at: datetime,
    basis: Mapping[str, Any],
    observed_at: datetime,
) -> Outcome:
    """Store what the next invoice will say; *customer_id* is ours, *basis* as `UpcomingCharge`'s.

    `UNCHANGED` when it says what it said before: it is only younger now.
    """
    key = {"stripe_subscription_id": stripe_subscription_id}
    values = {"customer_id": customer_id, "charge_at": charge_at, "basis": dict(basis)}
    values |= _amounts(facts)
    _, outcome = await upsert(session, UpcomingCharge, key, values, observed_at)
    await _forget_failure(session, stripe_subscription_id)
    return outcome


def _amounts(facts: InvoiceFacts) -> dict[str, Any]:
    return {
        "currency": facts.total.currency,
        "lines": [_line(line) for line in facts.lines],
        "subtotal_minor": facts.subtotal.minor,
        "discount_minor": facts.discount.minor,
        "tax_minor": facts.tax.minor,
        "total_minor": facts.total.minor,
        # What the provider leaves to a later invoice is no credit that is used up.
        "balance_minor": facts.amount_due.minor - max(facts.total.minor, 0),
        "amount_due_minor": facts.amount_due.minor,
    }


def _line(line: InvoiceLineFacts) -> dict[str, Any]:
    moments = {"period_start": line.period_start, "period_end": line.period_end}
    return {
        "description": line.description,
        "quantity": line.quantity,
        "amount_minor": line.amount.minor,
        "proration": line.proration,
        **{name: moment.isoformat() for name, moment in moments.items() if moment},
    }


async def note_failure(
    session: AsyncSession, stripe_subscription_id: str, error: Exception, *, now: datetime
) -> None:
    """It is tried again after a pause that doubles each time; *now* is wall time."""
    said = redact(f"{type(error).__name__}: {error}")[:_LONGEST_ERROR]
    row = await locked(session, PreviewFailure, stripe_subscription_id=stripe_subscription_id)
    attempts = 1 if row is None else row.attempts + 1
    retry_at = now + min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    if row is None:
        row = PreviewFailure(
            stripe_subscription_id=stripe_subscription_id, attempts=attempts, retry_at=retry_at
        )
        session.add(row)
    row.attempts, row.retry_at, row.last_error = attempts, retry_at, said


async def drop_preview(session: AsyncSession, stripe_subscription_id: str) -> None:
    """Nothing will be charged: why, its membership says."""
    charge = UpcomingCharge
    await session.execute(
        delete(charge).where(col(charge.stripe_subscription_id) == stripe_subscription_id)
    )
    await _forget_failure(session, stripe_subscription_id)


async def _forget_failure(session: AsyncSession, stripe_subscription_id: str) -> None:
    failure = PreviewFailure
    await session.execute(
        delete(failure).where(col(failure.stripe_subscription_id) == stripe_subscription_id)
    )
