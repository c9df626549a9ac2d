"""Cancelling a membership: what happens and when comes first, then the button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.pages.parts import membership_not_found
from portal_app.memberships.state import CancelState
from portal_app.memberships.views import CancelView, OfferView, ReasonOption
from portal_app.ui.i18n import t
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    alert,
    button,
    card,
    document_link,
    fact,
    fold,
    key_facts,
    link_button,
    load_failed,
    radio,
    skeleton_card,
    skeleton_page,
    stack,
    text_area,
    text_link,
)
from portal_app.ui.parts.types import Child, Events, Flag, Text
from portal_app.ui.shell import current_shell


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelEvents:
    choose_reason: Events = None
    write_comment: Events = None
    cancel: Events = None
    take_offer: Events = None
    keep: Events = None
    reason: Text = ""
    busy: Flag = False


def cancel_page() -> rx.Component:
    return _page(lambda events: cancel_body(CancelState.view, events))


def undo_page() -> rx.Component:
    return _page(lambda events: undo_body(CancelState.view, events))


def _page(body: Callable[[CancelEvents], rx.Component]) -> rx.Component:
    state, view = CancelState, CancelState.view
    events = CancelEvents(
        choose_reason=state.choose_reason,
        write_comment=state.write_comment,
        cancel=state.cancel,
        take_offer=state.take_offer,
        keep=state.keep,
        reason=state.reason,
        busy=state.busy,
    )
    return page_shell(
        rx.match(
            state.phase,
            ("ready", body(events)),
            ("missing", membership_not_found(state.email)),
            ("failed", load_failed(state.load)),
            skeleton_card(4),
        ),
        skeleton=skeleton_page(skeleton_card(4)),
        brand=rx.cond(view.wordmark != "", view.wordmark, current_shell().brand),
        style=view.brand_style,
        links=view.brand_links,
    )


def cancel_body(view: CancelView, events: CancelEvents) -> rx.Component:
    """The whole page for any view; the studio previews it with one of its own."""
    return stack(
        _head(view, view.title),
        _heard(view),
        rx.match(
            view.state,
            ("open", _open(view, events)),
            ("done", _done(view, events)),
            _nothing(view),
        ),
    )


def undo_body(view: CancelView, events: CancelEvents) -> rx.Component:
    return stack(
        # Whoever wants to keep it is not asked whether to cancel.
        _head(view, rx.cond(view.state == "open", view.product, view.title)),
        _heard(view),
        rx.cond(
            view.undo,
            stack(_said(view), _keep(view, events)),
            rx.cond((view.noted != "") & (view.state == "open"), _back(view), _no_undo(view)),
        ),
    )


def _heard(view: CancelView) -> rx.Component:
    """What counts already although it is not done yet."""
    return rx.cond(view.noted != "", alert("info", view.noted, rx.el.span(view.waiting)))


def _head(view: CancelView, title: Text) -> rx.Component:
    return rx.el.div(
        text_link(view.product, _membership(view), class_name="back"),
        rx.el.h1(title, class_name="page-title"),
        rx.el.p(view.plan, class_name="page-subtitle"),
        class_name="page-head",
    )


def _membership(view: CancelView) -> Text:
    return f"/billing/manage/{view.member_id}/"


def _said(view: CancelView) -> rx.Component:
    return card(
        rx.el.p(view.first, class_name="lead"),
        rx.foreach(view.further, rx.el.p),
    )


def _open(view: CancelView, events: CancelEvents) -> rx.Component:
    return stack(
        _said(view),
        rx.el.div(
            _list(t("You lose"), view.lost),
            _list(t("You keep"), view.kept),
            class_name="columns",
        ),
        fold(t("Tell us why (optional)"), _why(view, events)),
        action_row(
            button(
                t("Cancel membership"), on_click=events.cancel, busy=events.busy, variant="danger"
            ),
            link_button(t("Keep it"), _membership(view)),
        ),
        rx.cond(view.offer.key != "", _offer(view.offer, events)),
    )


def _offer(offer: OfferView, events: CancelEvents) -> rx.Component:
    """After the button that cancels, and no larger: it is an offer, not a hurdle."""
    return card(
        rx.foreach(offer.lines, rx.el.p),
        action_row(button(offer.button, on_click=events.take_offer, busy=events.busy)),
        title=offer.title,
    )


def _list(title: Child, lines: list[str]) -> rx.Component:
    return card(
        rx.el.ul(rx.foreach(lines, rx.el.li), class_name="bullets"),
        title=title,
    )


def _why(view: CancelView, events: CancelEvents) -> rx.Component:
    def option(one: ReasonOption) -> rx.Component:
        return radio(
            one.label, "reason", one.id, chosen=events.reason, on_choose=events.choose_reason
        )

    return stack(
        rx.el.fieldset(
            rx.el.legend(t("Reason"), class_name="visually-hidden"),
            rx.foreach(view.reasons, option),
            class_name="choices",
        ),
        text_area(
            t("Anything else you want to say?"),
            "comment",
            required=False,
            max_length=500,
            on_blur=events.write_comment,
        ),
    )


def _done(view: CancelView, events: CancelEvents) -> rx.Component:
    return stack(
        card(
            rx.el.p(view.first, class_name="lead"),
            rx.foreach(view.further, rx.el.p),
            rx.cond(
                (view.asked != "") | (view.reference != ""),
                key_facts(
                    rx.cond(view.asked != "", fact(t("Cancelled on"), view.asked)),
                    rx.cond(view.reference != "", fact(t("Reference"), view.reference)),
                ),
            ),
            rx.cond(
                view.confirmation != "",
                document_link(t("Download confirmation"), view.confirmation),
            ),
        ),
        rx.cond(view.undo, _keep(view, events), _back(view)),
    )


def _keep(view: CancelView, events: CancelEvents) -> rx.Component:
    """One activation brings it back; something to pay with has to be there first."""
    return card(
        rx.el.p(view.if_kept),
        rx.cond(
            view.needs_method,
            rx.el.p(t("There is no payment method for it yet: add one first.")),
        ),
        action_row(
            rx.cond(
                view.needs_method,
                link_button(
                    t("Add payment method"),
                    f"{_membership(view)}payment-method/",
                    variant="primary",
                ),
                button(
                    t("Keep my membership"),
                    on_click=events.keep,
                    busy=events.busy,
                    variant="primary",
                ),
            ),
            link_button(t("See your memberships"), "/orders/"),
        ),
        title=t("Changed your mind?"),
    )


def _no_undo(view: CancelView) -> rx.Component:
    return stack(
        card(
            rx.el.p(t("There is no cancellation to take back."), class_name="lead"),
            rx.cond(view.state == "done", rx.el.p(view.first)),
        ),
        _back(view),
    )


def _nothing(view: CancelView) -> rx.Component:
    return stack(_said(view), _back(view))


def _back(view: CancelView) -> rx.Component:
    return action_row(
        rx.cond(
            view.rejoin,
            # A full load: the page that charges has a policy of its own.
            link_button(t("Join again"), f"{_membership(view)}rejoin/", reload=True),
        ),
        link_button(t("Back to the membership"), _membership(view)),
        link_button(t("See your memberships"), "/orders/"),
    )
