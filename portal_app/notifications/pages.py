"""The account page's section about emails; the composition root puts it there."""

from __future__ import annotations

import reflex as rx

from portal_app.notifications.state import NoticeSettingsState
from portal_app.notifications.views import NoticeRow
from portal_app.ui.i18n import t
from portal_app.ui.parts import card, checkbox, fold, load_failed, muted, skeleton_card
from portal_app.ui.parts.types import Events


def notice_section() -> rx.Component:
    """Nothing at all where the portal sends no notices."""
    state = NoticeSettingsState
    return rx.el.div(
        rx.match(
            state.phase,
            (
                "ready",
                rx.cond(
                    state.sends,
                    notice_choices(state.rows, state.always, state.choose),
                ),
            ),
            ("failed", load_failed(state.load)),
            skeleton_card(3),
        ),
        id="notices",
    )


def notice_choices(rows: list[NoticeRow], always: list[NoticeRow], choose: Events) -> rx.Component:
    """*choose* takes a kind and whether it is wanted; *always* is sent whatever is chosen."""
    return card(
        rx.cond(
            rows,
            rx.el.fieldset(
                rx.foreach(rows, lambda row: _choice(row, choose)),
                class_name="choices",
                aria_label=t("Emails about your memberships"),
            ),
        ),
        muted(t("They go to your primary email. A change is kept at once.")),
        rx.cond(
            always,
            fold(
                t("Always sent"),
                rx.el.ul(rx.foreach(always, _always), class_name="plain-list stack"),
            ),
        ),
        title=t("Emails about your memberships"),
    )


def _choice(row: NoticeRow, choose: Events) -> rx.Component:
    return checkbox(
        rx.fragment(row.label, rx.el.span(row.note, class_name="choice-note")),
        row.key,
        default_checked=row.wanted,
        on_change=lambda wanted: choose(row.key, wanted),
        key=row.key,
    )


def _always(row: NoticeRow) -> rx.Component:
    return rx.el.li(row.label, rx.el.span(row.note, class_name="choice-note"), key=row.key)
