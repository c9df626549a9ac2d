"""Things to read: cards, facts, badges, alerts, lists of events."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import reflex as rx

from portal_app.ui.parts.types import Child, Props, Text, Tone, classes

_AMOUNT = "cell-amount"
_HEADINGS = {1: rx.el.h1, 2: rx.el.h2, 3: rx.el.h3, 4: rx.el.h4}


def card(
    *children: Child,
    title: Child | None = None,
    badge: rx.Component | None = None,
    subtitle: Child | None = None,
    level: Literal[2, 3, 4] = 2,
    **props: Props,
) -> rx.Component:
    """A panel with an optional heading row and content."""
    props["class_name"] = classes("card", given=props.get("class_name"))
    parts: list[Child] = []
    if title is not None:
        text: list[Child] = [_HEADINGS[level](title, class_name="card-title")]
        if subtitle is not None:
            text.append(rx.el.p(subtitle, class_name="card-subtitle"))
        head: list[Child] = [rx.el.div(*text, class_name="card-heading")]
        if badge is not None:
            head.append(badge)
        parts.append(rx.el.div(*head, class_name="card-head"))
    parts.extend(children)
    return rx.el.section(*parts, **props)


def badge(label: Child, tone: Tone = "muted", **props: Props) -> rx.Component:
    """A short status in words; the tone only repeats what the words say."""
    props["class_name"] = f"badge badge-{tone}"
    return rx.el.span(label, **props)


def alert(
    tone: Tone,
    title: Child,
    text: Child | None = None,
    *,
    action: Child | None = None,
    live: bool = False,
    **props: Props,
) -> rx.Component:
    """A message that stays: what is wrong or worth knowing, and what to do about it.

    *live* announces it when it appears; leave it off for what a page shows from the start.
    """
    body: list[Child] = [rx.el.p(title, class_name="alert-title")]
    if text is not None:
        body.append(rx.el.p(text, class_name="alert-text"))
    parts: list[Child] = [
        rx.el.span(class_name="alert-icon", aria_hidden="true"),
        rx.el.div(*body, class_name="alert-body"),
    ]
    if action is not None:
        parts.append(rx.el.div(action, class_name="alert-action"))
    if live:
        props["role"] = "alert"
    return rx.el.div(*parts, class_name=f"alert alert-{tone}", **props)


def key_facts(*facts: Child, **props: Props) -> rx.Component:
    """Label and value pairs, one row each."""
    props["class_name"] = classes("facts", given=props.get("class_name"))
    return rx.el.dl(*facts, **props)


def fact(label: Child, value: Child, **props: Props) -> rx.Component:
    """One row of `key_facts`."""
    props.setdefault("class_name", "fact")
    return rx.el.div(rx.el.dt(label), rx.el.dd(value), **props)


def timeline(*entries: Child, **props: Props) -> rx.Component:
    """What happened, newest first; the entries come from `timeline_entry`."""
    return rx.el.ol(*entries, class_name="timeline", **props)


def timeline_entry(when: Child, sentence: Child, *, stamp: Text = "") -> rx.Component:
    """One event. *stamp* is the machine-readable form (ISO 8601) of *when*."""
    return rx.el.li(
        rx.el.p(sentence, class_name="timeline-text"),
        rx.el.p(rx.el.time(when, date_time=stamp), class_name="timeline-when"),
    )


def empty_state(
    title: Child, text: Child | None = None, *, action: Child | None = None
) -> rx.Component:
    """Nothing here yet: says so, says why, offers the next step."""
    parts: list[Child] = [rx.el.h2(title, class_name="empty-title")]
    if text is not None:
        parts.append(rx.el.p(text, class_name="empty-text"))
    if action is not None:
        parts.append(rx.el.div(action, class_name="action-row"))
    return rx.el.div(*parts, class_name="card empty")


def fold(summary: Child, *children: Child, **props: Props) -> rx.Component:
    """Content that opens on demand, with the keyboard and without JavaScript."""
    return rx.el.details(
        rx.el.summary(summary),
        rx.el.div(*children, class_name="fold-body"),
        class_name="fold",
        **props,
    )


def table(
    caption: Text,
    headings: list[Child],
    body: Child,
    *,
    amounts: Collection[int] = (),
    **props: Props,
) -> rx.Component:
    """A table that becomes a stack of cards on a phone. Rows are `tr`s made of `cell`s.

    *amounts* are the columns, from 0, whose cells are `amount_cell`s.
    """
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="visually-hidden"),
            rx.el.thead(
                rx.el.tr(
                    *[
                        rx.el.th(heading, scope="col", class_name=_AMOUNT if at in amounts else "")
                        for at, heading in enumerate(headings)
                    ]
                )
            ),
            rx.el.tbody(body),
            class_name="table",
            **props,
        ),
        class_name="table-frame",
    )


def cell(label: Text, *children: Child, **props: Props) -> rx.Component:
    """One cell; *label* repeats the column's heading where the head row is not shown."""
    return rx.el.td(
        rx.el.span(label, class_name="cell-label", aria_hidden="true"),
        rx.el.span(*children, class_name="cell-value"),
        **props,
    )


def amount_cell(label: Text, amount: Text) -> rx.Component:
    """One whose digits stand below each other."""
    return cell(label, amount, class_name=_AMOUNT)


def email_text(address: Text) -> rx.Component:
    """An address that, where it doesn't fit, breaks after its “@” before it does anywhere else."""
    whole = rx.Var.create(address).to(str)
    name, place = whole.split("@")[0], whole.split("@")[1]
    # A quoted name may have an “@” of its own.
    broken = rx.el.span(name, "@", rx.el.wbr(), place)
    return rx.cond(whole == name + "@" + place, broken, rx.el.span(whole))


def stack(*children: Child, **props: Props) -> rx.Component:
    """Children below each other with even space between them."""
    props["class_name"] = classes("stack", given=props.get("class_name"))
    return rx.el.div(*children, **props)


def muted(*children: Child, **props: Props) -> rx.Component:
    """A paragraph of lesser weight."""
    return rx.el.p(*children, class_name="muted", **props)
