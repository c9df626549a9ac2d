"""Who invoices are addressed to, and who else gets receipts."""

from __future__ import annotations

import reflex as rx

from portal_app.invoices.details.pages.fields import DetailsEvents, any_field, text_field
from portal_app.invoices.details.pages.tax_ids import tax_ids_section
from portal_app.invoices.details.state import SUMMARY_ID, BillingDetailsState
from portal_app.invoices.details.views import DetailsView
from portal_app.invoices.recipients.pages import recipients_section
from portal_app.invoices.views.naming import HISTORY
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    alert,
    button,
    card,
    empty_state,
    error_summary,
    link_button,
    load_failed,
    muted,
    radio,
    select_field,
    skeleton_card,
    skeleton_page,
    stack,
    state_form,
)


def billing_details_page() -> rx.Component:
    state = BillingDetailsState
    events = DetailsEvents(
        choose_purchase=state.choose_purchase,
        choose_kind=state.choose_kind,
        choose_country=state.choose_country,
        choose_tax_kind=state.choose_tax_kind,
        note=state.note,
        add_tax_id=state.add_tax_id,
        drop_row=state.drop_row,
        remove_tax_id=state.remove_tax_id,
        keep_tax_id=state.keep_tax_id,
        save=state.save,
        busy=state.busy,
    )
    return page_shell(
        rx.match(
            state.phase,
            ("ready", stack(details_body(state.view, events), recipients_section())),
            ("failed", load_failed(state.load)),
            _skeleton(),
        ),
        title=t("Billing details"),
        back=(t("Billing history"), HISTORY),
        subtitle=t("They go on your future invoices. Invoices already issued stay as they were."),
        skeleton=skeleton_page(_skeleton()),
    )


def _skeleton() -> rx.Component:
    return stack(skeleton_card(5), skeleton_card(2))


def details_body(view: DetailsView, events: DetailsEvents) -> rx.Component:
    """The form, for any view; the studio previews it with one of its own."""
    return rx.cond(view.anything, _form_card(view, events), _nothing(view))


def _nothing(view: DetailsView) -> rx.Component:
    return empty_state(
        t("There is nothing to invoice yet"),
        t_fill(
            "Billing details appear here with your first purchase. You are signed in as {email}.",
            email=view.email,
        ),
        action=link_button(t("See your memberships"), "/orders/", variant="primary"),
    )


def _form_card(view: DetailsView, events: DetailsEvents) -> rx.Component:
    return card(
        error_summary(t("There is a problem"), view.errors, identity=SUMMARY_ID),
        rx.cond(
            view.waiting,
            alert(
                "info", t("A change is waiting for the payment provider. We'll make it for you.")
            ),
        ),
        rx.cond(view.purchases, _purchases(view, events)),
        state_form(
            rx.el.div(
                _who(view, events),
                _address(view, events),
                tax_ids_section(view, events),
                class_name="form-fields",
                key=view.revision,
            ),
            button(t("Save details"), submit=True, variant="primary", busy=events.busy),
            on_submit=events.save,
        ),
    )


def _purchases(view: DetailsView, events: DetailsEvents) -> rx.Component:
    return rx.el.div(
        select_field(
            t("Applies to"),
            "purchase",
            view.purchases,
            value=view.chosen,
            on_change=events.choose_purchase,
        ),
        rx.cond(
            view.differing,
            muted(t("Your purchases have different details now. Saving makes them all the same.")),
        ),
        class_name="form",
    )


def _who(view: DetailsView, events: DetailsEvents) -> rx.Component:
    chosen = rx.cond(view.company, "company", "person")
    return rx.el.fieldset(
        rx.el.legend(t("Invoices are for")),
        rx.el.div(
            radio(t("A person"), "kind", "person", chosen=chosen, on_choose=events.choose_kind),
            radio(t("A company"), "kind", "company", chosen=chosen, on_choose=events.choose_kind),
        ),
        rx.foreach(view.names, lambda one: text_field(one, events)),
        class_name="form-section",
    )


def _address(view: DetailsView, events: DetailsEvents) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(t("Address")),
        select_field(
            view.country.label,
            "country",
            view.country.options,
            error=view.country.error,
            default_value=view.country.value,
            on_change=events.choose_country,
            auto_complete="country",
        ),
        rx.foreach(view.address, lambda one: any_field(one, events)),
        class_name="form-section",
    )
