"""What the pages of the billing history hold in a tab."""

from portal_app.invoices.state.entry import EntryState
from portal_app.invoices.state.history import HistoryState

__all__ = ["EntryState", "HistoryState"]
