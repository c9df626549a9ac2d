"""The pages of payment methods. Each stands in a module of its own, as chunks follow modules."""

from __future__ import annotations

import reflex as rx

from portal_app.payment_methods.pages.add import add_page
from portal_app.payment_methods.pages.listing import payment_methods_page
from portal_app.payment_methods.pages.removal import removal_page
from portal_app.payment_methods.state import (
    AddMethodState,
    PaymentMethodsState,
    RemoveMethodState,
)
from portal_app.ui.i18n import t

_PRIVATE = {"sitemap": None}


def register(app: rx.App) -> None:
    """Add `/payment-methods/` and what is below it; the composition root calls this."""
    app.add_page(
        payment_methods_page,
        route="/payment-methods",
        title=t("Payment methods"),
        on_load=PaymentMethodsState.load,
        context=_PRIVATE,
    )
    app.add_page(
        removal_page,
        route="/payment-methods/[method_id]/remove",
        title=t("Remove payment method"),
        on_load=RemoveMethodState.load,
        context=_PRIVATE,
    )
    app.add_page(
        add_page,
        route="/payment-methods/add",
        title=t("Add payment method"),
        on_load=AddMethodState.load,
        context=_PRIVATE,
    )
