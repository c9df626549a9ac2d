"""What one is called, and everything that is kept about one."""

from __future__ import annotations

import reflex as rx

from portal_app.identity.account import LONGEST_NAME
from portal_app.identity.views import AccountView
from portal_app.ui.i18n import t
from portal_app.ui.parts import action_row, button, card, field, link_button, muted, native_form


def profile_card(view: AccountView) -> rx.Component:
    return card(
        native_form(
            field(
                t("Name"),
                "name",
                required=False,
                default_value=view.name,
                auto_complete="name",
                max_length=LONGEST_NAME,
            ),
            button(t("Change name"), submit=True),
            action="/account/profile/",
            class_name="form",
        ),
        title=t("Profile"),
    )


def zone_card(view: AccountView) -> rx.Component:
    """The list has a page of its own: four hundred zones, in the reader's words."""
    return card(
        rx.el.p(view.zone),
        muted(view.now),
        action_row(link_button(t("Change time zone"), "/account/zone/", reload=True)),
        title=t("Time zone"),
    )


def export_card() -> rx.Component:
    return card(
        muted(t("A file with everything that this portal keeps about you.")),
        action_row(link_button(t("Download your data"), "/account/export.json", reload=True)),
        title=t("Your data"),
    )
