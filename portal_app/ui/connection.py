"""What is shown while the server can't be reached; stands in for Reflex's own overlay."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.core.banner import (  # type: ignore[import-untyped]
    has_connection_errors,
)

from portal_app.ui.parts import every_language


def connection_banner(_stateful: bool) -> rx.Component:
    """For `app.app_wraps`: appears at once, goes when the socket is back."""
    return rx.fragment(
        rx.cond(
            has_connection_errors,
            rx.el.div(
                every_language("Connection lost. Trying to reach the server …"),
                class_name="connection-lost",
                role="alert",
            ),
        )
    )
