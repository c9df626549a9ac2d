"""Payment failed: of a renewal, once for each attempt, with what happens next."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.memberships.projection import memberships_of
from portal_app.memberships.views.wording import charged_method
from portal_app.notifications.notices.kind import Look, NoticeKind, Occasion
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.notices.repository import holders_of
from portal_app.notifications.rendering import NothingToSend
from portal_app.provider.objects import Kind


async def _find(session: AsyncSession, look: Look) -> list[Occasion]:
    """Not of the first invoice: whoever buys sees the refusal before them.

    What somebody pays by hand is no further attempt for Stripe, so it is told by the page alone.
    """
    statement = select(Invoice).where(
        col(Invoice.stripe_invoice_id).in_(look.ids(Kind.INVOICE)),
        Invoice.status == InvoiceStatus.OPEN,
        Invoice.billing_reason != "subscription_create",
        col(Invoice.attempt_count) > 0,
        col(Invoice.amount_remaining_minor) > 0,
    )
    invoices = (await session.scalars(statement)).all()
    memberships = await memberships_of(session, invoices)
    holders = await holders_of(session, [one.id for one in memberships.values()])
    return [
        Occasion(
            subject_id=f"{invoice.id}:{invoice.attempt_count}",
            person_id=holders.get(membership.id),
            membership_id=membership.id,
            payload={"invoice_id": invoice.id, "attempt": invoice.attempt_count},
        )
        for invoice in invoices
        if (membership := memberships.get(invoice.id)) is not None
        and membership.customer_id == invoice.customer_id
    ]


async def _write(writing: Writing) -> Letter:
    """Nothing is sent of an invoice that was paid, or tried once more, in the meantime."""
    held, reader = writing.holding(), writing.reader
    invoice = held.unpaid
    attempt = writing.payload["attempt"]
    if invoice is None or invoice.id != writing.payload["invoice_id"]:
        raise NothingToSend
    if invoice.attempt_count != attempt:
        raise NothingToSend
    amount, product = reader.money(invoice.remaining), writing.product.title
    method = charged_method(reader, held)
    return Letter(
        subject=reader.say("Payment failed: {product}", product=product),
        heading=reader.say("We couldn't charge {amount}", amount=amount),
        paragraphs=(
            reader.say("The payment for {product} did not go through.", product=writing.title),
            _what_next(writing, invoice, over=not held.owes),
        ),
        facts=(
            (reader.say("Amount due"), amount),
            (reader.say("Charged to"), method),
            (reader.say("Attempt"), str(attempt)),
            (reader.say("Invoice"), invoice.number),
        ),
        action=(reader.say("Pay now"), f"{writing.manage_url}pay/")
        if held.owes
        else writing.manage,
    )


def _what_next(writing: Writing, invoice: Invoice, *, over: bool) -> str:
    reader = writing.reader
    if over:
        return reader.say("This was the last try, and your membership has ended.")
    if invoice.next_attempt_at is None:
        return reader.say("This was the last try. Pay now to keep your membership.")
    return reader.say(
        "The next try is on {date}. You can pay now, or change the payment method before then.",
        date=reader.date(invoice.next_attempt_at),
    )


NOTICE = NoticeKind(
    key="payment_failed",
    label="Failed payments",
    note="When a renewal can't be charged, and when it is tried next.",
    stripe_mails="Failed payments",
    events=frozenset({"invoice.payment_failed"}),
    after_events=_find,
    write=_write,
)
