"""The billing history as rows of a file, for programs: alike in every language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from portal_app.invoices.models import InvoiceStatus
from portal_app.invoices.repository.entries import Entry
from portal_app.invoices.rules.sheet import harmless
from portal_app.invoices.views.naming import (
    amount_of,
    charged_method,
    moment_of,
    paid_of,
    refunded_of,
    standing_of,
    title_of,
)
from portal_app.kit.money import Money
from portal_app.ui.reader import Reader

COLUMNS: Final = (
    "date",
    "type",
    "number",
    "description",
    "status",
    "currency",
    "subtotal",
    "discount",
    "tax",
    "total",
    "paid",
    "refunded",
    "open",
    "method",
    "period_start",
    "period_end",
    "id",
)


def sheet_row(
    reader: Reader, entry: Entry, purchases: Mapping[str, str], now: datetime
) -> tuple[str, ...]:
    """In the order of COLUMNS: dates as ISO 8601 (UTC), amounts with the currency's decimals."""
    invoice = entry.invoice
    currency = amount_of(entry).currency
    if invoice is None:
        kind, sums = "payment", ("", "", "")
        unpaid, starts, ends = Money(0, currency), "", ""
    else:
        kind = "invoice"
        parts = (invoice.subtotal_minor, invoice.discount_minor, invoice.tax_minor)
        subtotal, discount, tax = (Money(minor, currency).amount for minor in parts)
        sums = (subtotal, discount, tax)
        still_open = invoice.status is InvoiceStatus.OPEN
        unpaid = invoice.remaining if still_open else Money(0, currency)
        starts, ends = _day(invoice.period_start), _day(invoice.period_end)
    return (
        _day(moment_of(entry)),
        kind,
        harmless(invoice.number if invoice else ""),
        harmless(title_of(reader, entry, purchases)),
        str(standing_of(entry, now)),
        currency,
        *sums,
        amount_of(entry).amount,
        paid_of(entry).amount,
        refunded_of(entry).amount,
        unpaid.amount,
        harmless(charged_method(reader, entry)),
        starts,
        ends,
        entry.id,
    )


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
