"""Links to a draft: the card that makes, lists and revokes them."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.sharing.state import ShareState
from portal_app.studio.sharing.views import SharedLink
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import action_row, button, card, field, muted
from portal_app.ui.parts.types import Events


def share_card() -> rx.Component:
    state = ShareState
    return card(
        muted(t("Whoever has the link sees the draft with sample data, without signing in.")),
        rx.cond(
            state.links,
            rx.el.ul(
                rx.foreach(state.links, lambda one: _link(one, state.revoke)),
                class_name="plain-list stack",
            ),
        ),
        action_row(button(t("Create a preview link"), on_click=state.share, busy=state.busy)),
        title=t("Share the draft"),
        subtitle=t("It shows the draft as it was last saved, for seven days."),
    )


def _link(one: SharedLink, revoke: Events) -> rx.Component:
    return rx.el.li(
        field(
            t("Preview link"),
            "preview-link",
            id=f"field-{one.id}",
            required=False,
            read_only=True,
            value=one.url,
            aria_label=t_fill("Preview link: {until}", until=one.until),
            hint=one.until,
        ),
        action_row(
            button(
                t("Copy link"),
                on_click=rx.set_clipboard(one.url),
                class_name="button-small",
                accessible_name=t_fill("Copy link: {until}", until=one.until),
            ),
            button(
                t("Revoke"),
                on_click=revoke(one.id),
                class_name="button-small",
                accessible_name=t_fill("Revoke: {until}", until=one.until),
            ),
        ),
        class_name="form-section",
        key=one.id,
    )
