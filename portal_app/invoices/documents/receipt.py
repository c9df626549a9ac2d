"""A payment that succeeded, as a receipt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from portal_app.invoices.documents import wording
from portal_app.invoices.documents.invoice import entries_of
from portal_app.invoices.documents.model import Document, Fact, Figure, Item, Party
from portal_app.invoices.documents.rows import ReceiptRows
from portal_app.invoices.models import Payment
from portal_app.invoices.rules.numbers import receipt_number
from portal_app.invoices.snapshot import Party as KeptParty
from portal_app.invoices.snapshot import Snapshot, snapshot_of
from portal_app.kit.money import Money
from portal_app.ui.catalogue import supported
from portal_app.ui.reader import Reader

_UNKNOWN: Final = Snapshot(seller=KeptParty(), buyer=KeptParty(), taxes=(), footer="")


def receipt_document(reader: Reader, rows: ReceiptRows, bought: str = "") -> Document:
    """*bought* names what a payment without an invoice was for, where that is known."""
    reader = reader.on_paper
    payment, invoice = rows.payment, rows.invoice
    kept = snapshot_of(invoice) if invoice else _UNKNOWN
    number = receipt_number(payment.id, invoice.number if invoice else "")
    return Document(
        kind="receipt",
        id=payment.id,
        language=supported(reader.locale),
        title=reader.say("Receipt"),
        number=number,
        issuer=wording.issuer_of(rows.company, kept.seller),
        accent=wording.accent_of(rows.company),
        company_id=rows.company.id if rows.company else "",
        status=_status(reader, payment),
        issued_at=payment.paid_at or payment.created_at,
        country=kept.buyer.country,
        facts=tuple(_facts(reader, rows, number)),
        parties=tuple(_parties(reader, rows, kept)),
        items=(_item(reader, rows, bought),),
        figures=tuple(_figures(reader, payment)),
        entries=tuple(entries_of(reader, [payment], rows.refunds)),
        notes=(wording.zone_note(reader),),
        headings=wording.headings(reader),
    )


def _status(reader: Reader, payment: Payment) -> str:
    if payment.refunded_minor >= payment.amount_minor > 0:
        return reader.say("Refunded")
    if payment.refunded_minor:
        return reader.say("Partly refunded")
    paid_at = payment.paid_at or payment.created_at
    return reader.say("Paid on {date}", date=reader.date(paid_at))


def _facts(reader: Reader, rows: ReceiptRows, number: str) -> Iterator[Fact]:
    paid_at = rows.payment.paid_at or rows.payment.created_at
    yield Fact(reader.say("Receipt number"), number)
    if rows.invoice and rows.invoice.number:
        yield Fact(reader.say("Invoice number"), rows.invoice.number)
    yield Fact(reader.say("Date paid"), reader.date(paid_at))


def _parties(reader: Reader, rows: ReceiptRows, kept: Snapshot) -> Iterator[Party]:
    company, customer = rows.company, rows.customer
    seller = wording.party_lines(reader, kept.seller, company.title if company else "")
    buyer = wording.party_lines(reader, kept.buyer, customer.name)
    if seller:
        yield Party(reader.say("From"), seller)
    yield Party(reader.say("Paid by"), buyer or (customer.email,))


def _item(reader: Reader, rows: ReceiptRows, bought: str) -> Item:
    payment, invoice = rows.payment, rows.invoice
    title = bought or payment.description or reader.say("Payment")
    if invoice:
        number = invoice.number or invoice.id
        title = reader.say("Invoice {number}", number=number)
    return Item(
        description=title,
        quantity="1",
        amount=reader.money(payment.amount),
        notes=tuple(line.description for line in rows.lines if line.description),
    )


def _figures(reader: Reader, payment: Payment) -> Iterator[Figure]:
    amount = reader.money(payment.amount)
    yield Figure(label=reader.say("Amount paid"), amount=amount, strong=True)
    if payment.refunded_minor:
        refunded = Money(payment.refunded_minor, payment.currency)
        yield Figure(label=reader.say("Refunded"), amount=reader.money(-refunded))
        kept = reader.money(payment.amount - refunded)
        yield Figure(label=reader.say("Paid in the end"), amount=kept, strong=True)
