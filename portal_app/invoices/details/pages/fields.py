"""Fields of the form, and what they tell the state."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.invoices.details.field_views import FieldView
from portal_app.ui.parts import field, select_field
from portal_app.ui.parts.types import Events, Flag, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsEvents:
    """*note* takes a field's name and value, the others what their names say."""

    choose_purchase: Events = None
    choose_kind: Events = None
    choose_country: Events = None
    choose_tax_kind: Events = None
    note: Events = None
    add_tax_id: Events = None
    drop_row: Events = None
    remove_tax_id: Events = None
    keep_tax_id: Events = None
    save: Events = None
    busy: Flag = False


def about(handler: Events, subject: Text) -> Events:
    """*handler* with its first argument; the browser adds the others."""
    return None if handler is None else handler(subject)


def any_field(one: FieldView, events: DetailsEvents) -> rx.Component:
    return rx.el.div(
        rx.cond(one.options, _select(one, events), text_field(one, events)), key=one.key
    )


def text_field(one: FieldView, events: DetailsEvents) -> rx.Component:
    return rx.el.div(
        field(
            one.label,
            one.name,
            id=f"field-{one.name}",
            required=False,
            hint=one.hint,
            error=one.error,
            default_value=one.value,
            on_blur=about(events.note, one.name),
            auto_complete=one.autocomplete,
        ),
        key=one.key,
    )


def _select(one: FieldView, events: DetailsEvents) -> rx.Component:
    return select_field(
        one.label,
        one.name,
        one.options,
        id=f"field-{one.name}",
        error=one.error,
        default_value=one.value,
        on_change=about(events.note, one.name),
        auto_complete=one.autocomplete,
    )
