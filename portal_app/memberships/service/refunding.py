"""Giving back what was charged although somebody had ended or paused it by then."""

from __future__ import annotations

from portal_app.intents.models import Intent
from portal_app.invoices.models import PaymentStatus
from portal_app.provider.facts import InvoiceFacts
from portal_app.provider.writing import PaymentWriter


async def give_back(
    provider: PaymentWriter, intent: Intent, invoice: InvoiceFacts, *, first: int
) -> None:
    """All of what its payments brought and what nobody has given back yet."""
    for place, payment_id in enumerate(invoice.payment_ids):
        payment = await provider.payment(payment_id)
        if payment.status is not PaymentStatus.SUCCEEDED:
            continue
        if payment.refunded.minor < payment.amount.minor:
            await provider.create_refund(
                payment_id,
                amount=None,
                metadata={"portal_intent": intent.id},
                key=intent.step_key(first + place),
            )
