"""The short list of a membership's page: invoices and payments as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal_app.invoices.models import Invoice, Payment
from portal_app.invoices.rules.standing import standing_of_invoice, standing_of_payment
from portal_app.invoices.views.naming import standing_words
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


def invoice_row(
    reader: Reader, invoice: Invoice, payments: Iterable[Payment], now: datetime
) -> InvoiceRow:
    """*payments* are those that were made for it."""
    issued = invoice.issued_at
    status, tone = standing_words(reader, standing_of_invoice(invoice, payments, now))
    return InvoiceRow(
        id=invoice.id,
        number=invoice.number or reader.say("Invoice"),
        date=reader.date(issued),
        day=reader.iso_date(issued),
        amount=reader.money(invoice.total),
        status=status,
        tone=tone,
    )


def payment_row(reader: Reader, payment: Payment) -> InvoiceRow:
    """A payment without an invoice, in the same list."""
    moment = payment.paid_at or payment.created_at
    status, tone = standing_words(reader, standing_of_payment(payment))
    return InvoiceRow(
        id=payment.id,
        number=reader.say("Payment"),
        date=reader.date(moment),
        day=reader.iso_date(moment),
        amount=reader.money(payment.amount),
        status=status,
        tone=tone,
    )
