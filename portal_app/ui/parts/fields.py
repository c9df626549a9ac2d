"""Things to fill in: each field carries its label, hint and error, tied together for readers."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.parts.types import Child, Events, Props, Rows, Text


def field(
    label: Child,
    name: Text,
    *,
    type: str = "text",  # noqa: A002 - HTML's own word
    hint: Child | None = None,
    error: Text | None = None,
    required: bool = True,
    **props: Props,
) -> rx.Component:
    """A labelled input; further props (`value`, `on_change`, `auto_complete` …) reach the input.

    *error* may be a Var: an empty string means no error.
    """
    identity = props.pop("id", f"field-{name}")
    control = rx.el.input(
        id=identity,
        name=name,
        type=type,
        required=required,
        **_described(identity, hint, error),
        **props,
    )
    return _framed(label, identity, control, hint, error)


def text_area(
    label: Child,
    name: str,
    *,
    hint: Child | None = None,
    error: Text | None = None,
    required: bool = True,
    **props: Props,
) -> rx.Component:
    """A labelled field of several lines; further props as for `field`."""
    identity = props.pop("id", f"field-{name}")
    control = rx.el.textarea(
        id=identity,
        name=name,
        required=required,
        rows=3,
        **_described(identity, hint, error),
        **props,
    )
    return _framed(label, identity, control, hint, error)


def select_field(
    label: Child,
    name: Text,
    options: Rows,
    *,
    more: Child | None = None,
    hint: Child | None = None,
    error: Text | None = None,
    **props: Props,
) -> rx.Component:
    """A labelled choice of one; *options* are pairs of value and text, *more* follow them.

    As a Var they are objects with `value` and `label`.
    """
    identity = props.pop("id", f"field-{name}")
    control = rx.el.select(
        *_options(options),
        *([] if more is None else [more]),
        id=identity,
        name=name,
        **_described(identity, hint, error),
        **props,
    )
    return _framed(label, identity, control, hint, error)


def _options(options: Rows) -> list[rx.Component]:
    if isinstance(options, rx.Var):
        return [rx.foreach(options, lambda one: rx.el.option(one.label, value=one.value))]
    return [rx.el.option(text, value=value) for value, text in options]


def checkbox(label: Child, name: str, **props: Props) -> rx.Component:
    """A tick with its text; the whole line can be pressed.

    Give it *default_checked*: bound to `checked`, it would jump back until the server answers.
    """
    return rx.el.label(
        rx.el.input(type="checkbox", name=name, **props),
        rx.el.span(label),
        class_name="check",
    )


def radio(
    label: Child,
    name: str,
    value: Text,
    *,
    chosen: Text,
    on_choose: Events,
    note: Text | None = None,
) -> rx.Component:
    """One of several to choose from, with a *note* below its text; *on_choose* takes the value.

    The browser keeps what is chosen; a round trip first would make it lag.
    """
    text = [label]
    if note is not None:
        text.append(rx.cond(note != "", rx.el.span(note, class_name="choice-note")))
    return rx.el.label(
        rx.el.input(
            type="radio",
            name=name,
            value=value,
            default_checked=chosen == value,
            on_change=on_choose,
        ),
        rx.el.span(*text),
        class_name="check",
        key=value,
    )


def _described(identity: str, hint: Child | None, error: Text | None) -> dict[str, Props]:
    """Attributes that tie the hint and the error to the input."""
    said: dict[str, Props] = {}
    ids = [
        f"{identity}-{part}"
        for part, text in (("hint", hint), ("error", error))
        if text is not None
    ]
    if ids:
        said["aria_describedby"] = " ".join(ids)
    if isinstance(error, rx.Var):
        said["aria_invalid"] = rx.cond(error, "true", "false")
    elif error:
        said["aria_invalid"] = "true"
    return said


def _framed(
    label: Child, identity: str, control: rx.Component, hint: Child | None, error: Text | None
) -> rx.Component:
    parts: list[rx.Component] = [rx.el.label(label, html_for=identity, class_name="field-label")]
    if hint is not None:
        parts.append(rx.el.p(hint, id=f"{identity}-hint", class_name="field-hint"))
    parts.append(control)
    if error is not None:
        parts.append(rx.el.p(error, id=f"{identity}-error", class_name="field-error", role="alert"))
    return rx.el.div(*parts, class_name="field")
