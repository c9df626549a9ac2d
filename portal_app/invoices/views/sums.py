"""How an invoice's lines come to what was to be paid, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal_app.invoices.models import Invoice
from portal_app.invoices.repository.entries import Entry
from portal_app.invoices.snapshot import Snapshot, Tax, snapshot_of
from portal_app.invoices.views.naming import amount_of, paid_of, refunded_of
from portal_app.kit.money import Money
from portal_app.ui.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class SumRow:
    """*strong* for what everything above comes to."""

    label: str = ""
    amount: str = ""
    strong: bool = False


def sum_rows(reader: Reader, entry: Entry) -> list[SumRow]:
    invoice = entry.invoice
    rows = list(_of_invoice(reader, invoice)) if invoice else []
    if invoice is None:
        rows.append(_row(reader, reader.say("Amount"), amount_of(entry)))
    paid, refunded = paid_of(entry), refunded_of(entry)
    rows.append(_row(reader, reader.say("Paid"), paid))
    if refunded:
        rows.append(_row(reader, reader.say("Refunded"), refunded))
    if invoice and invoice.remaining and invoice.amount_remaining_minor > 0:
        rows.append(_row(reader, reader.say("Still to pay"), invoice.remaining, strong=True))
    return rows


def _of_invoice(reader: Reader, invoice: Invoice) -> Iterator[SumRow]:
    def money(minor: int) -> Money:
        return Money(minor, invoice.currency)

    past = snapshot_of(invoice)
    if invoice.subtotal_minor != invoice.total_minor or invoice.discount_minor or past.taxes:
        yield _row(reader, reader.say("Subtotal"), money(invoice.subtotal_minor))
    if invoice.discount_minor:
        yield _row(reader, reader.say("Discount"), money(-invoice.discount_minor))
    if past.taxes:
        yield from (_row(reader, tax_label(reader, tax), tax.amount) for tax in past.taxes)
    elif invoice.tax_minor:
        yield _row(reader, reader.say("Tax"), money(invoice.tax_minor))
    yield _row(reader, reader.say("Total amount"), invoice.total, strong=True)
    if invoice.balance_applied_minor:
        yield _row(reader, _balance(reader, invoice), money(invoice.balance_applied_minor))
        yield _row(reader, reader.say("Amount due"), money(invoice.amount_due_minor), strong=True)
    if invoice.credited_minor:
        yield _row(reader, reader.say("Credit notes"), money(-invoice.credited_minor))


def _balance(reader: Reader, invoice: Invoice) -> str:
    if invoice.total_minor < 0:
        return reader.say("Kept as credit for your next charges")
    if invoice.balance_applied_minor < 0:
        return reader.say("Credit used")
    return reader.say("Carried over from earlier")


def tax_label(reader: Reader, tax: Tax) -> str:
    name = tax.label or reader.say("Tax")
    if tax.percentage:
        name = f"{name} {tax.percentage}%"
    return reader.say("{tax} (included)", tax=name) if tax.inclusive else name


def tax_notes(reader: Reader, past: Snapshot) -> list[str]:
    if any(tax.reason == "reverse_charge" for tax in past.taxes):
        return [reader.say("Reverse charge: the buyer accounts for the tax.")]
    return []


def _row(reader: Reader, label: str, amount: Money, *, strong: bool = False) -> SumRow:
    return SumRow(label=label, amount=reader.money(amount), strong=strong)
