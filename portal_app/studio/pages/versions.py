"""Who published what and when, and the way back; the same for looks and for policies."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.history import VersionRow
from portal_app.studio.state import StudioState
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import badge, button, card
from portal_app.ui.parts.types import Events, Rows


def versions_card(rows: Rows, restore: Events) -> rx.Component:
    return card(rx.el.ul(rx.foreach(rows, lambda row: _version(row, restore))), title=t("Versions"))


def _version(row: VersionRow, restore: Events) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.title),
            rx.cond(row.when != "", rx.el.span(row.when, class_name="choice-note")),
            class_name="row-text",
        ),
        rx.cond(
            row.current,
            badge(t("Published"), "ok"),
            rx.cond(
                StudioState.frame.is_owner,
                button(
                    t("Roll back"),
                    on_click=restore(row.number),
                    class_name="button-small",
                    accessible_name=t_fill("Roll back to {version}", version=row.title),
                ),
            ),
        ),
        class_name="row",
        key=row.number,
    )
