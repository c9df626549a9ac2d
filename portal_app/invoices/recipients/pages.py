"""The section of the billing details page that lists who else gets receipts."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.invoices.recipients.state import RecipientsState
from portal_app.invoices.recipients.views import RecipientsView, RecipientView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import (
    badge,
    button,
    card,
    field,
    load_failed,
    muted,
    skeleton_card,
    state_form,
)
from portal_app.ui.parts.types import Count, Events, Flag, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientEvents:
    """*add* takes the form, the others a recipient's id."""

    add: Events = None
    send_again: Events = None
    take_away: Events = None
    error: Text = ""
    revision: Count = 0
    busy: Flag = False


def recipients_section() -> rx.Component:
    state = RecipientsState
    events = RecipientEvents(
        add=state.add,
        send_again=state.send_again,
        take_away=state.take_away,
        error=state.error,
        revision=state.revision,
        busy=state.busy,
    )
    return rx.match(
        state.phase,
        ("ready", recipients_body(state.view, events)),
        ("failed", load_failed(state.load)),
        skeleton_card(2),
    )


def recipients_body(view: RecipientsView, events: RecipientEvents) -> rx.Component:
    """The section, for any view; the studio previews it with one of its own."""
    return card(
        muted(
            t("They get receipts by email. They can't sign in to your account or change anything.")
        ),
        rx.cond(
            view.rows,
            rx.el.ul(rx.foreach(view.rows, lambda row: _row(row, events))),
        ),
        rx.cond(
            view.full,
            muted(t("You can have up to 5 recipients. Remove one to add another.")),
            _add(events),
        ),
        title=t("Who else gets receipts"),
    )


def _add(events: RecipientEvents) -> rx.Component:
    return state_form(
        rx.el.div(
            field(
                t("Email of your accountant, for example"),
                "recipient",
                type="email",
                required=False,
                error=events.error,
                auto_complete="off",
                max_length=254,
            ),
            key=events.revision,
        ),
        button(t("Add recipient"), submit=True, busy=events.busy),
        on_submit=events.add,
    )


def _row(row: RecipientView, events: RecipientEvents) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.address),
            rx.cond(
                row.waits,
                badge(t("Waiting for confirmation"), "warn"),
                badge(t("Gets your receipts"), "ok"),
            ),
            rx.cond(row.note != "", muted(row.note)),
            class_name="row-text",
        ),
        rx.el.div(
            rx.cond(
                row.waits,
                button(
                    t("Send again"),
                    on_click=_about(events.send_again, row.id),
                    class_name="button-small",
                    accessible_name=t_fill("Send the invitation to {name} again", name=row.address),
                ),
            ),
            button(
                t("Remove"),
                on_click=_about(events.take_away, row.id),
                class_name="button-small",
                accessible_name=t_fill("Remove {name}", name=row.address),
            ),
            class_name="row-actions",
        ),
        class_name="row",
        key=row.id,
    )


def _about(handler: Events, subject: Text) -> Events:
    return None if handler is None else handler(subject)
