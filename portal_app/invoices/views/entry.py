"""One invoice or payment as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from portal_app.invoices.models import InvoiceLine
from portal_app.invoices.rules.standing import Standing
from portal_app.invoices.service import EntryDetails
from portal_app.invoices.snapshot import Party, snapshot_of
from portal_app.invoices.views.explaining import ExplanationView, explanation
from portal_app.invoices.views.naming import (
    DocumentView,
    amount_of,
    invoice_document,
    moment_of,
    receipt_document,
    standing_of,
    standing_words,
    title_of,
    zone_note,
)
from portal_app.invoices.views.payments import (
    DisputeRow,
    PaymentRow,
    RefundRow,
    dispute_rows,
    payment_rows,
    refund_rows,
)
from portal_app.invoices.views.sums import SumRow, sum_rows, tax_notes
from portal_app.kit.money import Money
from portal_app.ui.reader import Reader, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """*quantity* is empty where it says nothing, *discount* where there was none."""

    key: str = ""
    description: str = ""
    quantity: str = ""
    period: str = ""
    discount: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """Seller or buyer as they were at issue; *lines* are address, email and tax ids."""

    name: str = ""
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """The whole page. The default is an empty page, which is never on screen."""

    id: str = ""
    heading: str = ""
    title: str = ""
    company: str = ""
    status: str = ""
    tone: Tone = "muted"
    date: str = ""
    day: str = ""
    due: str = ""
    amount: str = ""
    membership: str = ""
    membership_href: str = ""
    pay_href: str = ""
    pay_label: str = ""
    invoice: DocumentView = field(default_factory=DocumentView)
    receipt: DocumentView = field(default_factory=DocumentView)
    stripe_href: str = ""
    explained: ExplanationView = field(default_factory=ExplanationView)
    lines: list[LineRow] = field(default_factory=list)
    sums: list[SumRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    payments: list[PaymentRow] = field(default_factory=list)
    refunds: list[RefundRow] = field(default_factory=list)
    disputes: list[DisputeRow] = field(default_factory=list)
    seller: PartyView = field(default_factory=PartyView)
    buyer: PartyView = field(default_factory=PartyView)
    zone_note: str = ""


def entry_view(
    reader: Reader,
    details: EntryDetails,
    purchases: Mapping[str, str],
    *,
    holding: tuple[str, str] | None,
    pay_href: str,
    now: datetime,
) -> EntryView:
    """*holding* is the id and product of the membership that was billed, where it is theirs."""
    reader, told_zone = reader.on_paper, zone_note(reader)
    entry, invoice = details.entry, details.entry.invoice
    standing = standing_of(entry, now)
    status, tone = standing_words(reader, standing)
    title, moment = title_of(reader, entry, purchases), moment_of(entry)
    document = invoice_document(reader, invoice)
    receipt = receipt_document(reader, entry)
    past = snapshot_of(invoice) if invoice else None
    due_at = invoice.due_at if invoice and standing in {Standing.OPEN, Standing.PAST_DUE} else None
    member_id, product = holding or ("", "")
    return EntryView(
        id=entry.id,
        heading=document.name or reader.say("Payment of {date}", date=reader.date(moment)),
        title=title,
        company=details.company,
        status=status,
        tone=tone,
        date=reader.date(moment),
        day=reader.iso_date(moment),
        due=reader.date(due_at) if due_at else "",
        amount=reader.money(amount_of(entry)),
        membership=product,
        membership_href=f"/billing/manage/{member_id}/" if member_id else "",
        pay_href=pay_href,
        pay_label=_pay_label(reader, details) if pay_href else "",
        invoice=document,
        receipt=receipt,
        stripe_href=f"/invoices/{invoice.id}/stripe.pdf" if invoice else "",
        explained=explanation(reader, details, title),
        lines=[_line(reader, line, amount_of(entry).currency) for line in details.lines],
        sums=sum_rows(reader, entry),
        notes=tax_notes(reader, past) if past else [],
        payments=payment_rows(reader, entry.payments),
        refunds=refund_rows(reader, details.refunds),
        disputes=dispute_rows(reader, details.disputes),
        seller=_party(reader, past.seller) if past else PartyView(),
        buyer=_party(reader, past.buyer) if past else PartyView(),
        zone_note=told_zone,
    )


def _pay_label(reader: Reader, details: EntryDetails) -> str:
    invoice = details.entry.invoice
    return reader.say("Pay {amount}", amount=reader.money(invoice.remaining)) if invoice else ""


def _line(reader: Reader, line: InvoiceLine, currency: str) -> LineRow:
    start, end = line.period_start, line.period_end
    period = ""
    # Stripe gives a single purchase a period of no length.
    if start and end and start.date() != end.date():
        period = reader.say("{start} to {end}", start=reader.date(start), end=reader.date(end))
    discount = Money(-line.discount_minor, currency)
    return LineRow(
        key=line.id,
        description=line.description,
        quantity=str(line.quantity) if line.quantity != 1 else "",
        period=period,
        discount=reader.money(discount) if discount else "",
        amount=reader.money(Money(line.amount_minor, currency)),
    )


# In the order in which an envelope shows them.
_ADDRESS = ("line1", "line2", "postal_code", "city", "state")


def _party(reader: Reader, party: Party) -> PartyView:
    lines = [party.address.get(part, "") for part in _ADDRESS]
    country = party.address.get("country") or party.country
    lines += [reader.country(country) if country else "", party.email]
    lines += [reader.say("Tax ID {number}", number=value) for _, value in party.tax_ids]
    return PartyView(name=party.name, lines=[line for line in lines if line])
