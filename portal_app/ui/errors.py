"""When a page breaks or does not exist: plain words and a way back, nothing internal."""

from __future__ import annotations

import reflex as rx
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import (  # type: ignore[import-untyped]
    ErrorBoundary,
)

from portal_app.ui.i18n import t
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import document_link, every_language, link_button


def error_boundary(_stateful: bool) -> rx.Component:
    """For `app.app_wraps`: catches what breaks while a page is drawn."""
    return ErrorBoundary.create(
        fallback_render=ArgsFunctionOperation.create(("event_args",), rx.Var.create(_error_card()))
    )


def _error_card() -> rx.Component:
    """Every language at once: what broke may be the very state that knows the language."""
    return rx.el.main(
        rx.el.div(
            rx.el.h1(every_language("Something went wrong on this page"), class_name="empty-title"),
            rx.el.p(
                every_language(
                    "Nothing was changed by this. Load the page again; if that does not help, "
                    "come back in a few minutes."
                ),
                class_name="empty-text",
            ),
            rx.el.div(
                document_link(
                    every_language("Load the page again"), "", class_name="button button-primary"
                ),
                document_link(
                    every_language("Go to the start page"), "/", class_name="button button-surface"
                ),
                class_name="action-row",
            ),
            class_name="card empty",
            role="alert",
        ),
        class_name="main",
    )


def not_found_page() -> rx.Component:
    """An address that leads nowhere."""
    return page_shell(
        rx.el.div(
            rx.el.p(
                t("The address may be mistyped, or the page may have moved."),
                class_name="empty-text",
            ),
            rx.el.div(
                link_button(t("Go to the start page"), "/", variant="primary", reload=True),
                class_name="action-row",
            ),
            class_name="card",
        ),
        title=t("We can't find that page"),
        signed_in=False,
    )
