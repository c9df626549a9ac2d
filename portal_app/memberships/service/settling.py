"""How things stand at the provider around one invoice, and bringing our rows to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Author, write_as
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.invoices.projection import project_invoices, project_payment
from portal_app.kit.clock import wall_now
from portal_app.kit.observed import Outcome
from portal_app.memberships.projection import project_subscription, record_invoices
from portal_app.provider.facts import InvoiceFacts, PaymentFacts, SubscriptionFacts
from portal_app.provider.writing import PaymentWriter


@dataclass(frozen=True, slots=True)
class Settled:
    """An invoice, the payments made for it, and the subscription that it is for."""

    invoice: InvoiceFacts
    payments: tuple[PaymentFacts, ...]
    subscription: SubscriptionFacts


async def around(provider: PaymentWriter, invoice: InvoiceFacts) -> Settled:
    """Raises as `PaymentWriter`."""
    subscription, payments = await asyncio.gather(
        provider.subscription(invoice.subscription_id or ""),
        asyncio.gather(*(provider.payment(one) for one in invoice.payment_ids)),
    )
    return Settled(invoice, tuple(payments), subscription)


async def apply_settled(
    session: AsyncSession, _intent: Intent | None, answer: Settled, *, observed_at: datetime
) -> None:
    """Access is back in the same unit of work that says that it is paid."""
    await project_subscription(session, answer.subscription, observed_at=observed_at)
    for payment in answer.payments:
        await project_payment(session, payment, observed_at=observed_at)
    await session.flush()  # for the invoice, which links them
    ((row, outcome),) = await project_invoices(session, [answer.invoice], observed_at=observed_at)
    if row is not None and outcome is not Outcome.STALE:
        await record_invoices(session, [row])


async def observe(desk: Desk, author: Author, stripe_invoice_id: str) -> Settled:
    """Ask, and write down what is answered as *author*'s doing. Raises as `PaymentWriter`."""
    observed_at = wall_now()
    invoice = await desk.in_time(desk.provider.invoice(stripe_invoice_id))
    settled = await desk.in_time(around(desk.provider, invoice))
    async with desk.database().unit_of_work() as session:
        write_as(session, author)
        await apply_settled(session, None, settled, observed_at=observed_at)
    return settled
