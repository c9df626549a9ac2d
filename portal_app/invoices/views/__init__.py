"""Invoices and payments as people read them."""

from portal_app.invoices.views.entry import EntryView, entry_view
from portal_app.invoices.views.history import (
    EntryRow,
    HistoryView,
    Payable,
    PayableBill,
    history_view,
)
from portal_app.invoices.views.rows import InvoiceRow, invoice_row, payment_row

__all__ = [
    "EntryRow",
    "EntryView",
    "HistoryView",
    "InvoiceRow",
    "Payable",
    "PayableBill",
    "entry_view",
    "history_view",
    "invoice_row",
    "payment_row",
]
