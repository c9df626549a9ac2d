"""The pages of memberships. Each stands in a module of its own, as chunks follow modules."""

from __future__ import annotations

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

_PRIVATE = {"sitemap": None}


def register(app: rx.App) -> None:
    """Add the lists and each membership's pages; called at the root."""
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
    app.add_page(
        charged_to_page,
        route="/billing/manage/[member_id]/payment-method",
        title=t("Update payment method"),
        on_load=ChargedToState.load,
        context=_PRIVATE,
    )
    app.add_page(
        pay_page,
        route="/billing/manage/[member_id]/pay",
        title=t("Pay"),
        on_load=PayState.load,
        context=_PRIVATE,
    )
    app.add_page(
        rejoin_page,
        route="/billing/manage/[member_id]/rejoin",
        title=t("Join again"),
        on_load=RejoinState.load,
        context=_PRIVATE,
    )
    app.add_page(
        upcoming_page,
        route="/billing/upcoming",
        title=t("Upcoming charges"),
        on_load=UpcomingState.load,
        context=_PRIVATE,
    )
    app.add_page(
        cancel_page,
        route="/billing/manage/[member_id]/cancel",
        title=t("Cancel membership"),
        on_load=CancelState.load,
        context=_PRIVATE,
    )
    app.add_page(
        pause_page,
        route="/billing/manage/[member_id]/pause",
        title=t("Pause membership"),
        on_load=PausingState.load,
        context=_PRIVATE,
    )
    app.add_page(
        plan_page,
        route="/billing/manage/[member_id]/plan",
        title=t("Change plan"),
        on_load=[PlanState.load, PromotionState.start],
        context=_PRIVATE,
    )
    app.add_page(
        undo_page,
        route="/billing/manage/[member_id]/undo",
        title=t("Keep my membership"),
        on_load=CancelState.load,
        context=_PRIVATE,
    )


def install_banner() -> None:
    """Say on every signed-in page what is overdue; before any page is made."""
    use_banner(Banner(overdue_banner, refresh_overdue))
