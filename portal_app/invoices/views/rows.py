"""Invoices and payments as people read them."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.ui.reader import Reader, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """One line of a billing list. *day* is the ISO date for machines; *tone* colours the status."""

    id: str = ""
    number: str = ""
    date: str = ""
    day: str = ""
    amount: str = ""
    status: str = ""
    tone: Tone = "muted"


def invoice_row(reader: Reader, invoice: Invoice) -> InvoiceRow:
    issued = invoice.finalized_at or invoice.created_at
    status, tone = _invoice_status(reader, invoice)
    return InvoiceRow(
        id=invoice.id,
        number=invoice.number or reader.say("Invoice"),
        date=reader.date(issued),
        day=issued.date().isoformat(),
        amount=reader.money(invoice.total),
        status=status,
        tone=tone,
    )


def payment_row(reader: Reader, payment: Payment) -> InvoiceRow:
    """A payment without an invoice, in the same list."""
    moment = payment.paid_at or payment.created_at
    status, tone = _payment_status(reader, payment)
    return InvoiceRow(
        id=payment.id,
        number=reader.say("Payment"),
        date=reader.date(moment),
        day=moment.date().isoformat(),
        amount=reader.money(payment.amount),
        status=status,
        tone=tone,
    )


def _invoice_status(reader: Reader, invoice: Invoice) -> tuple[str, Tone]:
    match invoice.status:
        case InvoiceStatus.PAID:
            return reader.say("Paid"), "ok"
        case InvoiceStatus.OPEN if invoice.attempt_count:
            return reader.say("Payment failed"), "danger"
        case InvoiceStatus.OPEN:
            return reader.say("Open"), "warn"
        case InvoiceStatus.VOID:
            return reader.say("Voided"), "muted"
        case InvoiceStatus.UNCOLLECTIBLE:
            return reader.say("Unpaid"), "danger"
        case InvoiceStatus.DRAFT:
            return reader.say("Draft"), "muted"


def _payment_status(reader: Reader, payment: Payment) -> tuple[str, Tone]:
    match payment.status:
        case PaymentStatus.SUCCEEDED if payment.refunded_minor >= payment.amount_minor > 0:
            return reader.say("Refunded"), "muted"
        case PaymentStatus.SUCCEEDED if payment.refunded_minor:
            return reader.say("Partly refunded"), "muted"
        case PaymentStatus.SUCCEEDED:
            return reader.say("Paid"), "ok"
        case PaymentStatus.PENDING:
            return reader.say("Processing"), "info"
        case PaymentStatus.FAILED:
            return reader.say("Payment failed"), "danger"
        case PaymentStatus.CANCELED:
            return reader.say("Voided"), "muted"
