"""A list of the portal's settings: lines that are filled in, moved, removed and had back."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.pages.portal_events import PortalEvents
from portal_app.studio.portal.row_views import CellView, RowView
from portal_app.studio.portal.views import SettingView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import button, field, muted, select_field
from portal_app.ui.parts.types import Events, Flag, Text


def list_of(one: SettingView, events: PortalEvents) -> rx.Component:
    """Its lines in their order, and one more."""
    return rx.el.fieldset(
        rx.el.legend(one.label),
        rx.cond(one.hint != "", muted(one.hint)),
        rx.cond(
            one.rows,
            rx.el.ul(
                rx.foreach(one.rows, lambda row: _row(row, one, events)), class_name="form-rows"
            ),
        ),
        rx.cond(one.kind == "rows", rx.el.p(one.error, class_name="field-error", role="alert")),
        rx.cond(
            one.may_add,
            button(
                t("Add"),
                on_click=events.add(one.name),
                auto_focus=one.focus,
                class_name="button-small",
                accessible_name=t_fill("Add to {list}", list=one.label),
            ),
        ),
        # Below a choice, which has its own name and error.
        id=rx.cond(one.kind == "rows", f"field-{one.name}", f"list-{one.name}"),
        tab_index=-1,
        class_name="form-section",
    )


def _row(row: RowView, one: SettingView, events: PortalEvents) -> rx.Component:
    return rx.el.li(
        rx.cond(row.removed, _removed(row, one, events), _kept(row, one, events)),
        key=row.turn,
    )


def _removed(row: RowView, one: SettingView, events: PortalEvents) -> rx.Component:
    return rx.el.div(
        rx.el.span(t_fill("{line} is removed when you save.", line=row.title), class_name="muted"),
        button(
            t("Undo"),
            on_click=events.keep(one.name, row.key),
            auto_focus=True,
            class_name="button-small",
            accessible_name=t_fill("Keep {line}", line=row.title),
        ),
        class_name="form-row-removed",
    )


def _kept(row: RowView, one: SettingView, events: PortalEvents) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.foreach(row.cells, lambda cell: _cell(cell, row, one, events)),
            class_name="studio-fields",
        ),
        rx.el.div(
            _small(
                "↑",
                t_fill("Move {line} up", line=row.title),
                events.move(one.name, row.key, True),
                disabled=row.first,
                focus=row.focus == "up",
            ),
            _small(
                "↓",
                t_fill("Move {line} down", line=row.title),
                events.move(one.name, row.key, False),
                disabled=row.last,
                focus=row.focus == "down",
            ),
            button(
                t("Remove"),
                on_click=events.remove(one.name, row.key),
                auto_focus=row.focus == "remove",
                class_name="button-small",
                accessible_name=t_fill("Remove {line}", line=row.title),
            ),
            class_name="action-row",
        ),
        class_name="form-row",
    )


def _small(sign: str, name: Text, pressed: Events, *, disabled: Flag, focus: Flag) -> rx.Component:
    return button(
        sign,
        on_click=pressed,
        disabled=disabled,
        auto_focus=focus,
        class_name="button-small",
        accessible_name=name,
    )


def _cell(cell: CellView, row: RowView, one: SettingView, events: PortalEvents) -> rx.Component:
    identity = f"field-{cell.id}"
    return rx.el.div(
        rx.cond(
            cell.options,
            select_field(
                cell.label,
                cell.id,
                cell.options,
                id=identity,
                error=cell.error,
                default_value=cell.value,
                auto_focus=cell.focus,
                on_change=events.note_cell(one.name, row.key, cell.column),
            ),
            field(
                cell.label,
                cell.id,
                id=identity,
                required=False,
                error=cell.error,
                default_value=cell.value,
                auto_focus=cell.focus,
                on_blur=events.note_cell(one.name, row.key, cell.column),
                input_mode=rx.cond(cell.numeric, "decimal", "text"),
                auto_complete="off",
            ),
        ),
        key=cell.id,
    )
