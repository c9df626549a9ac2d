"""Grey stand-ins that keep the layout while content is on its way. Brand-neutral by design."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.parts.every_language import every_language
from portal_app.ui.parts.types import Child


def skeleton_lines(count: int = 3) -> rx.Component:
    """*count* lines of text to come; the last is shorter, as last lines are."""
    return rx.el.div(
        *[rx.el.span(class_name="skeleton skeleton-line") for _ in range(count)],
        class_name="skeleton-lines",
        aria_hidden="true",
    )


def skeleton_card(lines: int = 3) -> rx.Component:
    """A card to come: heading, badge and *lines* rows of facts."""
    return rx.el.div(
        rx.el.div(
            rx.el.span(class_name="skeleton skeleton-title"),
            rx.el.span(class_name="skeleton skeleton-badge"),
            class_name="card-head",
        ),
        skeleton_lines(lines),
        class_name="card",
        aria_hidden="true",
    )


def loading_text() -> rx.Component:
    """A word for readers and for the first paint, which a grey box alone would not be."""
    return rx.el.p(every_language("Loading…"), class_name="loading-text", role="status")


def skeleton_page(*blocks: Child) -> rx.Component:
    """The skeleton of a page: title, loading text and the given blocks."""
    return rx.el.div(
        rx.el.div(
            rx.el.span(class_name="skeleton skeleton-heading", aria_hidden="true"),
            loading_text(),
            class_name="page-head",
        ),
        *blocks,
        class_name="stack",
    )
