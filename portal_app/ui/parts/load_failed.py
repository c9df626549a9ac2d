"""What stands in a page's place when its data could not be read."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.i18n import t
from portal_app.ui.parts.actions import button
from portal_app.ui.parts.content import empty_state
from portal_app.ui.parts.types import Events


def load_failed(on_retry: Events) -> rx.Component:
    """Nothing is lost, and trying again is one press away."""
    return rx.el.div(
        empty_state(
            t("We couldn't load this page."),
            t("Your memberships are not affected. Please try again in a moment."),
            action=button(t("Try again"), on_click=on_retry, variant="primary"),
        ),
        role="alert",
    )
