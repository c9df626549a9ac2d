"""The addresses of an account, and the form for another one."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.identity.views import AccountView, EmailView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import badge, button, card, field, muted, native_form, state_form
from portal_app.ui.parts.types import Events, Flag, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailEvents:
    """*add* takes the form; *error* stands at its field."""

    add: Events = None
    error: Text = ""
    busy: Flag = False


def emails_card(view: AccountView, events: EmailEvents) -> rx.Component:
    return card(
        rx.el.ul(rx.foreach(view.emails, _email)),
        state_form(
            rx.el.h3(t("Looking for a purchase made with another email?")),
            muted(t("Prove that it is yours, and what was bought with it appears here.")),
            field(
                t("Email"),
                "email",
                type="email",
                required=False,
                error=events.error,
                auto_complete="off",
                max_length=254,
            ),
            button(t("Add email"), submit=True, busy=events.busy),
            on_submit=events.add,
        ),
        title=t("Email addresses"),
        subtitle=t_fill("Signed in as {email}", email=view.email),
    )


def _email(row: EmailView) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(row.address),
            rx.cond(row.primary, badge(t("Primary"), "ok")),
            muted(row.note),
            class_name="row-text",
        ),
        rx.cond(~row.primary, _actions(row)),
        class_name="row",
        key=row.id,
    )


def _actions(row: EmailView) -> rx.Component:
    return rx.el.div(
        native_form(
            button(
                t("Make primary"),
                submit=True,
                class_name="button-small",
                accessible_name=t_fill("Make {name} primary", name=row.address),
            ),
            action=f"/account/emails/{row.id}/primary/",
        ),
        native_form(
            button(
                t("Remove"),
                submit=True,
                class_name="button-small",
                accessible_name=t_fill("Remove {name}", name=row.address),
            ),
            action=f"/account/emails/{row.id}/remove/",
        ),
        class_name="row-actions",
    )
