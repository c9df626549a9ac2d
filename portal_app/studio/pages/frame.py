"""What stands around every page of the studio; for strangers there is no page."""

from __future__ import annotations

from typing import Protocol

import reflex as rx

from portal_app.studio.state import StudioState
from portal_app.studio.views import CompanyChoice
from portal_app.ui.i18n import t
from portal_app.ui.layout import page_shell
from portal_app.ui.parts import (
    action_row,
    button,
    document_link,
    empty_state,
    link_button,
    load_failed,
    muted,
    select_field,
    skeleton_card,
    skeleton_page,
    stack,
    text_link,
)
from portal_app.ui.parts.types import Child, Events, Flag, Text


class Publishing(Protocol):
    """What can be done with a draft."""

    @property
    def save(self) -> Events: ...

    @property
    def publish(self) -> Events: ...

    @property
    def discard(self) -> Events: ...

    @property
    def busy(self) -> Flag: ...


def studio_page(*body: Child, phase: Text, load: Events, title: Child, room: str) -> rx.Component:
    """*body* once *phase* is `ready`. For strangers the page is none, whichever they ask for."""
    return page_shell(
        rx.match(
            phase,
            ("ready", stack(_head(title, room), *body)),
            ("missing", _missing()),
            ("failed", load_failed(load)),
            _skeleton(),
        ),
        wide=True,
        skeleton=_skeleton(),
    )


def _skeleton() -> rx.Component:
    return skeleton_page(skeleton_card(4), skeleton_card(4))


def _head(title: Child, room: str) -> rx.Component:
    frame = StudioState.frame
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h1(title, class_name="page-title"),
                rx.el.p(frame.title, class_name="page-subtitle"),
                class_name="page-head",
            ),
            rx.cond(frame.companies, _companies()),
            class_name="studio-head",
        ),
        rx.el.nav(
            *[_room(name, label, href, room) for name, label, href in _rooms()],
            class_name="studio-rooms",
            aria_label=t("Studio"),
        ),
        class_name="stack",
    )


def _rooms() -> list[tuple[str, Text, str]]:
    return [
        ("home", t("Overview"), "/studio/"),
        ("brand", t("Brand"), "/studio/brand/"),
        ("portal", t("Portal"), "/studio/portal/"),
        ("transfers", t("Transfers"), "/studio/transfers/"),
        ("declarations", t("Declarations"), "/studio/declarations/"),
    ]


def _room(name: str, label: Text, href: str, here: str) -> rx.Component:
    """With how much waits there, for ears as for eyes."""
    current = {"aria_current": "page"} if name == here else {}
    waiting = StudioState.frame.waiting[name]
    said = rx.fragment(
        label,
        rx.cond(
            waiting,
            rx.el.span(
                waiting,
                rx.el.span(t("waiting"), class_name="visually-hidden"),
                class_name="badge badge-warn room-count",
            ),
        ),
    )
    # The policy of a document says whether it may have frames, as the preview does.
    link = document_link if name in {"brand", "portal"} else text_link
    return link(said, f"{href}{StudioState.frame.query}", **current)


def _companies() -> rx.Component:
    def choice(one: CompanyChoice) -> rx.Component:
        return rx.el.option(one.title, value=one.id)

    return select_field(
        t("Company"),
        "company",
        [],
        more=rx.foreach(StudioState.frame.companies, choice),
        value=StudioState.frame.company_id,
        on_change=StudioState.switch,
    )


def _missing() -> rx.Component:
    """The same for strangers, for another company's creators and for what isn't there."""
    return stack(
        rx.el.div(
            rx.el.h1(t("We can't find that page"), class_name="page-title"), class_name="page-head"
        ),
        empty_state(
            t("The address may be mistyped, or the page may have moved."),
            action=link_button(t("See your memberships"), "/orders/", variant="primary"),
        ),
    )


def publish_row(
    is_draft: Flag, blocked: Flag, events: Publishing, *, submit: bool = False
) -> rx.Component:
    """Staff prepare, owners publish. With *submit* the form around it saves the draft."""
    owner = StudioState.frame.is_owner
    save = (
        button(t("Save draft"), submit=True, busy=events.busy)
        if submit
        else button(t("Save draft"), on_click=events.save, busy=events.busy)
    )
    return stack(
        action_row(
            rx.cond(
                owner,
                button(
                    t("Publish"),
                    on_click=events.publish,
                    busy=events.busy,
                    disabled=blocked,
                    variant="primary",
                ),
            ),
            save,
            rx.cond(is_draft, button(t("Discard draft"), on_click=events.discard)),
        ),
        rx.cond(
            owner,
            rx.fragment(),
            muted(t("An owner of the company publishes what you prepare.")),
        ),
        rx.cond(is_draft, muted(t("You see a draft. Customers see the last version."))),
    )
