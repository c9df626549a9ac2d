"""What customers may do by themselves, and how: one section for each policy."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.studio.pages.frame import publish_row, studio_page
from portal_app.studio.pages.preview import preview_card
from portal_app.studio.pages.versions import versions_card
from portal_app.studio.portal.state import SUMMARY_ID, PortalStudioState
from portal_app.studio.portal.views import PortalStudioView, SectionView, SettingView
from portal_app.ui.i18n import t
from portal_app.ui.parts import (
    card,
    checkbox,
    error_summary,
    field,
    muted,
    select_field,
    stack,
    text_area,
)
from portal_app.ui.parts.types import Events, Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalEvents:
    """*note* takes a setting's name and text, *switch* a name and whether it is on."""

    note: Events
    switch: Events
    save: Events
    publish: Events
    discard: Events
    restore: Events
    busy: Flag


def portal_page() -> rx.Component:
    state = PortalStudioState
    events = PortalEvents(
        note=state.note,
        switch=state.switch,
        save=state.save,
        publish=state.publish,
        discard=state.discard,
        restore=state.restore,
        busy=state.busy,
    )
    view = state.view
    return studio_page(
        rx.el.div(
            portal_body(view, events),
            stack(
                preview_card(style=state.style, wordmark=state.wordmark, links=state.links),
                versions_card(view.versions, events.restore),
            ),
            class_name="studio-columns",
        ),
        phase=state.phase,
        load=state.load,
        title=t("Portal"),
        room="portal",
    )


def portal_body(view: PortalStudioView, events: PortalEvents) -> rx.Component:
    return stack(
        error_summary(t("There is a problem"), view.errors, identity=SUMMARY_ID),
        _always(),
        rx.el.div(
            rx.foreach(view.sections, lambda section: _section(section, events)),
            class_name="stack",
            key=view.revision,
        ),
        card(publish_row(view.is_draft, view.blocked, events)),
    )


def _always() -> rx.Component:
    """Two switches that are none: said where somebody would look for them."""
    return card(
        _locked(t("Customers can cancel")),
        _locked(t("Customers can update their card")),
        muted(t("These are always on: nobody is kept against their will, or from paying.")),
        title=t("Always on"),
    )


def _locked(label: rx.Var) -> rx.Component:
    return checkbox(label, "always", default_checked=True, disabled=True)


def _section(section: SectionView, events: PortalEvents) -> rx.Component:
    return card(
        rx.foreach(section.settings, lambda one: _setting(one, events)),
        title=section.title,
        key=section.title,
    )


def _setting(one: SettingView, events: PortalEvents) -> rx.Component:
    identity = f"field-{one.name}"
    return rx.el.div(
        rx.match(
            one.kind,
            (
                "switch",
                checkbox(
                    one.label,
                    one.name,
                    id=identity,
                    default_checked=one.on,
                    on_change=events.switch(one.name),
                ),
            ),
            (
                "choice",
                select_field(
                    one.label,
                    one.name,
                    one.options,
                    id=identity,
                    error=one.error,
                    default_value=one.value,
                    on_change=events.note(one.name),
                ),
            ),
            (
                "lines",
                text_area(
                    one.label,
                    "lines",
                    id=identity,
                    error=one.error,
                    required=False,
                    default_value=one.value,
                    on_blur=events.note(one.name),
                ),
            ),
            field(
                one.label,
                one.name,
                id=identity,
                required=False,
                error=one.error,
                default_value=one.value,
                on_blur=events.note(one.name),
                input_mode="decimal",
                auto_complete="off",
            ),
        ),
        key=one.name,
    )
