"""Which payment method a membership is charged to, and whether the others follow."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.memberships.pages.parts import membership_not_found
from portal_app.memberships.state import ChargedToState
from portal_app.memberships.views import ChargedToView, MethodOption
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    button,
    card,
    checkbox,
    document_link,
    link_button,
    load_failed,
    muted,
    radio,
    skeleton_card,
    skeleton_page,
    stack,
    text_link,
)
from portal_app.ui.parts.types import Events, Flag, Text
from portal_app.ui.shell import current_shell


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedToEvents:
    """*choose* takes a method's id, *use_everywhere* whether all that is billed together moves."""

    choose: Events = None
    use_everywhere: Events = None
    save: Events = None
    choice: Text = ""
    everywhere: Flag = True
    busy: Flag = False


def charged_to_page() -> rx.Component:
    state, view = ChargedToState, ChargedToState.view
    events = ChargedToEvents(
        choose=state.choose,
        use_everywhere=state.use_everywhere,
        save=state.save,
        choice=state.choice,
        everywhere=state.everywhere,
        busy=state.busy,
    )
    return page_shell(
        rx.match(
            state.phase,
            ("ready", charged_to_body(view, events)),
            ("missing", membership_not_found(state.email)),
            ("failed", load_failed(state.load)),
            skeleton_card(3),
        ),
        skeleton=skeleton_page(skeleton_card(3)),
        brand=rx.cond(view.wordmark != "", view.wordmark, current_shell().brand),
        style=view.brand_style,
        links=view.brand_links,
    )


def charged_to_body(view: ChargedToView, events: ChargedToEvents) -> rx.Component:
    """The whole page for any view; the studio previews it with one of its own."""
    back = f"/billing/manage/{view.member_id}/"
    return stack(
        rx.el.div(
            text_link(view.product, back, class_name="back"),
            rx.el.h1(
                rx.cond(view.unused != "", t("Payment method"), t("Update payment method")),
                class_name="page-title",
            ),
            rx.el.p(view.sentence, class_name="page-subtitle"),
            class_name="page-head",
        ),
        rx.cond(
            view.unused != "",
            _unused(view, back),
            rx.cond(view.methods, _choices(view, events, back), _nothing(view, back)),
        ),
    )


def _unused(view: ChargedToView, back: Text) -> rx.Component:
    """Nothing is charged; where methods are managed all the same."""
    return stack(
        card(rx.el.p(view.unused)),
        action_row(
            link_button(t("See your payment methods"), "/payment-methods/"),
            link_button(t("Back"), back),
        ),
    )


def _choices(view: ChargedToView, events: ChargedToEvents, back: Text) -> rx.Component:
    return stack(
        card(
            rx.el.fieldset(
                rx.el.legend(t_fill("Charge {product} to", product=view.product)),
                rx.foreach(view.methods, lambda method: _option(method, events)),
                class_name="choices",
            ),
            rx.el.p(_add_link(view)),
            rx.cond(view.others, _everywhere(view, events)),
        ),
        action_row(
            button(
                t("Save"),
                on_click=events.save,
                busy=events.busy,
                disabled=events.choice == "",
                variant="primary",
            ),
            link_button(t("Leave it as it is"), back),
        ),
    )


def _option(method: MethodOption, events: ChargedToEvents) -> rx.Component:
    return radio(
        method.label,
        "method",
        method.id,
        chosen=events.choice,
        on_choose=events.choose,
        note=method.note,
    )


def _everywhere(view: ChargedToView, events: ChargedToEvents) -> rx.Component:
    return checkbox(
        t_fill("Use it for {products} too", products=view.other_products),
        "everywhere",
        default_checked=events.everywhere,
        on_change=events.use_everywhere,
    )


def _add_link(view: ChargedToView) -> rx.Component:
    """A full load: the page with the card form has a policy of its own."""
    return document_link(t("Add payment method"), view.add_href)


def _nothing(view: ChargedToView, back: Text) -> rx.Component:
    return stack(
        card(muted(t("There is no payment method on file for this membership."))),
        action_row(
            link_button(t("Add payment method"), view.add_href, variant="primary", reload=True),
            link_button(t("Back"), back),
        ),
    )
