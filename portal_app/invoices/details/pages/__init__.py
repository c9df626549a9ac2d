"""The billing details page; the composition root calls `register`."""

from __future__ import annotations

import reflex as rx

from portal_app.invoices.details.pages.form import billing_details_page
from portal_app.invoices.details.state import BillingDetailsState
from portal_app.invoices.recipients.state import RecipientsState
from portal_app.ui.i18n import t


def register(app: rx.App) -> None:
    """Add `/billing/details/`; the composition root calls this."""
    app.add_page(
        billing_details_page,
        route="/billing/details",
        title=t("Billing details"),
        on_load=[BillingDetailsState.load, RecipientsState.load],
        context={"sitemap": None},
    )
