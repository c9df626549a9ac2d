"""The pages of the billing history, each in a module of its own, as chunks follow modules."""

from __future__ import annotations

import reflex as rx

from portal_app.invoices.pages.entry import entry_page
from portal_app.invoices.pages.history import history_page
from portal_app.invoices.state import EntryState, HistoryState
from portal_app.ui.i18n import t

_PRIVATE = {"sitemap": None}


def register(app: rx.App) -> None:
    """Add `/billing/history/` and `/billing/history/<id>/`; the composition root calls this."""
    app.add_page(
        history_page,
        route="/billing/history",
        title=t("Billing history"),
        on_load=HistoryState.load,
        context=_PRIVATE,
    )
    app.add_page(
        entry_page,
        route="/billing/history/[entry_id]",
        title=t("Invoice or payment"),
        on_load=EntryState.load,
        context=_PRIVATE,
    )
