"""Paying what is open: how much, with what, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.pages.bank_step import bank_card, checking, unconfirmed
from portal_app.memberships.pages.parts import membership_not_found
from portal_app.memberships.state import PayState
from portal_app.memberships.views import FactRow, PayMethod, PayView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    alert,
    button,
    card,
    checkbox,
    document_link,
    empty_state,
    fact,
    key_facts,
    link_button,
    load_failed,
    muted,
    radio,
    skeleton_card,
    skeleton_page,
    stack,
)
from portal_app.ui.parts.types import Child, Events, Flag, Text, Tone
from portal_app.ui.shell import current_shell


@dataclass(frozen=True, slots=True, kw_only=True)
class PayEvents:
    """*choose* takes a method's id, *keep_method* whether renewals are charged to it too.

    *pay* takes *attempt*, the number of what the button asks for.
    """

    choose: Events = None
    keep_method: Events = None
    pay: Events = None
    attempt: int | rx.Var = 0
    choice: Text = ""
    keep: Flag = True
    busy: Flag = False
    problem: Text = ""
    done: Text = ""


def pay_page() -> rx.Component:
    """Entered and left by full loads: its document alone may load the provider's script."""
    state, view = PayState, PayState.view
    events = PayEvents(
        choose=state.choose,
        keep_method=state.keep_method,
        pay=state.pay,
        attempt=state.attempt,
        choice=state.choice,
        keep=state.keep,
        busy=state.busy,
        problem=state.problem,
        done=state.done,
    )
    return page_shell(
        rx.match(
            state.phase,
            ("ready", stack(_head(view), pay_body(view, events))),
            ("bank", stack(_head(view), bank_card(state))),
            ("checking", stack(_head(view), checking())),
            ("unconfirmed", stack(_head(view), unconfirmed(state.check_again))),
            ("missing", membership_not_found(state.email)),
            ("failed", load_failed(state.load)),
            skeleton_card(4),
        ),
        skeleton=skeleton_page(skeleton_card(4)),
        brand=rx.cond(view.wordmark != "", view.wordmark, current_shell().brand),
        style=view.brand_style,
        links=view.brand_links,
    )


def pay_body(view: PayView, events: PayEvents) -> rx.Component:
    """The page below its heading, for any view; the studio previews it with one of its own."""
    return rx.match(
        view.state,
        ("owed", _owed(view, events)),
        ("invoiced", _invoiced(view)),
        ("under_way", _settled(view, events, t("Your payment is on its way"), "info")),
        ("paid", _settled(view, events, t("Paid"), "ok")),
        _nothing(view),
    )


def _head(view: PayView) -> rx.Component:
    return rx.el.div(
        document_link(view.product, _membership(view), class_name="back"),
        rx.el.h1(
            rx.match(
                view.state,
                ("owed", t_fill("Pay for {product}", product=view.product)),
                ("invoiced", t_fill("Pay for {product}", product=view.product)),
                t_fill("Payment for {product}", product=view.product),
            ),
            class_name="page-title",
        ),
        class_name="page-head",
    )


def _membership(view: PayView) -> Text:
    return f"/billing/manage/{view.member_id}/"


def _owed(view: PayView, events: PayEvents) -> rx.Component:
    return stack(
        card(
            _facts(view),
            # What has just happened is said beside the button.
            rx.cond((view.sentence != "") & (events.problem == ""), rx.el.p(view.sentence)),
            muted(view.access),
        ),
        rx.cond(view.methods, _form(view, events), _without_method(view)),
    )


def _facts(view: PayView) -> rx.Component:
    return key_facts(rx.foreach(view.facts, _fact))


def _fact(row: FactRow) -> rx.Component:
    return fact(row.label, row.value, key=row.label)


def _form(view: PayView, events: PayEvents) -> rx.Component:
    return stack(
        card(
            rx.el.fieldset(
                rx.el.legend(t("Pay with")),
                rx.foreach(view.methods, lambda method: _option(method, events)),
                class_name="choices",
                disabled=events.busy,
            ),
            rx.cond(
                view.renews & (events.choice != view.current),
                checkbox(
                    t("Use it for future charges too"),
                    "keep",
                    default_checked=events.keep,
                    on_change=events.keep_method,
                ),
            ),
            rx.el.p(document_link(t("Use another payment method"), view.add_href)),
        ),
        # Always in the page, so that readers hear what appears in it.
        rx.el.div(rx.cond(events.problem != "", alert("danger", events.problem)), role="alert"),
        action_row(
            button(
                t_fill("Pay {amount}", amount=view.amount),
                on_click=events.pay(events.attempt) if events.pay else None,
                busy=events.busy,
                disabled=events.choice == "",
                variant="primary",
            ),
            link_button(t("Not now"), _membership(view), reload=True),
        ),
    )


def _option(method: PayMethod, events: PayEvents) -> rx.Component:
    return radio(
        method.label,
        "method",
        method.id,
        chosen=events.choice,
        on_choose=events.choose,
        note=method.note,
    )


def _without_method(view: PayView) -> rx.Component:
    return stack(
        card(muted(t("There is no payment method on file for this membership."))),
        action_row(
            link_button(t("Add payment method"), view.add_href, variant="primary", reload=True),
            link_button(t("Not now"), _membership(view), reload=True),
        ),
    )


def _invoiced(view: PayView) -> rx.Component:
    return stack(
        card(
            _facts(view),
            rx.el.p(view.sentence),
            muted(view.access),
            muted(t("It is paid by invoice, not by a saved payment method.")),
        ),
        action_row(
            rx.cond(
                view.hosted_href != "",
                link_button(
                    t_fill("Invoice {number}", number=view.number),
                    view.hosted_href,
                    variant="primary",
                    reload=True,
                ),
            ),
            link_button(t("Back"), _membership(view), reload=True),
        ),
    )


def _settled(view: PayView, events: PayEvents, title: Child, tone: Tone) -> rx.Component:
    return stack(
        rx.el.div(
            alert(tone, title, f"{view.sentence}{view.access}"),
            rx.cond(events.done != "", muted(events.done)),
            role="status",
            class_name="stack",
        ),
        card(
            _facts(view),
            rx.cond(
                view.hosted_href != "",
                rx.el.p(
                    document_link(t_fill("Receipt {number}", number=view.number), view.hosted_href)
                ),
            ),
        ),
        action_row(
            link_button(t("Back to your membership"), _membership(view), reload=True),
        ),
    )


def _nothing(view: PayView) -> rx.Component:
    return empty_state(
        t("There is nothing to pay"),
        t_fill("No payment is open for {product}.", product=view.product),
        action=link_button(
            t("Back to your membership"), _membership(view), variant="primary", reload=True
        ),
    )
