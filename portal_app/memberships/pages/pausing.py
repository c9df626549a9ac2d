"""Pausing a membership: until when access lasts, how long it pauses, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.pages.parts import first_step, membership_not_found
from portal_app.memberships.state import PausingState
from portal_app.memberships.views import PauseOption, PauseView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    alert,
    button,
    card,
    fact,
    key_facts,
    link_button,
    load_failed,
    radio,
    skeleton_card,
    skeleton_page,
    stack,
    text_link,
)
from portal_app.ui.parts.types import Events, Flag, Text
from portal_app.ui.shell import current_shell


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseEvents:
    choose: Events = None
    pause: Events = None
    unpause: Events = None
    resume: Events = None
    months: Text = ""
    busy: Flag = False


def pause_page() -> rx.Component:
    state, view = PausingState, PausingState.view
    events = PauseEvents(
        choose=state.choose,
        pause=state.pause,
        unpause=state.unpause,
        resume=state.resume,
        months=state.months,
        busy=state.busy,
    )
    return page_shell(
        rx.match(
            state.phase,
            ("ready", pause_body(view, events)),
            ("missing", membership_not_found(state.email)),
            ("failed", load_failed(state.load)),
            skeleton_card(4),
        ),
        skeleton=skeleton_page(skeleton_card(4)),
        brand=rx.cond(view.wordmark != "", view.wordmark, current_shell().brand),
        style=view.brand_style,
        links=view.brand_links,
    )


def pause_body(view: PauseView, events: PauseEvents) -> rx.Component:
    """The whole page for any view; the studio previews it with one of its own."""
    return stack(
        rx.el.div(
            text_link(view.product, _membership(view), class_name="back"),
            rx.el.h1(view.title, class_name="page-title"),
            rx.el.p(view.plan, class_name="page-subtitle"),
            class_name="page-head",
        ),
        rx.cond(view.noted != "", alert("info", view.noted, view.waiting)),
        card(
            rx.el.p(view.first, class_name="lead"),
            rx.foreach(view.further, rx.el.p),
            rx.cond(
                view.begins != "",
                key_facts(
                    fact(t("Pauses on"), view.begins),
                    rx.cond(view.resumes != "", fact(t("Resumes on"), view.resumes)),
                ),
            ),
        ),
        rx.match(
            view.state,
            ("open", _open(view, events)),
            ("planned", _planned(view, events)),
            ("paused", _paused(view, events)),
            _back(view, first_step(view.way_out, view.way_out_label)),
        ),
    )


def _membership(view: PauseView) -> Text:
    return f"/billing/manage/{view.member_id}/"


def _open(view: PauseView, events: PauseEvents) -> rx.Component:
    def option(one: PauseOption) -> rx.Component:
        return radio(
            one.label,
            "months",
            one.months,
            chosen=events.months,
            on_choose=events.choose,
            note=one.note,
        )

    return stack(
        card(
            rx.el.fieldset(
                rx.el.legend(t("How long"), class_name="visually-hidden"),
                rx.foreach(view.options, option),
                class_name="choices",
            ),
            title=t("For how long?"),
        ),
        action_row(
            button(
                t("Pause membership"), on_click=events.pause, busy=events.busy, variant="primary"
            ),
            link_button(t("Back to the membership"), _membership(view)),
        ),
    )


def _planned(view: PauseView, events: PauseEvents) -> rx.Component:
    return rx.cond(
        view.undo,
        card(
            rx.el.p(view.if_not),
            action_row(
                button(
                    t("Don't pause"), on_click=events.unpause, busy=events.busy, variant="primary"
                ),
                link_button(t("Back to the membership"), _membership(view)),
            ),
            title=t("Changed your mind?"),
        ),
        _back(view),
    )


def _paused(view: PauseView, events: PauseEvents) -> rx.Component:
    return rx.cond(
        view.confirm != "",
        _confirmed(view),
        rx.cond(
            view.pay != "",
            _paid(view, events),
            rx.cond(view.undo, _collecting(view, events), _back(view)),
        ),
    )


def _confirmed(view: PauseView) -> rx.Component:
    """On the page that pays: a policy belongs to a document, so it is opened as one."""
    return action_row(
        link_button(
            t_fill("Confirm and pay {amount}", amount=view.confirm),
            f"{_membership(view)}pay/?bank=1",
            variant="primary",
            reload=True,
        ),
        link_button(t("Back to the membership"), _membership(view)),
    )


def _paid(view: PauseView, events: PauseEvents) -> rx.Component:
    """A new period is paid for now; something to pay with has to be there first."""
    return card(
        rx.el.p(
            t_fill("A new period begins right away and costs {amount} today.", amount=view.pay)
        ),
        key_facts(rx.cond(view.method != "", fact(t("Charged to"), view.method))),
        action_row(
            rx.cond(
                view.method != "",
                button(
                    t_fill("Resume now, pay {amount}", amount=view.pay),
                    on_click=events.resume,
                    busy=events.busy,
                    variant="primary",
                ),
            ),
            link_button(t("Update payment method"), f"{_membership(view)}payment-method/"),
        ),
        title=t("Resume now"),
    )


def _collecting(view: PauseView, events: PauseEvents) -> rx.Component:
    return card(
        rx.el.p(view.if_not),
        action_row(
            button(t("Resume now"), on_click=events.unpause, busy=events.busy, variant="primary"),
            link_button(t("Back to the membership"), _membership(view)),
        ),
        title=t("Resume now"),
    )


def _back(view: PauseView, *before: rx.Component) -> rx.Component:
    return action_row(
        *before,
        link_button(t("Back to the membership"), _membership(view)),
        link_button(t("See your memberships"), "/orders/"),
    )
