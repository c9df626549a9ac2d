"""Joining again: what it costs today and from when on, the method, and one button with the sum."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.pages.bank_step import bank_card, checking, unconfirmed
from portal_app.memberships.pages.parts import membership_not_found
from portal_app.memberships.state import RejoinState
from portal_app.memberships.views import PayMethod, PlanChoice, QuoteView, RejoinView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    alert,
    button,
    card,
    document_link,
    fact,
    key_facts,
    link_button,
    load_failed,
    muted,
    radio,
    skeleton_card,
    skeleton_lines,
    skeleton_page,
    stack,
)
from portal_app.ui.parts.types import Child, Events, Flag, Text
from portal_app.ui.shell import current_shell


@dataclass(frozen=True, slots=True, kw_only=True)
class RejoinEvents:
    """*choose_plan* and *choose_method* take an id, *join* the number of what the button asks."""

    choose_plan: Events = None
    choose_method: Events = None
    join: Events = None
    attempt: int | rx.Var = 0
    plan: Text = ""
    choice: Text = ""
    busy: Flag = False
    problem: Text = ""


def rejoin_page() -> rx.Component:
    """Entered and left by full loads: its document may load the provider's script."""
    state, view = RejoinState, RejoinState.view
    events = RejoinEvents(
        choose_plan=state.choose_plan,
        choose_method=state.choose_method,
        join=state.join,
        attempt=state.attempt,
        plan=state.plan,
        choice=state.choice,
        busy=state.busy,
        problem=state.problem,
    )
    return page_shell(
        rx.match(
            state.phase,
            ("ready", stack(_head(view), rejoin_body(view, state.quote, events))),
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


def _head(view: RejoinView) -> rx.Component:
    return rx.el.div(
        document_link(view.product, _membership(view), class_name="back"),
        rx.el.h1(
            rx.match(
                view.state,
                ("done", t_fill("Welcome back to {product}", product=view.product)),
                t_fill("Join {product} again", product=view.product),
            ),
            class_name="page-title",
        ),
        class_name="page-head",
    )


def _membership(view: RejoinView) -> Text:
    return f"/billing/manage/{view.member_id}/"


def rejoin_body(view: RejoinView, quote: QuoteView, events: RejoinEvents) -> rx.Component:
    """The page below its heading."""
    return rx.match(
        view.state,
        ("open", _open(view, quote, events)),
        ("done", _over(view, rx.el.p(view.ended, role="status", class_name="lead"))),
        ("runs", _over(view, rx.el.p(t("It has not ended, so there is nothing to join again.")))),
        ("soon", stack(_problem(events), _soon(view))),
        stack(_problem(events), _gone(view)),
    )


def _soon(view: RejoinView) -> rx.Component:
    """It follows by itself, so there is no button that asks."""
    return _over(
        view,
        rx.el.p(view.ended),
        rx.el.p(
            t(
                "The payment provider is still confirming that. As soon as it has, you can join"
                " again here."
            )
        ),
    )


def _gone(view: RejoinView) -> rx.Component:
    return _over(
        view,
        rx.el.p(view.ended),
        rx.el.p(t("You can't join it again by yourself. To come back, contact the seller.")),
    )


def _over(view: RejoinView, *said: Child) -> rx.Component:
    return stack(
        card(*said),
        action_row(link_button(t("Back to your membership"), _membership(view), reload=True)),
    )


def _open(view: RejoinView, quote: QuoteView, events: RejoinEvents) -> rx.Component:
    return stack(
        rx.cond(view.warning != "", alert("warn", view.warning)),
        card(rx.el.p(view.ended), _plans(view, events)),
        rx.cond(
            view.methods,
            stack(_pay(view, quote, events), _buttons(view, quote, events)),
            _without_method(view),
        ),
    )


def _plans(view: RejoinView, events: RejoinEvents) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(t("Plan")),
        rx.foreach(view.plans, lambda plan: _plan(plan, events)),
        class_name="choices",
        disabled=events.busy,
    )


def _plan(plan: PlanChoice, events: RejoinEvents) -> rx.Component:
    return radio(
        plan.label,
        "plan",
        plan.id,
        chosen=events.plan,
        on_choose=events.choose_plan,
        note=plan.note,
    )


def _pay(view: RejoinView, quote: QuoteView, events: RejoinEvents) -> rx.Component:
    return card(
        rx.el.fieldset(
            rx.el.legend(t("Pay with")),
            rx.foreach(view.methods, lambda method: _method(method, events)),
            class_name="choices",
            disabled=events.busy,
        ),
        rx.el.p(document_link(t("Use another payment method"), view.add_href)),
        rx.cond(
            quote.ready,
            key_facts(
                fact(t("Due today"), quote.amount),
                rx.cond(quote.then != "", fact(t("After that"), quote.then)),
            ),
            rx.cond(events.problem == "", skeleton_lines(2)),
        ),
    )


def _method(method: PayMethod, events: RejoinEvents) -> rx.Component:
    return radio(
        method.label,
        "method",
        method.id,
        chosen=events.choice,
        on_choose=events.choose_method,
        note=method.note,
    )


def _buttons(view: RejoinView, quote: QuoteView, events: RejoinEvents) -> rx.Component:
    return stack(
        _problem(events),
        action_row(
            button(
                rx.cond(
                    quote.ready,
                    t_fill("Pay {amount} and join again", amount=quote.amount),
                    t("Join again"),
                ),
                on_click=events.join(events.attempt) if events.join else None,
                busy=events.busy,
                disabled=~quote.ready if isinstance(quote.ready, rx.Var) else not quote.ready,
                variant="primary",
            ),
            link_button(t("Not now"), _membership(view), reload=True),
        ),
    )


def _problem(events: RejoinEvents) -> rx.Component:
    """Always in the page, so that readers hear what appears in it."""
    return rx.el.div(rx.cond(events.problem != "", alert("danger", events.problem)), role="alert")


def _without_method(view: RejoinView) -> rx.Component:
    return stack(
        card(muted(t("There is no payment method on file for this membership."))),
        action_row(
            link_button(t("Add payment method"), view.add_href, variant="primary", reload=True),
            link_button(t("Not now"), _membership(view), reload=True),
        ),
    )
