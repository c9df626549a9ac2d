"""Cancellations and withdrawals that were declared without sign-in and wait for the company."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.studio.declarations.state import DeclaredQueueState
from portal_app.studio.declarations.views import (
    CandidateView,
    DeclaredFact,
    DeclaredQueueView,
    DeclaredView,
)
from portal_app.studio.pages.frame import studio_page
from portal_app.studio.state import StudioState
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import (
    action_row,
    badge,
    button,
    card,
    empty_state,
    fact,
    field,
    fold,
    key_facts,
    muted,
    stack,
    state_form,
    text_area,
    text_link,
)
from portal_app.ui.parts.types import Events, Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEvents:
    """*mean* takes a reference and a membership, *refund* a reference; the others a form."""

    mean: Events
    mean_other: Events
    refund: Events
    refuse: Events
    busy: Flag


def declarations_page() -> rx.Component:
    state = DeclaredQueueState
    events = QueueEvents(
        mean=state.mean,
        mean_other=state.mean_other,
        refund=state.refund,
        refuse=state.refuse_it,
        busy=state.busy,
    )
    return studio_page(
        declarations_body(state.view, events),
        phase=state.phase,
        load=state.load,
        title=t("Declarations"),
        room="declarations",
    )


def declarations_body(view: DeclaredQueueView, events: QueueEvents) -> rx.Component:
    return rx.cond(
        view.rows,
        stack(
            muted(
                t(
                    "These came from your public pages for cancelling and withdrawing, and no rule"
                    " could decide them."
                )
            ),
            rx.foreach(view.rows, lambda row: _declared(row, events)),
            rx.cond(view.more, muted(t("There are more. They follow when these are decided."))),
        ),
        empty_state(
            t("Nothing waits for you."),
            t("What is declared without sign-in is carried out by itself where it is clear."),
        ),
    )


def _declared(row: DeclaredView, events: QueueEvents) -> rx.Component:
    return card(
        key_facts(rx.foreach(row.facts, _fact)),
        rx.el.p(row.found),
        rx.cond(row.about != "", text_link(row.about, row.about_href)),
        rx.cond(row.undecided, _which(row, events)),
        rx.cond(row.refund != "", _refund(row, events)),
        fold(t("Close it without a change"), _refuse(row, events)),
        title=row.title,
        badge=badge(row.badge, row.tone),
        key=row.reference,
    )


def _fact(row: DeclaredFact) -> rx.Component:
    words = rx.cond(row.words, "fact fact-words", "fact")
    return fact(row.label, row.value, key=row.label, class_name=words)


def _which(row: DeclaredView, events: QueueEvents) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(t("Which membership is meant?")),
        rx.cond(
            row.candidates,
            rx.fragment(
                rx.el.ul(
                    rx.foreach(row.candidates, lambda one: _candidate(one, row, events)),
                    class_name="form-rows",
                ),
                fold(t("Another one"), _another(row, events)),
            ),
            _another(row, events),
        ),
        class_name="form-section",
    )


def _another(row: DeclaredView, events: QueueEvents) -> rx.Component:
    return state_form(
        rx.el.input(type="hidden", name="reference", value=row.reference),
        field(
            t("Membership ID"),
            "membership",
            id=f"membership-{row.reference}",
            hint=t("From the membership's page, in the studio or as the customer sees it."),
            placeholder="mem_… / mber_…",
            auto_complete="off",
            spell_check=False,
        ),
        button(t("This one is meant"), submit=True, busy=events.busy),
        on_submit=events.mean_other,
    )


def _candidate(one: CandidateView, row: DeclaredView, events: QueueEvents) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                text_link(one.title, one.href), badge(one.badge, one.tone), class_name="setting-own"
            ),
            rx.el.span(one.facts, class_name="choice-note"),
            action_row(
                button(
                    t("This one is meant"),
                    on_click=events.mean(row.reference, one.id),
                    busy=events.busy,
                    class_name="button-small",
                    accessible_name=t_fill(
                        "{membership} is meant: {facts}", membership=one.title, facts=one.facts
                    ),
                )
            ),
            class_name="form-row",
        ),
        key=one.id,
    )


def _refund(row: DeclaredView, events: QueueEvents) -> rx.Component:
    """Money moves when an owner says so."""
    return rx.cond(
        StudioState.frame.is_owner,
        action_row(
            button(
                t_fill("End it now and refund {amount}", amount=row.refund),
                on_click=events.refund(row.reference),
                busy=events.busy,
                variant="primary",
            )
        ),
        muted(t("An owner of the company gives money back.")),
    )


def _refuse(row: DeclaredView, events: QueueEvents) -> rx.Component:
    return state_form(
        muted(t("Nothing ends and no money moves. The reason is kept here; no mail is sent.")),
        rx.el.input(type="hidden", name="reference", value=row.reference),
        text_area(
            t("Reason"),
            "reason",
            id=f"reason-{row.reference}",
            error=row.error,
            auto_focus=row.error != "",
            key=row.error,
            max_length=500,
        ),
        button(t("Close it"), submit=True, busy=events.busy),
        on_submit=events.refuse,
    )
