"""Where one is signed in, and the warning before a session ends by itself."""

from __future__ import annotations

import reflex as rx

from portal_app.identity.state import SessionState
from portal_app.identity.views import AccountView, SessionView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import action_row, alert, badge, button, card, muted, native_form


def sessions_card(view: AccountView) -> rx.Component:
    return card(
        rx.el.ul(rx.foreach(view.sessions, _session)),
        rx.cond(
            view.several,
            muted(
                t(
                    "Signing out all others also forgets browsers that are signed out by now: if"
                    " one signs in again, you get an email."
                )
            ),
        ),
        action_row(
            rx.cond(
                view.several,
                native_form(
                    button(t("Sign out all others"), submit=True),
                    action="/account/sessions/end-others/",
                ),
            ),
            native_form(
                button(t("Sign out everywhere"), submit=True), action="/auth/logout-everywhere"
            ),
        ),
        title=t("Where you are signed in"),
        subtitle=t("A browser is signed out after 30 minutes without use, and after 12 hours."),
    )


def _session(row: SessionView) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(row.device),
            rx.cond(row.here, badge(t("This browser"), "ok")),
            muted(row.since),
            muted(row.seen),
            class_name="row-text",
        ),
        rx.cond(
            ~row.here,
            native_form(
                button(
                    t("Sign out"),
                    submit=True,
                    class_name="button-small",
                    accessible_name=t_fill("Sign out {name}", name=row.device),
                ),
                action=f"/account/sessions/{row.id}/end/",
            ),
        ),
        class_name="row",
        key=row.id,
    )


def session_warning() -> rx.Component:
    """Hidden until `head.js` finds that two minutes are left; which of the two, it says too.

    Any use puts the first off (WCAG 2.2.1); the second is for the person's security.
    """
    return rx.el.div(
        rx.el.div(
            alert(
                "warn",
                t("You will be signed out in 2 minutes"),
                t("That happens when nothing is done for a while. You can stay."),
                action=button(
                    t("Stay signed in"), on_click=SessionState.stay, variant="primary", id="stay"
                ),
            ),
            class_name="session-idle",
        ),
        rx.el.div(
            alert(
                "warn",
                t("You will be signed out in 2 minutes"),
                t("After 12 hours you sign in anew, and come back to this page."),
            ),
            class_name="session-final",
        ),
        id="session-warning",
        role="alert",
        hidden=True,
    )
