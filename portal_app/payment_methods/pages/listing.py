"""Everything on file to pay with, grouped by the Stripe customer it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.payment_methods.state import PaymentMethodsState
from portal_app.payment_methods.views import MethodRow, WalletsView, WalletView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    alert,
    badge,
    button,
    card,
    document_link,
    empty_state,
    link_button,
    load_failed,
    method_mark,
    muted,
    skeleton_card,
    skeleton_page,
    stack,
)
from portal_app.ui.parts.types import Events, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletEvents:
    """*make_default* takes a method's id; *busy* is the id of the one being changed."""

    make_default: Events = None
    busy: Text = ""


def payment_methods_page() -> rx.Component:
    events = WalletEvents(
        make_default=PaymentMethodsState.make_default, busy=PaymentMethodsState.busy
    )
    return page_shell(
        rx.match(
            PaymentMethodsState.phase,
            ("ready", wallets_body(PaymentMethodsState.view, events)),
            ("failed", load_failed(PaymentMethodsState.load)),
            _skeleton(),
        ),
        title=t("Payment methods"),
        skeleton=skeleton_page(_skeleton()),
    )


def _skeleton() -> rx.Component:
    return stack(skeleton_card(2), skeleton_card(2))


def wallets_body(view: WalletsView, events: WalletEvents) -> rx.Component:
    """The page below its heading, for any view; the studio previews it with one of its own."""
    return rx.cond(
        view.wallets,
        stack(
            rx.cond(view.offers, _offers(view)),
            rx.foreach(view.wallets, lambda wallet: _wallet(wallet, events)),
        ),
        _nothing(view),
    )


def _offers(view: WalletsView) -> rx.Component:
    """A card belongs to one of Stripe's customers, and each of those has one currency."""
    return card(
        muted(t("Each currency has payment methods of its own, so it is entered once for each.")),
        rx.el.ul(
            rx.foreach(
                view.offers, lambda one: rx.el.li(document_link(one.title, one.href), key=one.href)
            ),
            class_name="link-list",
        ),
        title=t_fill("Use {method} elsewhere too?", method=view.added),
    )


def _nothing(view: WalletsView) -> rx.Component:
    return empty_state(
        t("There is nothing to pay yet"),
        t_fill(
            "Payment methods appear here with your first membership. You are signed in as {email}.",
            email=view.email,
        ),
        action=link_button(t("See your memberships"), "/orders/", variant="primary"),
    )


def _wallet(wallet: WalletView, events: WalletEvents) -> rx.Component:
    return rx.el.section(
        rx.cond(wallet.title != "", rx.el.h2(wallet.title, class_name="section-title")),
        rx.cond(
            wallet.waiting,
            alert(
                "info", t("A change is waiting for the payment provider. We'll make it for you.")
            ),
        ),
        rx.cond(
            wallet.methods,
            rx.el.ul(
                rx.foreach(wallet.methods, lambda row: _method(row, events)), class_name="methods"
            ),
            card(muted(t("No payment method yet. Add one so that your memberships renew."))),
        ),
        rx.el.div(
            link_button(
                t("Add payment method"),
                wallet.add_href,
                reload=True,
                accessible_name=rx.cond(
                    wallet.title != "",
                    t_fill("Add payment method: {wallet}", wallet=wallet.title),
                    t("Add payment method"),
                ),
            ),
            class_name="action-row",
        ),
        class_name="stack wallet",
        key=wallet.key,
    )


def _method(row: MethodRow, events: WalletEvents) -> rx.Component:
    return rx.el.li(
        method_mark(row.mark),
        rx.el.div(
            rx.el.p(
                rx.el.span(row.label, class_name="method-label"),
                rx.cond(row.default, badge(t("Default"), "info")),
                class_name="method-head",
            ),
            rx.cond(row.note != "", muted(row.note)),
            rx.cond(
                row.warning != "",
                rx.el.p(row.warning, class_name="method-warning"),
                rx.cond(row.expiry != "", muted(row.expiry)),
            ),
            rx.cond(row.pays_for != "", muted(row.pays_for)),
            class_name="method-text",
        ),
        rx.el.div(
            rx.cond(
                row.default,
                rx.fragment(),
                button(
                    t("Make default"),
                    on_click=_with(events.make_default, row.id),
                    busy=events.busy == row.id,
                    disabled=events.busy != "",
                    class_name="button-small",
                    accessible_name=t_fill("Make {method} the default", method=row.label),
                ),
            ),
            link_button(
                t("Remove"),
                row.remove_href,
                class_name="button-small",
                accessible_name=t_fill("Remove {method}", method=row.label),
            ),
            class_name="method-actions",
        ),
        class_name="card method",
        key=row.id,
    )


def _with(handler: Events, method_id: Text) -> Events:
    return None if handler is None else handler(method_id)
