"""What customers may do by themselves, and how: one section for each policy."""

from __future__ import annotations

import reflex as rx

from portal_app.studio.pages.file_card import file_card
from portal_app.studio.pages.frame import publish_row, studio_page
from portal_app.studio.pages.portal_events import PortalEvents
from portal_app.studio.pages.portal_lists import list_of
from portal_app.studio.pages.preview import preview_card
from portal_app.studio.pages.versions import versions_card
from portal_app.studio.portal.state import SUMMARY_ID, PortalStudioState
from portal_app.studio.portal.views import PortalStudioView, SectionView, SettingView
from portal_app.ui.i18n import t, t_fill
from portal_app.ui.parts import (
    badge,
    button,
    card,
    checkbox,
    error_summary,
    field,
    muted,
    select_field,
    stack,
)
from portal_app.ui.parts.types import Props


def portal_page() -> rx.Component:
    state = PortalStudioState
    events = PortalEvents(
        note=state.note,
        switch=state.switch,
        choose=state.choose,
        inherit=state.inherit,
        add=state.add_row,
        keep=state.keep_row,
        remove=state.remove_row,
        move=state.move_row,
        note_cell=state.note_cell,
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
                preview_card(
                    style=state.style,
                    wordmark=state.wordmark,
                    links=state.links,
                    asked=f"&holds=1&policies={state.typed}",
                ),
                versions_card(view.versions, events.restore),
                file_card(
                    what=t("One JSON file with all settings, to keep or to bring along."),
                    get=t("Download the settings"),
                    path="/studio/portal/portal.json",
                    put=t("Settings file"),
                    to="/studio/portal/file/",
                    seen=state.seen,
                ),
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
        rx.cond(view.products, _whose(view, events)),
        rx.cond(view.product == "", _always()),
        rx.el.div(
            rx.foreach(view.sections, lambda section: _section(section, events)),
            class_name="stack",
            key=view.revision,
        ),
        card(publish_row(view.is_draft, view.blocked, events)),
    )


def _whose(view: PortalStudioView, events: PortalEvents) -> rx.Component:
    return card(
        select_field(
            t("Settings of"),
            "product",
            view.products,
            value=view.product,
            on_change=events.choose,
        ),
        rx.cond(
            view.product != "",
            muted(t("What you don't change here follows the settings of all products.")),
            muted(t("They hold for every product, unless you choose one and change it there.")),
        ),
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
    return rx.el.div(
        rx.match(
            one.kind,
            ("switch", _switch(one, events)),
            ("choice", _choice(one, events)),
            ("rows", list_of(one, events)),
            ("contact", _text(one, events, hint=one.hint)),
            _text(one, events, input_mode="decimal"),
        ),
        rx.cond(one.own, _own(one, events)),
        class_name="setting",
        key=one.name,
    )


def _own(one: SettingView, events: PortalEvents) -> rx.Component:
    """It differs from the company's, which can be had back."""
    return rx.el.div(
        badge(t("Differs"), "info"),
        rx.cond(
            one.usual != "",
            rx.el.span(t_fill("All products: {value}", value=one.usual), class_name="choice-note"),
        ),
        button(
            t("Use the company's"),
            on_click=events.inherit(one.name),
            class_name="button-small",
            accessible_name=t_fill("Use the company's: {setting}", setting=one.label),
        ),
        class_name="setting-own",
    )


def _switch(one: SettingView, events: PortalEvents) -> rx.Component:
    return checkbox(
        rx.fragment(
            one.label,
            rx.cond(one.hint != "", rx.el.span(one.hint, class_name="choice-note")),
        ),
        one.name,
        id=f"field-{one.name}",
        auto_focus=one.focus,
        default_checked=one.on,
        on_change=events.switch(one.name),
    )


def _choice(one: SettingView, events: PortalEvents) -> rx.Component:
    """With a list below it, where that is what counts."""
    return rx.el.div(
        select_field(
            one.label,
            one.name,
            one.options,
            id=f"field-{one.name}",
            auto_focus=one.focus,
            error=one.error,
            default_value=one.value,
            on_change=events.note(one.name),
        ),
        rx.cond(one.listed, list_of(one, events)),
        class_name="setting",
    )


def _text(one: SettingView, events: PortalEvents, **props: Props) -> rx.Component:
    return field(
        one.label,
        one.name,
        id=f"field-{one.name}",
        auto_focus=one.focus,
        required=False,
        error=one.error,
        default_value=one.value,
        on_blur=events.note(one.name),
        auto_complete="off",
        **props,
    )
