"""The pages of memberships. Each stands in a module of its own, as chunks follow modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import reflex as rx

from portal_app.memberships.pages.canceling import cancel_page, undo_page
from portal_app.memberships.pages.charged_to import charged_to_page
from portal_app.memberships.pages.detail import membership_page
from portal_app.memberships.pages.orders import orders_page
from portal_app.memberships.pages.overdue import overdue_banner
from portal_app.memberships.pages.pausing import pause_page
from portal_app.memberships.pages.paying import pay_page
from portal_app.memberships.pages.plans import plan_page
from portal_app.memberships.pages.rejoining import rejoin_page
from portal_app.memberships.pages.upcoming import upcoming_page
from portal_app.memberships.state import (
    CancelState,
    ChargedToState,
    MembershipState,
    OrdersState,
    PausingState,
    PayState,
    PlanState,
    PromotionState,
    RejoinState,
    UpcomingState,
    refresh_overdue,
)
from portal_app.ui.banner import Banner, use_banner
from portal_app.ui.i18n import t
from portal_app.ui.parts.types import Text

# A page, its route, its title and what it reads first.
_Page: TypeAlias = tuple[Callable[[], rx.Component], str, Text, Any]
_PRIVATE = {"sitemap": None}


def register(app: rx.App) -> None:
    """Add the lists and each membership's pages; called at the root."""
    for page, route, title, on_load in _pages():
        app.add_page(page, route=route, title=title, on_load=on_load, context=_PRIVATE)


def _pages() -> list[_Page]:
    one = "/billing/manage/[member_id]"
    return [
        (orders_page, "/orders", t("Orders"), OrdersState.load),
        (upcoming_page, "/billing/upcoming", t("Upcoming charges"), UpcomingState.load),
        (membership_page, one, t("Membership"), MembershipState.load),
        (charged_to_page, f"{one}/payment-method", t("Update payment method"), ChargedToState.load),
        (pay_page, f"{one}/pay", t("Pay"), PayState.load),
        (rejoin_page, f"{one}/rejoin", t("Join again"), RejoinState.load),
        (cancel_page, f"{one}/cancel", t("Cancel membership"), CancelState.load),
        (undo_page, f"{one}/undo", t("Keep my membership"), CancelState.load),
        (pause_page, f"{one}/pause", t("Pause membership"), PausingState.load),
        (plan_page, f"{one}/plan", t("Change plan"), [PlanState.load, PromotionState.start]),
    ]


def install_banner() -> None:
    """Say on every signed-in page what is overdue; before any page is made."""
    use_banner(Banner(overdue_banner, refresh_overdue))
