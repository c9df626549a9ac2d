"""What a page's state holds before anything was read for it."""

from __future__ import annotations

from typing import TypeVar, cast

import reflex as rx

ViewT = TypeVar("ViewT")


def blank(view: type[ViewT]) -> ViewT:
    """The default of a var: a *view* without values, one for all tabs, since a view is frozen.

    Reflex would copy a default value for every tab, those of pages that it never opens too; such
    copies were a fifth of what a tab costs (`python -m bench.tabs`).
    """
    shared = view()
    return cast("ViewT", rx.field(default_factory=lambda: shared))
