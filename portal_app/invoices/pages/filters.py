"""What the history is cut down to. Every choice is an address of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

from portal_app.invoices.views.history import FilterView, Option
from portal_app.ui.i18n import t
from portal_app.ui.parts import button, field, select_field, state_form
from portal_app.ui.parts.types import Child, Events, Flag, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvents:
    """*choose* takes a filter's name and value, *search* a form, *load* reads anew.

    *focus* is the filter that has the keyboard.
    """

    choose: Events = None
    search: Events = None
    load: Events = None
    focus: Text = ""


def filter_form(view: FilterView, events: HistoryEvents) -> rx.Component:
    year, membership, status = (
        _choice(label, name, every, events)
        for label, name, every in (
            (t("Year"), "year", t("All years")),
            (t("Membership"), "membership", t("All memberships")),
            (t("Status"), "status", t("Every status")),
        )
    )
    return rx.el.div(
        rx.el.div(
            year(view.years, view.year),
            membership(view.memberships, view.membership),
            status(view.statuses, view.status),
            _number(view, events),
            class_name="filters",
        ),
        role="search",
        aria_label=t("Filters"),
    )


def _choice(
    label: Child, name: str, every: Child, events: HistoryEvents
) -> Callable[[list[Option], Text], rx.Component]:
    """Changed at once; *events* know which filter it is."""
    changed = {} if events.choose is None else {"on_change": events.choose(name)}

    def made(options: list[Option], chosen: Text) -> rx.Component:
        further = rx.foreach(options, _option)
        given = {"value": chosen, "auto_focus": _has_focus(events, name), **changed}
        return select_field(label, name, [("", every)], more=further, **given)

    return made


def _has_focus(events: HistoryEvents, name: str) -> Flag:
    return rx.Var.create(events.focus) == name


def _option(option: Option) -> rx.Component:
    return rx.el.option(option.label, value=option.value, key=option.value)


def _number(view: FilterView, events: HistoryEvents) -> rx.Component:
    return state_form(
        field(
            t("Number"),
            "number",
            type="search",
            required=False,
            max_length=40,
            auto_complete="off",
            default_value=view.number,
            auto_focus=_has_focus(events, "number"),
        ),
        button(t("Search"), submit=True),
        on_submit=events.search,
        class_name="search",
    )
