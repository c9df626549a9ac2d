"""How one signs in: a code by email always, other services as one likes."""

from __future__ import annotations

import reflex as rx

from portal_app.identity.views import AccountView, MethodView, OfferView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import button, card, muted, native_form


def methods_card(view: AccountView) -> rx.Component:
    """Nothing where there is no choice."""
    choice = card(
        rx.el.ul(
            rx.el.li(
                rx.el.div(
                    rx.el.p(t("Code by email")),
                    muted(t("Always works, with each of your addresses.")),
                    class_name="row-text",
                ),
                class_name="row",
            ),
            rx.foreach(view.methods, _method),
        ),
        rx.el.div(rx.foreach(view.offers, _offer), class_name="action-row"),
        title=t("How you sign in"),
    )
    return rx.cond(view.has_choice, choice)


def _method(row: MethodView) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.p(row.label), muted(row.note), class_name="row-text"),
        native_form(
            button(
                t("Remove"),
                submit=True,
                class_name="button-small",
                accessible_name=t_fill("Remove {name}", name=row.name),
            ),
            action=f"/account/sign-in/{row.id}/remove/",
        ),
        class_name="row",
        key=row.id,
    )


def _offer(row: OfferView) -> rx.Component:
    return native_form(
        button(t_fill("Add {name}", name=row.label), submit=True),
        action=f"/account/sign-in/{row.name}/add/",
        key=row.name,
    )
