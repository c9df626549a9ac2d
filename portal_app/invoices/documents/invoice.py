"""Stripe's invoice, under Stripe's number, as a document of ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from portal_app.invoices.documents import wording
from portal_app.invoices.documents.model import Document, Entry, Fact, Figure, Item, Party
from portal_app.invoices.documents.rows import InvoiceRows
from portal_app.invoices.models import Invoice, InvoiceLine, InvoiceStatus, Payment, Refund
from portal_app.invoices.snapshot import Snapshot, Tax, snapshot_of
from portal_app.kit.money import Money
from portal_app.ui.catalogue import supported
from portal_app.ui.reader import Reader


def invoice_document(reader: Reader, rows: InvoiceRows) -> Document:
    """The invoice as it was issued, with what has been paid and given back since."""
    reader = reader.on_paper
    invoice, kept = rows.invoice, snapshot_of(rows.invoice)
    return Document(
        kind="invoice",
        id=invoice.id,
        language=supported(reader.locale),
        title=reader.say("Invoice"),
        number=invoice.number or invoice.id,
        issuer=wording.issuer_of(rows.company, kept.seller),
        accent=wording.accent_of(rows.company),
        company_id=rows.company.id if rows.company else "",
        status=invoice_status(reader, rows),
        issued_at=invoice.issued_at,
        country=kept.buyer.country,
        facts=tuple(_facts(reader, invoice)),
        parties=tuple(parties(reader, rows, kept)),
        items=tuple(item_of(reader, line, invoice.currency) for line in rows.lines),
        figures=tuple(_figures(reader, rows, kept)),
        entries=tuple(entries_of(reader, rows.payments, rows.refunds)),
        notes=tuple(_notes(reader, invoice, kept)),
        headings=wording.headings(reader),
    )


def invoice_status(reader: Reader, rows: InvoiceRows) -> str:
    """What a stamp on paper would say."""
    match rows.invoice.status:
        case InvoiceStatus.PAID:
            return _paid(reader, rows)
        case InvoiceStatus.VOID:
            return reader.say("Void")
        case InvoiceStatus.UNCOLLECTIBLE:
            return reader.say("Unpaid")
    return reader.say("Open")


def _paid(reader: Reader, rows: InvoiceRows) -> str:
    paid, paid_at = rows.invoice.amount_paid_minor, rows.invoice.paid_at
    refunded = sum(one.refunded_minor for one in rows.payments)
    if refunded:
        whole = refunded >= paid > 0
        return reader.say("Refunded") if whole else reader.say("Partly refunded")
    if paid_at is None:
        return reader.say("Paid")
    return reader.say("Paid on {date}", date=reader.date(paid_at))


def _facts(reader: Reader, invoice: Invoice) -> Iterator[Fact]:
    yield Fact(reader.say("Invoice number"), invoice.number or invoice.id)
    yield Fact(reader.say("Date of issue"), reader.date(invoice.issued_at))
    if invoice.due_at and invoice.status is not InvoiceStatus.PAID:
        yield Fact(reader.say("Due on"), reader.date(invoice.due_at))


def parties(reader: Reader, rows: InvoiceRows, kept: Snapshot) -> Iterator[Party]:
    """Who sold and who bought, as it was at issue; what was not kept then is filled in."""
    company, customer = rows.company, rows.customer
    seller = wording.party_lines(reader, kept.seller, company.title if company else "")
    buyer = wording.party_lines(reader, kept.buyer, customer.name)
    yield Party(reader.say("From"), seller)
    yield Party(reader.say("Billed to"), buyer or (customer.email,))


def item_of(reader: Reader, line: InvoiceLine, currency: str) -> Item:
    notes = [wording.period(reader, line.period_start, line.period_end)]
    if line.discount_minor:
        off = reader.money(Money(-line.discount_minor, currency))
        notes.append(reader.say("Discount {amount}", amount=off))
    return Item(
        description=line.description or reader.say("Item"),
        quantity=str(line.quantity),
        amount=reader.money(Money(line.amount_minor, currency)),
        notes=tuple(note for note in notes if note),
    )


def entries_of(
    reader: Reader, payments: Iterable[Payment], refunds: Iterable[Refund]
) -> Iterator[Entry]:
    """Payments, each followed by what came back of it."""
    by_payment: defaultdict[str, list[Refund]] = defaultdict(list)
    for refund in refunds:
        if refund.status not in wording.NOT_REFUNDED:
            by_payment[refund.payment_id].append(refund)
    for payment in payments:
        yield wording.payment_entry(reader, payment)
        for refund in by_payment[payment.id]:
            yield wording.refund_entry(reader, refund, payment)


def _figures(reader: Reader, rows: InvoiceRows, kept: Snapshot) -> Iterator[Figure]:
    """They add up from the top to the total, and from there to what is still to pay.

    Taxes that prices include stand below the total, of which they are a part.
    """
    invoice = rows.invoice

    def figure(label: str, minor: int, *, strong: bool = False) -> Figure:
        money = reader.money(Money(minor, invoice.currency))
        return Figure(label=label, amount=money, strong=strong)

    yield figure(reader.say("Subtotal"), invoice.subtotal_minor)
    if invoice.discount_minor:
        yield figure(reader.say("Discount"), -invoice.discount_minor)
    added = [tax for tax in kept.taxes if not tax.inclusive]
    if not kept.taxes and invoice.tax_minor:
        yield figure(reader.say("Tax"), invoice.tax_minor)
    yield from (figure(label, minor) for label, minor in _taxes(reader, added))
    yield figure(reader.say("Total amount"), invoice.total_minor, strong=True)
    included = [tax for tax in kept.taxes if tax.inclusive]
    yield from (figure(label, minor) for label, minor in _taxes(reader, included))
    if invoice.balance_applied_minor:
        used = invoice.balance_applied_minor < 0
        label = reader.say("Credit used") if used else reader.say("Balance carried over")
        yield figure(label, invoice.balance_applied_minor)
    if invoice.credited_minor:
        yield figure(reader.say("Credit notes"), -invoice.credited_minor)
    yield figure(reader.say("Amount paid"), invoice.amount_paid_minor)
    if refunded := sum(payment.refunded_minor for payment in rows.payments):
        yield figure(reader.say("Refunded"), -refunded)
    yield figure(reader.say("Still to pay"), _left(invoice), strong=True)


def _left(invoice: Invoice) -> int:
    """Nobody has to pay what is void, whatever Stripe still counts."""
    return 0 if invoice.status is InvoiceStatus.VOID else invoice.amount_remaining_minor


def _taxes(reader: Reader, taxes: Iterable[Tax]) -> Iterable[tuple[str, int]]:
    """Each rate once, in Stripe's order."""
    sums: dict[str, int] = {}
    for tax in taxes:
        label = _tax_label(reader, tax)
        sums[label] = sums.get(label, 0) + tax.amount.minor
    return sums.items()


def _tax_label(reader: Reader, tax: Tax) -> str:
    named = tax.label or reader.say("Tax")
    rate = wording.percentage(reader, tax.percentage)
    label = f"{named} {rate}" if rate else named
    if tax.reason == "reverse_charge":
        return reader.say("{tax}, reverse charge", tax=label)
    return reader.say("{tax}, included", tax=label) if tax.inclusive else label


def _notes(reader: Reader, invoice: Invoice, kept: Snapshot) -> Iterator[str]:
    if any(tax.reason == "reverse_charge" for tax in kept.taxes):
        yield reader.say("Reverse charge: the recipient owes the tax.")
    if invoice.description:
        yield invoice.description
    if kept.footer:
        yield kept.footer
    yield wording.zone_note(reader)
