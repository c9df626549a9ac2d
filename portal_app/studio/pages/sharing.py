"""The page that a link to a draft opens."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.pages.preview import Screen, preview_screen
from portal_app.studio.preview.views import Option
from portal_app.studio.sharing.state import SharedPreviewState
from portal_app.studio.sharing.views import SharedView
from portal_app.ui.i18n import t
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    document_link,
    empty_state,
    load_failed,
    skeleton_card,
    skeleton_page,
    stack,
)
from portal_app.ui.parts.types import Rows, Text


def shared_page() -> rx.Component:
    state = SharedPreviewState
    return page_shell(
        rx.match(
            state.phase,
            ("ready", shared_body(state.view)),
            ("missing", _gone()),
            ("failed", load_failed(state.load)),
            skeleton_page(skeleton_card(4)),
        ),
        signed_in=False,
        wide=True,
    )


def shared_body(view: SharedView) -> rx.Component:
    """One screen; what else there is to see is a link each, so that no handler is needed."""
    return stack(
        rx.el.div(
            rx.el.h1(t("Preview of a new look"), class_name="page-title"),
            rx.el.p(
                t("Not published yet. All you see here is sample data."),
                class_name="page-subtitle",
            ),
            class_name="page-head",
        ),
        rx.el.div(
            _ways(t("Page"), view.pages, view.chosen["page"]),
            rx.el.div(
                _ways(t("Language"), view.languages, view.chosen["lang"]),
                _ways(t("Device"), view.devices, view.chosen["device"]),
                _ways(t("Theme"), view.themes, view.chosen["theme"]),
                class_name="action-row",
            ),
            class_name="stack",
        ),
        preview_screen(
            Screen(
                view=view.preview,
                device=view.chosen["device"],
                theme=view.chosen["theme"],
                language=view.chosen["lang"],
                style=view.style,
                wordmark=view.wordmark,
                links=view.links,
                paper=view.paper,
                own=view.own,
            )
        ),
    )


def _ways(label: Text, ways: Rows, chosen: Text) -> rx.Component:
    def way(one: Option) -> rx.Component:
        current = rx.cond(one.value == chosen, "true", "false")
        return rx.el.li(document_link(one.label, one.href, aria_current=current), key=one.value)

    return rx.el.nav(
        rx.el.ul(rx.foreach(ways, way), class_name="segments segments-wrap"), aria_label=label
    )


def _gone() -> rx.Component:
    """The same for a link that is over, was revoked, or never was one."""
    return stack(
        rx.el.div(
            rx.el.h1(t("This link doesn't work any more"), class_name="page-title"),
            class_name="page-head",
        ),
        empty_state(t("Ask whoever sent it to you for a new one.")),
    )
