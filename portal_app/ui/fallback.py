"""What the HTML itself contains while scripts load: the frame with a skeleton that fits the page.

The kind is chosen before the first paint: `/i18n.js` puts it on `<html data-skeleton>`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import reflex as rx

from portal_app.ui.layout import mode_banner
from portal_app.ui.parts import skeleton_card, skeleton_lines, skeleton_page
from portal_app.ui.shell import current_shell

SkeletonKind: TypeAlias = Literal["list", "detail", "form"]


def hydrate_fallback() -> rx.Component:
    """For `rx.App(hydrate_fallback=…)`; one for all pages, hence all kinds, one of them shown."""
    return rx.el.div(
        rx.el.header(
            mode_banner(),
            rx.el.div(
                rx.el.span(current_shell().brand, class_name="brand"),
                rx.el.span(class_name="skeleton skeleton-menu for-list for-detail"),
                class_name="header-row",
            ),
            class_name="header",
        ),
        rx.el.div(list_skeleton(), class_name="main main-wide main-private for-list"),
        rx.el.div(detail_skeleton(), class_name="main main-private for-detail"),
        rx.el.div(form_skeleton(), class_name="main for-form"),
        class_name="shell",
    )


def list_skeleton() -> rx.Component:
    """Memberships, payments: cards below each other."""
    return skeleton_page(skeleton_card(2), skeleton_card(3), skeleton_card(3))


def detail_skeleton() -> rx.Component:
    """One thing: its key facts and what can be done."""
    return skeleton_page(skeleton_card(5), skeleton_card(3))


def form_skeleton() -> rx.Component:
    """A task: a card with a field and a button."""
    return skeleton_page(
        rx.el.div(
            skeleton_lines(2),
            rx.el.span(class_name="skeleton skeleton-field", aria_hidden="true"),
            rx.el.span(class_name="skeleton skeleton-button", aria_hidden="true"),
            class_name="card",
        )
    )
