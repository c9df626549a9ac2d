"""The pages of the studio, for creators. Each stands in a module of its own."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.brand.state import BrandStudioState
from portal_app.studio.declarations.state import DeclaredQueueState
from portal_app.studio.home.state import StudioHomeState
from portal_app.studio.membership.state import SoldMembershipState
from portal_app.studio.pages.brand import brand_page
from portal_app.studio.pages.declarations import declarations_page
from portal_app.studio.pages.home import home_page
from portal_app.studio.pages.membership import sold_membership_page
from portal_app.studio.pages.portal import portal_page
from portal_app.studio.pages.sharing import shared_page
from portal_app.studio.pages.transfers import transfers_page
from portal_app.studio.portal.state import PortalStudioState
from portal_app.studio.sharing.state import SharedPreviewState
from portal_app.studio.transfers.state import TransferQueueState
from portal_app.ui.i18n import t

_PRIVATE = {"sitemap": None}


def register(app: rx.App) -> None:
    """Add them; called at the root."""
    app.add_page(
        home_page,
        route="/studio",
        title=t("Studio"),
        on_load=StudioHomeState.load,
        context=_PRIVATE,
    )
    app.add_page(
        sold_membership_page,
        route="/studio/memberships/[membership_id]",
        title=t("Membership"),
        on_load=SoldMembershipState.load,
        context=_PRIVATE,
    )
    app.add_page(
        brand_page,
        route="/studio/brand",
        title=t("Brand"),
        on_load=BrandStudioState.load,
        context=_PRIVATE,
    )
    app.add_page(
        portal_page,
        route="/studio/portal",
        title=t("Portal"),
        on_load=PortalStudioState.load,
        context=_PRIVATE,
    )
    app.add_page(
        transfers_page,
        route="/studio/transfers",
        title=t("Transfers"),
        on_load=TransferQueueState.load,
        context=_PRIVATE,
    )
    app.add_page(
        declarations_page,
        route="/studio/declarations",
        title=t("Declarations"),
        on_load=DeclaredQueueState.load,
        context=_PRIVATE,
    )
    app.add_page(
        shared_page,
        route="/preview/[preview_token]",
        title=t("Preview of a new look"),
        on_load=SharedPreviewState.load,
        meta=[{"name": "robots", "content": "noindex"}],
        context=_PRIVATE,
    )
