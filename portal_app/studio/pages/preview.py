"""The preview: the pages that customers see, of a membership that nobody holds, on one screen."""

from __future__ import annotations

import reflex as rx

from portal_app.memberships.pages.canceling import CancelEvents, cancel_body
from portal_app.memberships.pages.detail import membership_body
from portal_app.memberships.pages.orders import OrdersEvents, orders_body
from portal_app.studio.preview.state import PreviewState
from portal_app.ui.i18n import t
from portal_app.ui.layout import company_links
from portal_app.ui.parts import card, load_failed, select_field
from portal_app.ui.parts.types import Events, Rows, Text

_CHOICES = ("active", "trial", "past_due", "paused", "ending", "ended", "cancel", "empty", "error")


def preview_card(*, style: rx.Var | dict[str, str], wordmark: Text, links: Rows) -> rx.Component:
    """*style* are the tokens of the look that is typed, *links* its ways to the company."""
    state = PreviewState
    return card(
        rx.el.div(
            select_field(
                t("Page"),
                "preview-state",
                list(zip(_CHOICES, _labels(), strict=True)),
                value=state.view.shown,
                on_change=state.show,
            ),
            _segments(
                t("Device"),
                state.device,
                state.choose_device,
                [("phone", t("Phone")), ("desktop", t("Desktop"))],
            ),
            _segments(
                t("Theme"),
                state.theme,
                state.choose_theme,
                [("light", t("Light")), ("dark", t("Dark"))],
            ),
            class_name="studio-fields",
        ),
        rx.el.div(
            rx.el.div(
                _screen(wordmark, links),
                class_name=rx.cond(
                    state.theme == "dark", "preview-look theme-dark", "preview-look theme-light"
                ),
                style=style,
            ),
            class_name=rx.cond(
                state.device == "phone", "preview preview-phone", "preview preview-desktop"
            ),
            # Nothing in it can be followed, pressed or reached by the keyboard.
            custom_attrs={"inert": True},
        ),
        title=t("Preview"),
        subtitle=t("What customers see, with a membership that nobody holds."),
    )


def _labels() -> list[rx.Var]:
    return [
        t("Active"),
        t("Trial"),
        t("Past due"),
        t("Paused"),
        t("Ending"),
        t("Ended"),
        t("Cancel page"),
        t("No memberships"),
        t("Error"),
    ]


def _screen(wordmark: Text, links: Rows) -> rx.Component:
    view = PreviewState.view
    return rx.fragment(
        rx.el.div(rx.el.span(wordmark, class_name="brand"), class_name="header-row"),
        rx.el.div(
            rx.match(
                view.shown,
                ("cancel", cancel_body(view.cancel, CancelEvents())),
                ("empty", orders_body(view.orders, OrdersEvents())),
                ("error", load_failed(None)),
                membership_body(view.membership),
            ),
            class_name="preview-main",
        ),
        rx.cond(links, rx.el.div(company_links(links), class_name="footer")),
    )


def _segments(
    label: Text, chosen: Text, choose: Events, options: list[tuple[str, Text]]
) -> rx.Component:
    return rx.el.div(
        rx.el.span(label, class_name="field-label"),
        rx.el.div(
            *[
                rx.el.button(
                    text,
                    type="button",
                    on_click=choose(value),
                    aria_pressed=rx.cond(chosen == value, "true", "false"),
                )
                for value, text in options
            ],
            class_name="segments",
            role="group",
            aria_label=label,
        ),
        class_name="field",
    )
