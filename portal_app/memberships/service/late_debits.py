"""A debit that arrives after its period was given up: it can't be called back, so it goes back.

docs.stripe.com/api/payment_intents/cancel: once it is `processing`, only "in rare cases" can it be
canceled, and its invoice is not voided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.identity.actor import SYSTEM
from portal_app.intents.models import Intent
from portal_app.intents.service import asked_by, open_intents
from portal_app.intents.writes import Write
from portal_app.invoices.models import Invoice, InvoiceStatus, PaymentStatus
from portal_app.invoices.projection import project_invoices
from portal_app.kit.clock import business_now
from portal_app.kit.lookup import locked, look_up
from portal_app.memberships.late_models import LateDebit
from portal_app.memberships.projection import record_invoices
from portal_app.memberships.service.refunding import give_back
from portal_app.provider.facts import InvoiceFacts, PaymentFacts
from portal_app.provider.writing import PaymentWriter

# Keys of the calls of one intent.
_VOID: Final = 1
_REFUND: Final = 100


async def is_on_its_way(provider: PaymentWriter, invoice: InvoiceFacts) -> bool:
    """Whether a bank was asked for it and has not answered."""
    for payment_id in reversed(invoice.payment_ids):
        if _is_under_way(await provider.payment(payment_id)):
            return True
    return False


def _is_under_way(payment: PaymentFacts) -> bool:
    handed_in = payment.status is PaymentStatus.PENDING and payment.charge_id is not None
    return handed_in and not payment.failure_code


async def note_late(
    session: AsyncSession, membership_id: str, invoices: Iterable[InvoiceFacts]
) -> None:
    """Of a period that was given up, the *invoices* that were open when we looked are awaited.

    News of them may have come since, when nothing was awaited yet: each is asked about once, under
    the lock of its row, so that news comes either before and is seen, or after and finds it noted.
    """
    ids = sorted(one.id for one in invoices if one.status is InvoiceStatus.OPEN)
    await look_up(session, Invoice, "stripe_invoice_id", ids, lock=True)
    for invoice_id in ids:
        if await session.get(LateDebit, invoice_id) is None:
            late = LateDebit(
                stripe_invoice_id=invoice_id, membership_id=membership_id, noted_at=business_now()
            )
            session.add(late)
    await session.flush()
    rows = [await locked(session, Invoice, stripe_invoice_id=one) for one in ids]
    await look_at_late(session, [row for row in rows if row is not None])


async def look_at_late(session: AsyncSession, rows: Sequence[Invoice]) -> None:
    """What is news of these invoices: what was awaited and is paid, or will not be, is settled.

    Whether the bank still has it is asked at the provider: what we know of the payment may be older
    than this news. However much news comes while a question waits, it is asked once.
    """
    news = {row.stripe_invoice_id: row for row in rows}
    if not news:
        return
    statement = select(LateDebit).where(
        col(LateDebit.stripe_invoice_id).in_(sorted(news)), col(LateDebit.settled_at).is_(None)
    )
    for late in await session.scalars(statement.with_for_update()):
        invoice = news[late.stripe_invoice_id]
        if invoice.status in {InvoiceStatus.VOID, InvoiceStatus.UNCOLLECTIBLE}:
            late.settled_at = business_now()
        else:
            await _ask(session, invoice, late)


async def _ask(session: AsyncSession, invoice: Invoice, late: LateDebit) -> None:
    """Left to the loop; what has begun may have looked before this news, so this comes after."""
    waiting = await open_intents(session, [invoice.id])
    if any(one.queued or (one.kind == GIVE_BACK.kind and not one.attempts) for one in waiting):
        return
    intent = asked_by(
        SYSTEM,
        kind=GIVE_BACK.kind,
        about=invoice.id,
        payload={"invoice": late.stripe_invoice_id},
    )
    intent.leased_until, intent.attempts, intent.queued = None, 0, bool(waiting)
    session.add(intent)
    await session.flush()


async def _send(provider: PaymentWriter, intent: Intent) -> InvoiceFacts:
    """Decided by how things stand by now; what came back from the bank is not tried again."""
    invoice = await provider.invoice(intent.payload["invoice"])
    if invoice.status is InvoiceStatus.PAID:
        await give_back(provider, intent, invoice, first=_REFUND)
    elif invoice.status is InvoiceStatus.OPEN and not await is_on_its_way(provider, invoice):
        return await provider.void_invoice(invoice.id, key=intent.step_key(_VOID))
    return invoice


async def _apply(
    session: AsyncSession, intent: Intent, answer: InvoiceFacts, *, observed_at: datetime
) -> None:
    projected = await project_invoices(session, [answer], observed_at=observed_at)
    await record_invoices(session, [row for row, _ in projected if row is not None])
    late = await locked(session, LateDebit, stripe_invoice_id=intent.payload["invoice"])
    if late is not None and answer.status is not InvoiceStatus.OPEN:
        late.settled_at = late.settled_at or business_now()


GIVE_BACK: Final = Write(kind="canceling.give_back", send=_send, apply=_apply)
