"""Transfers that wait for the company's word: who, to whom, since when; approve or decline."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.pages.frame import studio_page
from portal_app.studio.transfers.state import TransferQueueState
from portal_app.studio.transfers.views import QueueView, WaitingView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import (
    action_row,
    button,
    card,
    email_text,
    empty_state,
    fact,
    fold,
    key_facts,
    link_button,
    muted,
    stack,
    state_form,
    text_area,
    text_link,
)
from portal_app.ui.parts.types import Events


def transfers_page() -> rx.Component:
    state = TransferQueueState
    return studio_page(
        transfers_body(state.view, state.approve_it, state.decline_it),
        phase=state.phase,
        load=state.load,
        title=t("Transfers"),
        room="transfers",
    )


def transfers_body(view: QueueView, approve: Events, decline: Events) -> rx.Component:
    return stack(
        rx.cond(
            view.rows,
            stack(
                muted(t("Nothing is sent to the recipient before you approve.")),
                rx.foreach(view.rows, lambda row: _waiting(row, approve, decline)),
            ),
            empty_state(
                t("No transfer waits for you"),
                t("Offers appear here where your portal's settings ask for your approval."),
            ),
        ),
        action_row(
            rx.cond(view.first != "", link_button(t("Oldest"), view.first)),
            rx.cond(view.later != "", link_button(t("Later"), view.later)),
        ),
    )


def _waiting(row: WaitingView, approve: Events, decline: Events) -> rx.Component:
    state = TransferQueueState
    return card(
        key_facts(
            fact(t("From"), text_link(row.sender, row.href)),
            fact(t("To"), email_text(row.recipient)),
            fact(t("Asked on"), row.since),
            fact(t("Answer by"), row.until),
        ),
        rx.cond(row.held != "", muted(row.held)),
        action_row(
            button(
                t("Approve"),
                on_click=approve(row.id),
                variant="primary",
                busy=state.busy,
                accessible_name=t_fill(
                    "Approve the transfer of {product} from {sender}",
                    product=row.product,
                    sender=row.sender,
                ),
            ),
        ),
        _declining(row, decline),
        title=row.product,
        key=row.id,
    )


def _declining(row: WaitingView, decline: Events) -> rx.Component:
    """Folded away, because it asks for words that the sender will read."""
    state = TransferQueueState
    error = rx.cond(state.unexplained == row.id, t("Say in a few words why not."), "")
    return fold(
        t("Decline…"),
        state_form(
            rx.el.input(type="hidden", name="transfer", value=row.id, read_only=True),
            text_area(
                t("Why not?"),
                "reason",
                id=f"reason-{row.id}",
                hint=t("The sender reads this."),
                error=error,
                # No event could focus a field of a list: refs are named when the page is built.
                auto_focus=error != "",
                key=error,
                max_length=300,
            ),
            action_row(
                button(
                    t("Decline"),
                    submit=True,
                    variant="danger",
                    busy=state.busy,
                    accessible_name=t_fill(
                        "Decline the transfer of {product} from {sender}",
                        product=row.product,
                        sender=row.sender,
                    ),
                )
            ),
            on_submit=decline,
        ),
    )
