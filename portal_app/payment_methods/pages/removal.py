"""Removing a payment method: what it pays for, and what should happen to that."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.payment_methods.state import RemoveMethodState
from portal_app.payment_methods.views import Choice, RemovalView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    button,
    card,
    document_link,
    empty_state,
    link_button,
    load_failed,
    radio,
    skeleton_card,
    skeleton_page,
    stack,
)
from portal_app.ui.parts.types import Events, Flag, Text

LIST = "/payment-methods/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalEvents:
    """*choose* takes a substitute's id or `cancel`."""

    choose: Events = None
    remove: Events = None
    choice: Text = ""
    error: Text = ""
    busy: Flag = False


def removal_page() -> rx.Component:
    state = RemoveMethodState
    events = RemovalEvents(
        choose=state.choose,
        remove=state.remove,
        choice=state.choice,
        error=state.error,
        busy=state.busy,
    )
    return page_shell(
        rx.match(
            state.phase,
            ("ready", removal_body(state.view, events)),
            ("missing", _missing()),
            ("failed", load_failed(state.load)),
            skeleton_card(3),
        ),
        title=t("Remove payment method"),
        back=(t("Payment methods"), LIST),
        skeleton=skeleton_page(skeleton_card(3)),
    )


def _missing() -> rx.Component:
    """The same for an unknown, a malformed, a removed and somebody else's id."""
    return empty_state(
        t("We can't find that payment method"),
        t("It may have been removed already."),
        action=link_button(t("See your payment methods"), LIST, variant="primary"),
    )


def removal_body(view: RemovalView, events: RemovalEvents) -> rx.Component:
    """The page below its heading, for any view; the studio previews it with one of its own."""
    return stack(
        card(
            rx.cond(
                view.pays_for,
                rx.fragment(
                    rx.el.p(t_fill("{method} pays for:", method=view.label)),
                    rx.el.ul(rx.foreach(view.pays_for, rx.el.li), class_name="bullets"),
                    _choices(view, events),
                ),
                rx.el.p(
                    t_fill(
                        "{method} pays for nothing at the moment. Removing it cancels nothing.",
                        method=view.label,
                    )
                ),
            ),
        ),
        action_row(
            button(
                t("Remove payment method"),
                on_click=events.remove,
                busy=events.busy,
                variant="danger",
            ),
            link_button(t("Keep it"), LIST),
        ),
    )


def _choices(view: RemovalView, events: RemovalEvents) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(t("What should happen?")),
        rx.foreach(view.substitutes, lambda other: _substitute(other, events)),
        rx.cond(
            view.can_end,
            _radio("cancel", t("Cancel at the end of the paid period instead"), events),
        ),
        rx.cond(
            view.substitutes,
            rx.fragment(),
            rx.el.p(document_link(t("Add another payment method first"), "/payment-methods/add/")),
        ),
        rx.el.p(events.error, id="removal-error", class_name="field-error", role="alert"),
        class_name="choices",
        aria_describedby="removal-error",
    )


def _substitute(other: Choice, events: RemovalEvents) -> rx.Component:
    label = t_fill("Charge {method} instead", method=other.label)
    return _radio(other.id, label, events, note=other.note)


def _radio(
    value: Text, label: rx.Var, events: RemovalEvents, *, note: Text | None = None
) -> rx.Component:
    return radio(label, "instead", value, chosen=events.choice, on_choose=events.choose, note=note)
