"""The tax ids of the form: those that are there, and rows for more."""

from __future__ import annotations

import reflex as rx

from portal_app.invoices.details.pages.fields import DetailsEvents, about, text_field
from portal_app.invoices.details.tax_id_views import NewTaxIdView, TaxIdView
from portal_app.invoices.details.views import DetailsView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import badge, button, muted, select_field


def tax_ids_section(view: DetailsView, events: DetailsEvents) -> rx.Component:
    """Nothing in a country of which we know no kind, unless there are some already."""
    return rx.cond(
        view.asks_tax_ids,
        rx.el.fieldset(
            rx.el.legend(t("Tax IDs")),
            muted(t("They are printed on invoices. Leave this empty if you have none.")),
            rx.el.ul(rx.foreach(view.tax_ids, lambda one: _tax_id(one, events))),
            rx.foreach(view.new_tax_ids, lambda row: _new_tax_id(row, events)),
            rx.cond(
                view.offers_tax_ids,
                rx.el.div(
                    button(
                        t("Add a tax ID"),
                        on_click=events.add_tax_id,
                        class_name="button-small",
                        id="field-add-tax-id",
                    )
                ),
            ),
            class_name="form-section",
        ),
    )


def _tax_id(one: TaxIdView, events: DetailsEvents) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(one.title, class_name=rx.cond(one.removed, "row-gone", "")),
            rx.cond(one.removed, muted(t("Goes when you save.")), _status(one)),
            class_name="row-text",
        ),
        rx.cond(
            one.removed,
            button(
                t("Keep"),
                on_click=about(events.keep_tax_id, one.key),
                class_name="button-small",
                accessible_name=t_fill("Keep {name}", name=one.title),
            ),
            button(
                t("Remove"),
                on_click=about(events.remove_tax_id, one.key),
                class_name="button-small",
                accessible_name=t_fill("Remove {name}", name=one.title),
            ),
        ),
        class_name="row",
        key=one.key,
    )


def _status(one: TaxIdView) -> rx.Component:
    return rx.cond(one.status != "", badge(one.status, one.tone))


def _new_tax_id(row: NewTaxIdView, events: DetailsEvents) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                select_field(
                    row.kind.label,
                    row.kind.name,
                    row.kind.options,
                    id=f"field-{row.kind.name}",
                    default_value=row.kind.value,
                    on_change=about(events.choose_tax_kind, row.kind.name),
                ),
                key=row.kind.key,
            ),
            text_field(row.number, events),
            class_name="row-fields",
        ),
        button(
            t("Remove"),
            on_click=about(events.drop_row, row.key),
            class_name="button-small",
            accessible_name=t_fill("Remove {name}", name=row.title),
        ),
        class_name="row",
        role="group",
        aria_label=row.title,
        key=row.key,
    )
