"""Things to press and to follow.

Three traps of Reflex stand behind `document_link` and `native_form` (design.md §6): its anchor is
a router link, its form never posts by itself, and a policy belongs to the document.
"""

from __future__ import annotations

import reflex as rx

from portal_app.ui.i18n import t
from portal_app.ui.parts.types import Child, Events, Flag, Props, Text, Variant, classes


def button(
    label: Child,
    *,
    on_click: Events = None,
    variant: Variant = "surface",
    submit: bool = False,
    busy: Flag = False,
    disabled: Flag = False,
    accessible_name: Text | None = None,
    wide: bool = False,
    **props: Props,
) -> rx.Component:
    """A button that can't fire twice: while *busy* it is disabled and says so to readers.

    *accessible_name* is for lists, where the visible text may stay short: "Manage Trading Room".
    """
    given = classes("button", f"button-{variant}", "button-wide" if wide else "")
    props["class_name"] = classes(given, given=props.get("class_name"))
    if on_click is not None:
        props["on_click"] = on_click
    if accessible_name is not None:
        props["aria_label"] = accessible_name
    return rx.el.button(
        rx.el.span(class_name="spinner", aria_hidden="true"),
        rx.el.span(label, class_name="button-label"),
        type="submit" if submit else "button",
        disabled=_either(busy, disabled),
        aria_busy=rx.cond(busy, "true", "false") if isinstance(busy, rx.Var) else str(busy).lower(),
        **props,
    )


def _either(busy: Flag, disabled: Flag) -> Flag:
    if isinstance(busy, rx.Var):
        return busy if disabled is False else busy | disabled
    if isinstance(disabled, rx.Var):
        return True if busy else disabled
    return busy or disabled


def link_button(
    label: Child,
    href: Text,
    *,
    variant: Variant = "surface",
    accessible_name: Text | None = None,
    reload: bool = False,
    wide: bool = False,
    **props: Props,
) -> rx.Component:
    """A link that looks like a button. *reload* leaves the page by a full load."""
    given = classes("button", f"button-{variant}", "button-wide" if wide else "")
    props["class_name"] = classes(given, given=props.get("class_name"))
    content = rx.el.span(label, class_name="button-label")
    if reload:
        return document_link(content, href, accessible_name=accessible_name, **props)
    return text_link(content, href, accessible_name=accessible_name, **props)


def text_link(
    label: Child, href: Text, *, accessible_name: Text | None = None, **props: Props
) -> rx.Component:
    """A link to another page of ours, followed without a full load."""
    if accessible_name is not None:
        props["aria_label"] = accessible_name
    return rx.el.a(label, href=href, **props)


def document_link(
    label: Child, href: Text, *, accessible_name: Text | None = None, **props: Props
) -> rx.Component:
    """A link the browser follows itself: downloads, HTTP routes, pages with another policy."""
    if accessible_name is not None:
        props["aria_label"] = accessible_name
    return rx.el.a(label, href=href, reload_document=True, **props)


def native_form(
    *children: Child, action: Text, method: str = "post", **props: Props
) -> rx.Component:
    """A form the browser posts itself; Reflex's own would swallow the submission."""
    return rx.el.form(*children, action=action, method=method, on_submit=None, **props)


def switch_account() -> rx.Component:
    """Sign out, to come back with another address. The browser posts it, as the cookie needs."""
    return native_form(button(t("Sign in with another email"), submit=True), action="/auth/logout")


def action_row(*children: Child, **props: Props) -> rx.Component:
    """Buttons side by side, of equal rank; below each other on a phone."""
    props["class_name"] = classes("action-row", given=props.get("class_name"))
    return rx.el.div(*children, **props)
