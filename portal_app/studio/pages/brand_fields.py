"""The fields of the brand form, and what they call."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.studio.brand.views import BrandStudioView
from portal_app.ui.parts import field, select_field
from portal_app.ui.parts.types import Child, Events, Flag, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandEvents:
    """*note* takes a field's name and value, *use* a name and a colour.

    *choose_picture* and *drop_picture* take a picture's name.
    """

    note: Events
    use: Events
    save: Events
    publish: Events
    discard: Events
    restore: Events
    choose_picture: Events
    drop_picture: Events
    back_to_form: Events
    busy: Flag


def form_section(title: Text, *fields: Child) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(title),
        rx.el.div(*fields, class_name="studio-fields"),
        class_name="form-section",
    )


def text_field(view: BrandStudioView, events: BrandEvents, name: str, label: Text) -> rx.Component:
    return field(
        label,
        name,
        required=False,
        error=view.wrong[name],
        default_value=view.filled[name],
        on_blur=events.note(name),
        auto_complete="off",
    )


def colour_field(
    view: BrandStudioView, events: BrandEvents, name: str, label: Text, empty: Text
) -> rx.Component:
    """Typed, so that it can be copied; the dot beside it shows what was typed."""
    return rx.el.div(
        field(
            label,
            name,
            required=False,
            error=view.wrong[name],
            default_value=view.filled[name],
            on_blur=events.note(name),
            auto_complete="off",
            spell_check=False,
            placeholder=empty,
        ),
        rx.el.svg(
            rx.el.svg.circle(cx="10", cy="10", r="9", fill=view.dots[name]),
            view_box="0 0 20 20",
            class_name="studio-dot",
            aria_hidden="true",
        ),
        class_name="studio-colour",
    )


def choice_field(
    view: BrandStudioView,
    events: BrandEvents,
    name: str,
    label: Text,
    options: list[tuple[str, Text]],
) -> rx.Component:
    return select_field(
        label,
        name,
        options,
        default_value=view.filled[name],
        on_change=events.note(name),
    )
