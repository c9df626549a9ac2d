"""Whether what a page holds is what its address names."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.parts.types import Text


def named_by_address(given_id: Text) -> rx.Var[bool]:
    """Whether the address in the bar names this id.

    After a client navigation React draws once with the state as it was: that one picture must not
    be of another thing.
    """
    named = rx.Var.create(given_id)
    return rx.Var(
        f"(globalThis.location?.pathname ?? '').includes({named!s})",
        _var_type=bool,
        _var_data=named._get_all_var_data(),  # noqa: SLF001 -- there is no public way.
    )
