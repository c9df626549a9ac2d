"""What both pages of memberships are built from."""

from __future__ import annotations

import reflex as rx

from portal_app.memberships.views import AlertView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import alert, empty_state, link_button, stack, switch_account, text_link
from portal_app.ui.parts.types import Text


def alert_with_link(view: AlertView) -> rx.Component:
    """An alert of the orders page, which leads to what mends it, else to the membership's page."""
    details = text_link(
        t("See details"),
        view.href,
        accessible_name=t_fill("See details of {product}", product=view.product),
    )
    update = text_link(
        t("Update payment method"),
        view.update_href,
        accessible_name=t_fill("Update payment method of {product}", product=view.product),
    )
    return alert(
        view.tone,
        view.title,
        view.text,
        action=rx.cond(
            view.pay_href != "",
            rx.fragment(_pay(view), details),
            rx.cond(view.update_href != "", update, details),
        ),
        key=view.key,
    )


def plain_alert(view: AlertView) -> rx.Component:
    """The same alert on the membership's own page."""
    return alert(
        view.tone,
        view.title,
        view.text,
        action=rx.cond(
            view.pay_href != "",
            _pay(view),
            rx.cond(
                view.update_href != "", text_link(t("Update payment method"), view.update_href)
            ),
        ),
        key=view.key,
    )


def _pay(view: AlertView) -> rx.Component:
    """A full load: the page that pays has a policy of its own."""
    return rx.cond(
        view.pay_href != "",
        link_button(
            rx.match(
                view.pay,
                ("finish", t("Finish payment")),
                ("invoice", t("Pay invoice")),
                t("Fix payment"),
            ),
            view.pay_href,
            variant="primary",
            reload=True,
            accessible_name=rx.match(
                view.pay,
                ("finish", t_fill("Finish payment for {product}", product=view.product)),
                ("invoice", t_fill("Pay invoice for {product}", product=view.product)),
                t_fill("Fix payment for {product}", product=view.product),
            ),
        ),
    )


def first_step(href: Text, label: Text) -> rx.Component:
    """What has to be done before; a full load, as the page that pays has a policy of its own."""
    return rx.cond(href != "", link_button(label, href, variant="primary", reload=True))


def membership_not_found(email: Text) -> rx.Component:
    """The same for an unknown, a malformed and somebody else's id."""
    return stack(
        rx.el.div(
            text_link(t("Orders"), "/orders/", class_name="back"),
            rx.el.h1(t("We can't find that membership"), class_name="page-title"),
            class_name="page-head",
        ),
        empty_state(
            t_fill("You are signed in as {email}.", email=email),
            t(
                "The link may belong to another email address of yours, or the membership may no"
                " longer be in your hands."
            ),
            action=rx.fragment(
                link_button(t("See your memberships"), "/orders/", variant="primary"),
                switch_account(),
            ),
        ),
    )
