"""What a person can see of what they were billed. The actor comes first, everywhere."""

from portal_app.invoices.service.entry import EntryDetails, get_entry
from portal_app.invoices.service.export import PER_READ, read_all
from portal_app.invoices.service.history import (
    HistoryPage,
    PageAddress,
    Total,
    read_history,
)

__all__ = [
    "PER_READ",
    "EntryDetails",
    "HistoryPage",
    "PageAddress",
    "Total",
    "get_entry",
    "read_all",
    "read_history",
]
