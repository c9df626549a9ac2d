"""Adding a payment method: the provider's own form, and what will be charged to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.payment_methods.pages.form import payment_form
from portal_app.payment_methods.state import AddMethodState
from portal_app.payment_methods.views import AddMethodView, UseChoice, WalletChoice
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    alert,
    button,
    card,
    checkbox,
    document_link,
    empty_state,
    link_button,
    load_failed,
    muted,
    skeleton_lines,
    skeleton_page,
    stack,
)
from portal_app.ui.parts.types import Child, Events, Flag, Text, Texts

LIST = "/payment-methods/"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEvents:
    """*use_everywhere* takes whether everything that is billed here moves to the new method.

    *use_for* takes a membership and whether it is ticked, one of *members* then; *leave* goes to
    the provider's own page.
    """

    use_everywhere: Events = None
    everywhere: Flag = True
    use_for: Events = None
    members: Texts = ()
    problem: Text = ""
    leave: Events = None
    busy: Flag = False


def add_page() -> rx.Component:
    """Entered and left by full loads: its document alone may load the provider's script."""
    state = AddMethodState
    events = AddEvents(
        use_everywhere=state.use_everywhere,
        everywhere=state.everywhere,
        use_for=state.use_for,
        members=state.members,
        problem=state.problem,
        leave=state.leave_for_provider,
        busy=state.busy,
    )
    embedded = payment_form(
        _terms(state.view, events),
        publishable_key=state.publishable_key,
        script=state.script,
        client_secret=state.client_secret,
        return_url=state.return_url,
        back=state.view.back,
        sentences=state.sentences,
        on_succeeded=state.finish,
    )
    form = rx.cond(state.hosted, hosted_form(state.view, events), embedded)
    return page_shell(
        _head(state.view),
        rx.match(
            state.phase,
            ("ready", add_body(events, form)),
            ("choose", _choose(state.choices, state.email)),
            ("checking", _checking()),
            ("unconfirmed", _unconfirmed(state.check_again)),
            ("missing", _missing()),
            ("failed", load_failed(state.load)),
            _skeleton(),
        ),
        skeleton=skeleton_page(_skeleton()),
    )


def add_body(events: AddEvents, form: rx.Component) -> rx.Component:
    """The page below its heading, around any *form*; the studio previews it with one of its own."""
    return stack(
        rx.cond(events.problem != "", alert("danger", events.problem, live=True)),
        card(form),
    )


def hosted_form(view: AddMethodView, events: AddEvents) -> rx.Component:
    """Where a card is entered on the provider's own page: what will be charged, and the way."""
    return stack(
        _terms(view, events),
        rx.el.p(t("You enter it on the payment provider's page and then come back here.")),
        action_row(
            button(t("Continue"), on_click=events.leave, busy=events.busy, variant="primary"),
            link_button(t("Cancel"), view.back, variant="ghost", reload=True),
        ),
    )


def _head(view: AddMethodView) -> rx.Component:
    return rx.el.div(
        document_link(
            rx.cond(view.product != "", view.product, t("Payment methods")),
            view.back,
            class_name="back",
        ),
        rx.el.h1(t("Add payment method"), class_name="page-title"),
        rx.cond(view.title != "", rx.el.p(view.title, class_name="page-subtitle")),
        class_name="page-head",
    )


def _terms(view: AddMethodView, events: AddEvents) -> rx.Component:
    return stack(
        rx.cond(
            view.everywhere != "",
            checkbox(
                view.everywhere,
                "everywhere",
                default_checked=events.everywhere,
                on_change=events.use_everywhere,
            ),
        ),
        rx.cond(view.uses, rx.cond(events.everywhere, rx.fragment(), _uses(view, events))),
        rx.cond(
            view.then_accept,
            rx.el.p(t("Next you accept the transfer. Nothing is charged before.")),
        ),
        rx.cond(
            view.product != "",
            rx.el.p(
                rx.cond(
                    view.then_pay,
                    t_fill(
                        "Next you see what is due for {product}. Nothing is charged before.",
                        product=view.product,
                    ),
                    rx.cond(
                        rx.cond(view.uses, events.everywhere, True),
                        t_fill("{product} will be charged to it.", product=view.product),
                        "",
                    ),
                )
            ),
        ),
        muted(
            t(
                "By adding it you allow charges to it for what you have bought, such as renewals."
                " You can remove it at any time."
            )
        ),
    )


def _uses(view: AddMethodView, events: AddEvents) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(t("Use it for")),
        rx.foreach(view.uses, lambda use: _use(use, events)),
        class_name="choices",
    )


def _use(use: UseChoice, events: AddEvents) -> rx.Component:
    return checkbox(
        use.label,
        "use",
        default_checked=_among(events.members, use.member_id),
        on_change=None
        if events.use_for is None
        else lambda ticked: events.use_for(use.member_id, ticked),
        key=use.member_id,
    )


def _among(chosen: Texts, member_id: Text) -> rx.Var[bool]:
    listed: Any = rx.Var.create(chosen)
    found: rx.Var[bool] = listed.contains(member_id)
    return found


def _choose(choices: list[WalletChoice], email: Text) -> rx.Component:
    return rx.cond(
        choices,
        card(
            rx.el.ul(rx.foreach(choices, _choice), class_name="link-list"),
            title=t("Where will you use it?"),
        ),
        empty_state(
            t("There is nothing to pay yet"),
            t_fill(
                "Payment methods appear here with your first membership."
                " You are signed in as {email}.",
                email=email,
            ),
            action=link_button(
                t("See your memberships"), "/orders/", variant="primary", reload=True
            ),
        ),
    )


def _choice(one: WalletChoice) -> rx.Component:
    return rx.el.li(
        document_link(one.title, one.href),
        rx.cond(one.note != "", muted(one.note)),
        key=one.href,
    )


def _checking() -> rx.Component:
    return card(
        rx.el.p(t("We are checking with the payment provider…"), role="status"),
        skeleton_lines(2),
    )


def _unconfirmed(again: Events) -> rx.Component:
    return _stopped(
        t("We don't know yet whether it was added"),
        t("The payment provider isn't answering. Nothing was charged."),
        button(t("Check again"), on_click=again, variant="primary"),
    )


def _missing() -> rx.Component:
    """The same for an unknown, a malformed and somebody else's id."""
    return _stopped(
        t("We can't find what you want to add a payment method to"),
        t("Please start again from your payment methods."),
        link_button(t("See your payment methods"), LIST, variant="primary", reload=True),
    )


def _stopped(title: Child, text: Child, action: Child) -> rx.Component:
    return rx.el.div(empty_state(title, text, action=action), role="alert")


def _skeleton() -> rx.Component:
    return rx.el.div(
        rx.el.span(class_name="skeleton skeleton-form"),
        rx.el.span(class_name="skeleton skeleton-button"),
        class_name="card stack",
        aria_hidden="true",
    )
