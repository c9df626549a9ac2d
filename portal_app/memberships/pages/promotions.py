"""Typing a promotion code: what it gives comes before it is used."""

from __future__ import annotations

import reflex as rx

from portal_app.memberships.state import PromotionState
from portal_app.ui.i18n import t
from portal_app.ui.parts import action_row, button, card, field, muted, state_form


def promotion_card() -> rx.Component:
    state = PromotionState
    return card(
        rx.cond(state.offer.code == "", _form(), _offer()),
        title=t("Promotion code"),
    )


def _form() -> rx.Component:
    state = PromotionState
    return state_form(
        field(
            t("Code"),
            "code",
            error=state.problem,
            required=False,
            auto_complete="off",
            auto_capitalize="characters",
            max_length=100,
        ),
        action_row(button(t("Check code"), submit=True, busy=state.busy)),
        on_submit=state.check,
    )


def _offer() -> rx.Component:
    state, offer = PromotionState, PromotionState.offer
    return rx.fragment(
        rx.el.div(
            rx.el.p(offer.code, ": ", offer.gives, class_name="lead"),
            rx.el.p(offer.next_charge),
            rx.cond(state.problem != "", muted(state.problem)),
            role="status",
            class_name="stack",
        ),
        action_row(
            button(t("Use this code"), on_click=state.use, busy=state.busy, variant="primary"),
            button(t("Don't use it"), on_click=state.drop, disabled=state.busy),
        ),
    )
