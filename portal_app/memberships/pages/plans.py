"""Changing a plan: what there is, what a choice comes to, then the button with the sum."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.pages.next_charge import amount_rows
from portal_app.memberships.pages.parts import first_step, membership_not_found
from portal_app.memberships.pages.promotions import promotion_card
from portal_app.memberships.state import HEADING, PlanState
from portal_app.memberships.views import FactRow, PlanOption, PlanQuoteView, PlanView
from portal_app.ui.i18n import t
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    alert,
    button,
    card,
    fact,
    field,
    key_facts,
    link_button,
    load_failed,
    muted,
    radio,
    skeleton_card,
    skeleton_page,
    stack,
    text_link,
)
from portal_app.ui.parts.types import Child, Count, Events, Flag, Text, Texts
from portal_app.ui.shell import current_shell


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEvents:
    """*choose* takes a plan's id, *count* what was typed, *confirm* the number of the attempt."""

    choose: Events = None
    count: Events = None
    review: Events = None
    back: Events = None
    confirm: Events = None
    keep: Events = None
    choice: Text = ""
    units: Count = 1
    attempt: Count = 0
    reviewing: Flag = False
    busy: Flag = False
    problem: Text = ""


def plan_page() -> rx.Component:
    state, view = PlanState, PlanState.view
    events = PlanEvents(
        choose=state.choose,
        count=state.count,
        review=state.review,
        back=state.back,
        confirm=state.confirm,
        keep=state.keep,
        choice=state.choice,
        units=state.units,
        attempt=state.attempt,
        reviewing=state.reviewing,
        busy=state.busy,
        problem=state.problem,
    )
    return page_shell(
        rx.match(
            state.phase,
            ("ready", plan_body(view, state.quote, events)),
            ("missing", membership_not_found(state.email)),
            ("failed", load_failed(state.load)),
            skeleton_card(5),
        ),
        skeleton=skeleton_page(skeleton_card(5)),
        brand=rx.cond(view.wordmark != "", view.wordmark, current_shell().brand),
        style=view.brand_style,
        links=view.brand_links,
    )


def plan_body(view: PlanView, quote: PlanQuoteView, events: PlanEvents) -> rx.Component:
    """The whole page for any view; the studio previews it with one of its own."""
    return rx.cond(
        events.reviewing,
        stack(_head(view, quote.title), _review(quote, events)),
        stack(
            _head(view, t("Change plan")),
            rx.match(
                view.state,
                ("open", _open(view, events)),
                ("pending", _pending(view, events)),
                _closed(view),
            ),
            rx.cond(view.promotions, promotion_card()),
        ),
    )


def _head(view: PlanView, title: Child) -> rx.Component:
    return rx.el.div(
        text_link(view.product, _membership(view), class_name="back"),
        # Takes the focus when its page changes below it: readers hear where they are.
        rx.el.h1(title, class_name="page-title", id=HEADING, tab_index=-1),
        class_name="page-head",
    )


def _membership(view: PlanView) -> Text:
    return f"/billing/manage/{view.member_id}/"


def _facts(view: PlanView) -> rx.Component:
    return card(key_facts(rx.foreach(view.facts, _fact)), title=t("What you have now"))


def _fact(row: FactRow) -> rx.Component:
    return fact(row.label, row.value, key=row.label)


def _open(view: PlanView, events: PlanEvents) -> rx.Component:
    return stack(
        _facts(view),
        card(
            rx.el.fieldset(
                rx.el.legend(t("Plan"), class_name="visually-hidden"),
                rx.foreach(view.options, lambda one: _option(one, events)),
                class_name="choices",
                disabled=events.busy,
            ),
            rx.cond(view.least < view.most, _quantity(view, events)),
            title=t("What you can change to"),
        ),
        _problem(events),
        action_row(
            button(
                t("See what it costs"),
                on_click=events.review,
                busy=events.busy,
                variant="primary",
            ),
            link_button(t("Leave it as it is"), _membership(view)),
        ),
    )


def _option(one: PlanOption, events: PlanEvents) -> rx.Component:
    return radio(
        one.label, "plan", one.id, chosen=events.choice, on_choose=events.choose, note=one.note
    )


def _quantity(view: PlanView, events: PlanEvents) -> rx.Component:
    return field(
        t("Quantity"),
        "units",
        type="number",
        input_mode="numeric",
        min=view.least,
        max=view.most,
        default_value=events.units,
        on_blur=events.count,
    )


def _problem(events: PlanEvents) -> rx.Component:
    """Always in the page, so that readers hear what appears in it."""
    return rx.el.div(rx.cond(events.problem != "", alert("warn", events.problem)), role="alert")


def _review(quote: PlanQuoteView, events: PlanEvents) -> rx.Component:
    return stack(
        rx.el.div(
            _list(t("You'll get"), quote.gained),
            _list(t("You'll lose"), quote.lost),
            class_name="columns",
        ),
        card(
            amount_rows(quote.rows),
            rx.el.p(quote.then),
            muted(
                rx.cond(
                    quote.method != "",
                    rx.fragment(t("Paid with"), f" {quote.method}. "),
                ),
                quote.note,
            ),
            title=quote.heading,
        ),
        _problem(events),
        action_row(
            button(
                quote.button,
                on_click=events.confirm(events.attempt) if events.confirm else None,
                busy=events.busy,
                variant="primary",
            ),
            button(t("Choose again"), on_click=events.back, disabled=events.busy),
        ),
    )


def _list(title: Child, lines: Texts) -> rx.Component:
    return card(rx.el.ul(rx.foreach(lines, rx.el.li), class_name="bullets"), title=title)


def _pending(view: PlanView, events: PlanEvents) -> rx.Component:
    return stack(
        card(
            rx.el.p(view.title, class_name="lead"),
            rx.el.p(view.sentence),
        ),
        _problem(events),
        action_row(
            first_step(view.way_out, view.way_out_label),
            rx.cond(
                view.can_keep,
                button(t("Keep current plan"), on_click=events.keep, busy=events.busy),
            ),
            link_button(t("Back to the membership"), _membership(view)),
        ),
    )


def _closed(view: PlanView) -> rx.Component:
    return stack(
        _facts(view),
        card(rx.el.p(view.sentence)),
        action_row(
            first_step(view.way_out, view.way_out_label),
            link_button(t("Back to the membership"), _membership(view)),
        ),
    )
