"""The pages of memberships. Each stands in a module of its own, as chunks follow modules."""

from __future__ import annotations

import reflex as rx

from portal_app.memberships.pages.detail import membership_page
from portal_app.memberships.pages.orders import orders_page
from portal_app.memberships.state import MembershipState, OrdersState
from portal_app.ui.i18n import t

_PRIVATE = {"sitemap": None}


def register(app: rx.App) -> None:
    """Add `/orders/` and `/billing/manage/<member id>/`; the composition root calls this."""
    app.add_page(
        orders_page, route="/orders", title=t("Orders"), on_load=OrdersState.load, context=_PRIVATE
    )
    app.add_page(
        membership_page,
        route="/billing/manage/[member_id]",
        title=t("Membership"),
        on_load=MembershipState.load,
        context=_PRIVATE,
    )
