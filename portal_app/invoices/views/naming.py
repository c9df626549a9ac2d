"""What an entry is called, how it stands and where its documents are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal_app.invoices.models import Invoice, Payment, PaymentStatus
from portal_app.invoices.repository.entries import Entry
from portal_app.invoices.rules.numbers import receipt_number
from portal_app.invoices.rules.standing import (
    Standing,
    standing_of_invoice,
    standing_of_payment,
)
from portal_app.kit.money import Money
from portal_app.payment_methods.views import method_label
from portal_app.ui.reader import Reader, Tone

HISTORY: Final = "/billing/history/"
_TONES: Final[dict[Standing, Tone]] = {
    Standing.PAID: "ok",
    Standing.OPEN: "warn",
    Standing.PAST_DUE: "danger",
    Standing.PROCESSING: "info",
    Standing.PARTLY_REFUNDED: "muted",
    Standing.REFUNDED: "muted",
    Standing.FAILED: "danger",
    Standing.VOID: "muted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A link to one of ours; *name* is what readers hear: “Invoice NWA-0042”."""

    href: str = ""
    name: str = ""


def standing_of(entry: Entry, now: datetime) -> Standing:
    if entry.invoice is None:
        return standing_of_payment(entry.payment)
    return standing_of_invoice(entry.invoice, entry.payments, now)


def standing_words(reader: Reader, standing: Standing) -> tuple[str, Tone]:
    words = {
        Standing.PAID: reader.say("Paid"),
        Standing.OPEN: reader.say("Open"),
        Standing.PAST_DUE: reader.say("Past due"),
        Standing.PROCESSING: reader.say("Processing"),
        Standing.PARTLY_REFUNDED: reader.say("Partly refunded"),
        Standing.REFUNDED: reader.say("Refunded"),
        Standing.FAILED: reader.say("Failed"),
        Standing.VOID: reader.say("Void"),
    }
    return words[standing], _TONES[standing]


def title_of(reader: Reader, entry: Entry, purchases: Mapping[str, str]) -> str:
    """The product, where it is known; *purchases* are those of payments without an invoice."""
    if entry.products:
        first, *others = entry.products
        if not others:
            return first
        return reader.say("{product} and {count} more", product=first, count=len(others))
    bought = purchases.get(entry.id) if entry.invoice is None else None
    return bought or entry.description or reader.say("Payment")


def moment_of(entry: Entry) -> datetime:
    return entry.payment.created_at if entry.invoice is None else entry.invoice.issued_at


def zone_note(reader: Reader) -> str:
    """Why a date may differ from the calendar of whoever reads in another zone; else nothing."""
    if reader.zone == reader.on_paper.zone:
        return ""
    return reader.say("Dates are in UTC, as on the documents.")


def amount_of(entry: Entry) -> Money:
    return entry.payment.amount if entry.invoice is None else entry.invoice.total


def paid_of(entry: Entry) -> Money:
    if entry.invoice is not None:
        return Money(entry.invoice.amount_paid_minor, entry.invoice.currency)
    succeeded = entry.payment.status is PaymentStatus.SUCCEEDED
    return entry.payment.amount * int(succeeded)


def refunded_of(entry: Entry) -> Money:
    refunded = sum(payment.refunded_minor for payment in entry.payments)
    return Money(refunded, amount_of(entry).currency)


def method_of(reader: Reader, payment: Payment) -> str:
    """As it was when it paid."""
    if not payment.method_kind:
        return ""
    return method_label(
        reader,
        kind=payment.method_kind,
        brand=payment.method_brand,
        last4=payment.method_last4,
    )


def charged_method(reader: Reader, entry: Entry) -> str:
    """What paid it, else what was last tried."""
    paid = [one for one in entry.payments if one.status is PaymentStatus.SUCCEEDED]
    tried = paid or list(entry.payments)
    return method_of(reader, tried[-1]) if tried else ""


def invoice_document(reader: Reader, invoice: Invoice | None) -> DocumentView:
    if invoice is None:
        return DocumentView()
    name = reader.say("Invoice {number}", number=invoice.number or invoice.id)
    return DocumentView(href=f"/invoices/{invoice.id}.pdf", name=name)


def receipt_document(reader: Reader, entry: Entry) -> DocumentView:
    """Of the payment that paid it; nothing where nothing was."""
    paid = [one for one in entry.payments if one.status is PaymentStatus.SUCCEEDED]
    if not paid:
        return DocumentView()
    number = entry.invoice.number if entry.invoice else ""
    name = reader.say("Receipt {number}", number=receipt_number(paid[-1].id, number))
    return DocumentView(href=f"/receipts/{paid[-1].id}.pdf", name=name)
