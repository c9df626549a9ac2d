"""Transferring a membership: what moves and what stays comes first, then the offer's way."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.pages.detail import given_away_body
from portal_app.memberships.pages.parts import first_step, membership_not_found
from portal_app.transfers.state import TransferState
from portal_app.transfers.views import Stage, TransferView
from portal_app.ui.i18n import t
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    alert,
    button,
    card,
    email_text,
    fact,
    field,
    key_facts,
    link_button,
    load_failed,
    muted,
    skeleton_card,
    skeleton_page,
    stack,
    state_form,
    text_area,
    text_link,
)
from portal_app.ui.parts.types import Child, Events, Flag, Text
from portal_app.ui.shell import current_shell


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferEvents:
    """*offer* takes the form; *confirmed* says that only this press is left."""

    offer: Events = None
    withdraw: Events = None
    recipient: Text = ""
    note: Text = ""
    error: Text = ""
    confirmed: Flag = False
    busy: Flag = False


def register(app: rx.App) -> None:
    app.add_page(
        transfer_page,
        route="/billing/manage/[member_id]/transfer",
        title=t("Transfer membership"),
        on_load=TransferState.load,
        context={"sitemap": None},
    )


def transfer_page() -> rx.Component:
    state, view = TransferState, TransferState.view
    events = TransferEvents(
        offer=state.offer_it,
        withdraw=state.withdraw_it,
        recipient=state.recipient,
        note=state.note,
        error=state.error,
        confirmed=state.confirmed,
        busy=state.busy,
    )
    return page_shell(
        rx.match(
            state.phase,
            ("ready", transfer_body(view, events)),
            ("missing", membership_not_found(state.email)),
            ("given_away", given_away_body(state.gone, state.confirmation)),
            ("failed", load_failed(state.load)),
            skeleton_card(4),
        ),
        skeleton=skeleton_page(skeleton_card(4)),
        brand=rx.cond(view.wordmark != "", view.wordmark, current_shell().brand),
        links=view.brand_links,
        style=view.brand_style,
    )


def transfer_body(view: TransferView, events: TransferEvents) -> rx.Component:
    """The whole page for any view; the studio previews it with one of its own."""
    return stack(
        rx.el.div(
            text_link(view.product, _membership(view), class_name="back"),
            rx.el.h1(view.title, class_name="page-title"),
            rx.el.p(view.plan, class_name="page-subtitle"),
            class_name="page-head",
        ),
        rx.cond(view.last != "", alert("info", view.last)),
        rx.match(
            view.state,
            ("form", _form(view, events)),
            ("offered", _offered(view, events)),
            _blocked(view),
        ),
    )


def _membership(view: TransferView) -> Text:
    return f"/billing/manage/{view.member_id}/"


def _form(view: TransferView, events: TransferEvents) -> rx.Component:
    return stack(
        card(rx.el.p(view.lead, class_name="lead")),
        rx.el.div(
            _list(t("Moves to them"), view.moves),
            _list(t("Stays with you"), view.stays),
            class_name="columns",
        ),
        card(
            rx.cond(
                events.confirmed,
                alert("ok", t("You have confirmed that it's you. Press the button to offer it.")),
            ),
            state_form(
                field(
                    t("Email of the new holder"),
                    "recipient",
                    type="email",
                    hint=t("Only an account with this address can accept."),
                    error=events.error,
                    auto_complete="off",
                    max_length=254,
                    default_value=events.recipient,
                    key=events.recipient,
                ),
                text_area(
                    t("Note (optional)"),
                    "note",
                    required=False,
                    max_length=300,
                    default_value=events.note,
                    key=events.note,
                ),
                rx.cond(view.asks_seller != "", muted(view.asks_seller)),
                rx.cond(
                    events.confirmed,
                    rx.fragment(),
                    muted(t("We email you a code first, to be sure that it's you.")),
                ),
                muted(t("The offer is open for 7 days. You can withdraw it until it is accepted.")),
                action_row(
                    button(t("Offer transfer"), submit=True, variant="primary", busy=events.busy),
                    link_button(t("Keep it"), _membership(view)),
                ),
                on_submit=events.offer,
            ),
            title=t("Who gets it?"),
        ),
    )


def _list(title: Child, lines: list[str]) -> rx.Component:
    return card(rx.el.ul(rx.foreach(lines, rx.el.li), class_name="bullets"), title=title)


def _offered(view: TransferView, events: TransferEvents) -> rx.Component:
    return stack(
        rx.cond(view.waits != "", alert("info", view.waits)),
        card(
            rx.el.ol(rx.foreach(view.stages, _stage), class_name="stages"),
            key_facts(
                rx.cond(view.recipient != "", fact(t("Offered to"), email_text(view.recipient))),
                fact(t("Open until"), view.until),
            ),
            title=t("Your offer"),
        ),
        rx.cond(
            view.link != "",
            card(
                field(
                    t("Their link"),
                    "link",
                    required=False,
                    read_only=True,
                    value=view.link,
                    hint=t("We emailed it to them. Only their account can use it."),
                ),
                action_row(button(t("Copy link"), on_click=rx.set_clipboard(view.link))),
            ),
        ),
        action_row(
            rx.cond(
                view.can_withdraw,
                button(
                    t("Withdraw offer"),
                    on_click=events.withdraw,
                    busy=events.busy,
                    variant="danger",
                ),
            ),
            link_button(t("Back to the membership"), _membership(view)),
        ),
    )


def _stage(stage: Stage) -> rx.Component:
    return rx.el.li(
        rx.el.span(stage.label, class_name="stage-label"),
        rx.cond(stage.when != "", muted(stage.when)),
        class_name=rx.cond(stage.when != "", "stage stage-done", "stage"),
        key=stage.label,
    )


def _blocked(view: TransferView) -> rx.Component:
    return stack(
        card(rx.el.p(view.blocked, class_name="lead")),
        action_row(
            first_step(view.way_out, view.way_out_label),
            link_button(t("Back to the membership"), _membership(view)),
        ),
    )
