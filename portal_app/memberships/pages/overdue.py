"""The banner above every page while something is overdue."""

from __future__ import annotations

import reflex as rx

from portal_app.memberships.state import OverdueState
from portal_app.ui.i18n import t
from portal_app.ui.parts import alert, link_button


def overdue_banner() -> rx.Component:
    """Always in the page, so that readers hear when it appears; left by a full load."""
    view = OverdueState.view
    label = rx.cond(view.several, t("See what is due"), t("Fix payment"))
    link = link_button(label, view.href, variant="primary", reload=True)
    return rx.el.div(
        rx.cond(
            view.title != "",
            alert("danger", view.title, rx.cond(view.text != "", view.text, ""), action=link),
        ),
        class_name="notices",
        role="status",
        aria_live="polite",
    )
