"""Which invoice of a membership its holder still owes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.memberships import repository
from portal_app.memberships.plans import waits_for_payment
from portal_app.memberships.repository import HoldingRow
from portal_app.memberships.rules import NEEDS_ATTENTION, StripeFacts, status_of


def only_switches(row: HoldingRow) -> bool:
    """Whether its latest invoice is no debt: a change of plan waits for it, or is given up."""
    status = status_of(StripeFacts.of(row.membership))
    return waits_for_payment(row.membership) and status not in NEEDS_ATTENTION


async def unpaid_invoices(
    session: AsyncSession, actor: Actor, rows: Sequence[HoldingRow]
) -> dict[str, Invoice]:
    """The open invoice of each membership that has one.

    Of an unpaid subscription the latest invoice is a draft that nobody is asked to pay
    (docs.stripe.com/billing/subscriptions/overview#unpaid-subscriptions): an earlier one is open.
    """
    latest = {
        row.membership.id: invoice
        for row in rows
        if (invoice := row.latest_invoice) is not None
        and invoice.status is InvoiceStatus.OPEN
        and not only_switches(row)
    }
    others = [
        row.membership.id
        for row in rows
        if row.membership.id not in latest
        and status_of(StripeFacts.of(row.membership)) in NEEDS_ATTENTION
    ]
    earlier = await repository.open_invoices(session, actor, others) if others else {}
    return earlier | latest
