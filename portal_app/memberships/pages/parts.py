"""What both pages of memberships are built from."""

from __future__ import annotations

import reflex as rx

from portal_app.memberships.views import AlertView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import alert, button, empty_state, native_form, text_link
from portal_app.ui.parts.types import Events


def alert_with_link(view: AlertView) -> rx.Component:
    """An alert of the orders page, which leads to the membership's own."""
    return alert(
        view.tone,
        view.title,
        view.text,
        action=text_link(
            t("See details"),
            view.href,
            accessible_name=t_fill("See details of {product}", product=view.product),
        ),
        key=view.key,
    )


def plain_alert(view: AlertView) -> rx.Component:
    """The same alert where it leads nowhere else."""
    return alert(view.tone, view.title, view.text, key=view.key)


def load_failed(on_retry: Events) -> rx.Component:
    """The data could not be read; nothing is lost, and trying again is one press away."""
    return rx.el.div(
        empty_state(
            t("We couldn't load this page."),
            t("Your memberships are not affected. Please try again in a moment."),
            action=button(t("Try again"), on_click=on_retry, variant="primary"),
        ),
        role="alert",
    )


def switch_account() -> rx.Component:
    """Sign out, to come back with another address. The browser posts it, as the cookie needs."""
    return native_form(button(t("Sign in with another email"), submit=True), action="/auth/logout")
