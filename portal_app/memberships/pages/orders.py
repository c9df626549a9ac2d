"""The orders page: what needs attention, the next charge, current memberships, past ones."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.pages.parts import alert_with_link
from portal_app.memberships.state import OrdersState
from portal_app.memberships.views import MembershipCard, NextChargeView, OrdersView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    badge,
    button,
    card,
    empty_state,
    fact,
    fold,
    key_facts,
    link_button,
    load_failed,
    muted,
    skeleton_card,
    skeleton_page,
    stack,
    switch_account,
    text_link,
)
from portal_app.ui.parts.types import Events, Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersEvents:
    """What can be done on the page; *busy* while older memberships are on their way."""

    show_older: Events = None
    busy: Flag = False


def orders_page() -> rx.Component:
    body = orders_body(
        OrdersState.view, OrdersEvents(show_older=OrdersState.show_older, busy=OrdersState.busy)
    )
    return page_shell(
        rx.match(
            OrdersState.phase,
            ("ready", body),
            ("failed", load_failed(OrdersState.load)),
            skeleton_blocks(),
        ),
        title=t("Orders"),
        skeleton=skeleton_page(skeleton_blocks()),
    )


def skeleton_blocks() -> rx.Component:
    return stack(skeleton_card(2), skeleton_card(3), skeleton_card(3))


def orders_body(view: OrdersView, events: OrdersEvents) -> rx.Component:
    """The page below its heading, for any view; the studio previews it with one of its own."""
    return stack(
        rx.foreach(view.alerts, alert_with_link),
        rx.cond(view.next_charge.shown, _next_charge(view.next_charge)),
        rx.cond(view.current, _current(view), _nothing(view)),
        rx.cond(view.past, _past(view, events)),
        text_link(t("See all invoices and receipts"), "/billing/history/"),
        rx.cond(view.current, _elsewhere(), rx.cond(view.past, _elsewhere())),
    )


def _next_charge(view: NextChargeView) -> rx.Component:
    return card(
        key_facts(
            fact(t("Amount"), view.amount),
            fact(t("Date"), rx.el.time(view.date, date_time=view.day)),
            fact(t("For"), view.product),
            rx.cond(view.paid_with != "", fact(t("Paid with"), view.paid_with)),
        ),
        muted(view.note, " ", text_link(t("See the next 12 months"), "/billing/upcoming/")),
        title=view.title,
    )


def _current(view: OrdersView) -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("Current memberships"), id="current"),
        rx.el.ul(rx.foreach(view.current, _card), class_name="stack plain-list"),
        aria_labelledby="current",
        class_name="stack",
    )


def _past(view: OrdersView, events: OrdersEvents) -> rx.Component:
    """Folded away; open when the address asks for it or when there is nothing else to see."""
    asked_for: rx.Var[bool] = rx.Var("globalThis.location?.hash === '#past'", _var_type=bool)
    return fold(
        t("Past memberships"),
        rx.el.ul(rx.foreach(view.past, _card), class_name="stack plain-list"),
        rx.cond(
            view.has_older,
            button(
                t("Show older memberships"), on_click=events.show_older, busy=events.busy, wide=True
            ),
        ),
        id="past",
        open=asked_for | ~rx.Var.create(view.current).bool(),
    )


def _card(view: MembershipCard) -> rx.Component:
    return rx.el.li(
        card(
            rx.el.p(view.sentence),
            rx.el.div(
                key_facts(
                    fact(t("Price"), view.price),
                    rx.cond(view.paid_with != "", fact(t("Paid with"), view.paid_with)),
                ),
                link_button(
                    t("Manage"),
                    view.href,
                    # Somebody may hold the same product twice.
                    accessible_name=t_fill(
                        "Manage {product} ({price})", product=view.title, price=view.price
                    ),
                ),
                class_name="facts-and-action",
            ),
            title=view.title,
            subtitle=view.creator,
            badge=badge(view.badge, view.tone),
            level=3,
        ),
        key=view.member_id,
    )


def _nothing(view: OrdersView) -> rx.Component:
    return rx.cond(
        view.past,
        empty_state(
            t("You have no active memberships."),
            t("What you had before is listed below."),
        ),
        empty_state(
            t("You have no memberships yet."),
            t_fill(
                "Looking for a purchase made with another email? You are signed in as {email}.",
                email=view.email,
            ),
            action=rx.fragment(
                link_button(t("Add that email to this account"), "/account/", variant="primary"),
                switch_account(),
            ),
        ),
    )


def _elsewhere() -> rx.Component:
    """For whoever misses one of several; without any the page says so itself."""
    return muted(
        t("Looking for a purchase made with another email?"),
        " ",
        text_link(t("Add that email to this account"), "/account/"),
    )
