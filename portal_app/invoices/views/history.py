"""The billing history as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal_app.invoices.repository.entries import Entry
from portal_app.invoices.rules.standing import Standing
from portal_app.invoices.rules.wanted import Wanted
from portal_app.invoices.service import HistoryPage, Total
from portal_app.invoices.views.naming import (
    HISTORY,
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
from portal_app.ui.reader import Reader, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One line. *link_name* and *pay_name* carry the number for readers; *day* is for machines."""

    id: str = ""
    href: str = ""
    title: str = ""
    link_name: str = ""
    number: str = ""
    date: str = ""
    day: str = ""
    amount: str = ""
    status: str = ""
    tone: Tone = "muted"
    invoice: DocumentView = field(default_factory=DocumentView)
    receipt: DocumentView = field(default_factory=DocumentView)
    pay_href: str = ""
    pay_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterView:
    """What is chosen, and what could be."""

    year: str = ""
    membership: str = ""
    status: str = ""
    number: str = ""
    years: list[Option] = field(default_factory=list)
    memberships: list[Option] = field(default_factory=list)
    statuses: list[Option] = field(default_factory=list)
    active: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalView:
    """*span* names the year or all of them; empty texts where there is nothing to say."""

    key: str = ""
    currency: str = ""
    span: str = ""
    paid: str = ""
    refunded: str = ""
    unpaid: str = ""
    pay_href: str = ""
    pay_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """*nothing* is `never` when there is no entry at all, `here` when none fits the filters."""

    rows: list[EntryRow] = field(default_factory=list)
    filters: FilterView = field(default_factory=FilterView)
    totals: list[TotalView] = field(default_factory=list)
    by_year: list[TotalView] = field(default_factory=list)
    newer_href: str = ""
    older_href: str = ""
    arrived: str = ""
    here_href: str = HISTORY
    export_href: str = ""
    nothing: str = ""
    first_after: str = ""
    zone_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableBill:
    """What can be paid now, where, and in which currency."""

    href: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """What memberships say: bills to pay by invoice id, choices of the filter, the next renewal."""

    bills: Mapping[str, PayableBill]
    memberships: Sequence[tuple[str, str]]
    renews_at: datetime | None


def history_view(
    reader: Reader,
    page: HistoryPage,
    wanted: Wanted,
    known: Payable,
    purchases: Mapping[str, str],
    *,
    now: datetime,
    unknown: bool,
) -> HistoryView:
    nothing = "" if page.entries else "never" if page.empty and wanted.everything else "here"
    overall = [total for total in page.totals if total.year == wanted.year]
    yearly = [total for total in page.totals if total.year is not None]
    return HistoryView(
        rows=[_row(reader.on_paper, entry, known, purchases, now) for entry in page.entries],
        filters=_filters(reader, page, wanted, known, unknown=unknown),
        totals=[_total(reader, total, known) for total in overall],
        by_year=[] if wanted.year else [_total(reader, total, known) for total in yearly],
        newer_href=wanted.address(HISTORY, before=page.newer) if page.newer else "",
        older_href=wanted.address(HISTORY, after=page.older) if page.older else "",
        arrived=_arrived(reader, page.arrived),
        here_href=wanted.address(HISTORY),
        export_href=wanted.address("/billing/export.csv"),
        nothing=nothing,
        first_after=reader.date(known.renews_at) if known.renews_at else "",
        zone_note=zone_note(reader),
    )


def _row(
    reader: Reader,
    entry: Entry,
    known: Payable,
    purchases: Mapping[str, str],
    now: datetime,
) -> EntryRow:
    status, tone = standing_words(reader, standing_of(entry, now))
    title, moment = title_of(reader, entry, purchases), moment_of(entry)
    number = entry.invoice.number if entry.invoice else ""
    bill = known.bills.get(entry.id)
    return EntryRow(
        id=entry.id,
        href=f"{HISTORY}{entry.id}/",
        title=title,
        link_name=f"{title}, {number or reader.date(moment)}",
        number=number,
        date=reader.date(moment),
        day=reader.iso_date(moment),
        amount=reader.money(amount_of(entry)),
        status=status,
        tone=tone,
        invoice=invoice_document(reader, entry.invoice),
        receipt=receipt_document(reader, entry),
        pay_href=bill.href if bill else "",
        pay_name=reader.say("Pay {number}", number=number or title) if bill else "",
    )


def _filters(
    reader: Reader, page: HistoryPage, wanted: Wanted, known: Payable, *, unknown: bool
) -> FilterView:
    """A year that is asked for is a choice, even where nothing was billed in it."""
    years = sorted({*page.years, *([wanted.year] if wanted.year else [])}, reverse=True)
    return FilterView(
        year=str(wanted.year or ""),
        membership=wanted.membership,
        status=str(wanted.standing or ""),
        number=wanted.number,
        years=[Option(value=str(year), label=str(year)) for year in years],
        memberships=[Option(value=one, label=label) for one, label in known.memberships],
        statuses=[Option(value=str(one), label=standing_words(reader, one)[0]) for one in Standing],
        active=not wanted.everything,
        unknown=unknown,
    )


def _total(reader: Reader, total: Total, known: Payable) -> TotalView:
    currency = total.paid.currency
    href = _where_to_pay(known, currency) if total.unpaid else ""
    unpaid = reader.money(total.unpaid)
    return TotalView(
        key=f"{currency}{total.year or ''}",
        currency=currency,
        span=str(total.year) if total.year else reader.say("All years"),
        paid=reader.money(total.paid),
        refunded=reader.money(total.refunded) if total.refunded else "",
        unpaid=unpaid if total.unpaid else "",
        pay_href=href,
        pay_name=reader.say("Pay {amount}", amount=unpaid) if href else "",
    )


def _where_to_pay(known: Payable, currency: str) -> str:
    """The page that pays it when that is one bill, else the list of what is owed."""
    hrefs = [bill.href for bill in _in(known.bills.values(), currency)]
    return hrefs[0] if len(hrefs) == 1 else "/orders/" if hrefs else ""


def _in(bills: Iterable[PayableBill], currency: str) -> Iterable[PayableBill]:
    return (bill for bill in bills if bill.currency == currency)


def _arrived(reader: Reader, count: int) -> str:
    if not count:
        return ""
    if count == 1:
        return reader.say("1 new entry")
    return reader.say("{count} new entries", count=count)
