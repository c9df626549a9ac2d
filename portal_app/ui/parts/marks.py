"""Drawings of our own that stand beside a payment method; the words beside them say the same.

No brand's artwork: its owners license that, and it has to follow their rules.
"""

from __future__ import annotations

import reflex as rx

from portal_app.ui.parts.types import Text

_CARD = (
    "M3 7.5A2.5 2.5 0 0 1 5.5 5h13A2.5 2.5 0 0 1 21 7.5v9a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1"
    " 3 16.5z M3 9.5h18 M6.5 15h4"
)
_WALLET = (
    "M4 7.5V17a2 2 0 0 0 2 2h12.5a1.5 1.5 0 0 0 1.5-1.5v-8A1.5 1.5 0 0 0 18.5 8H5.5A1.5 1.5"
    " 0 0 1 4 6.5 1.5 1.5 0 0 1 5.5 5H17 M20 12h-3.5a1.5 1.5 0 0 0 0 3H20"
)
_BANK = "M3.5 9.5 12 4.5l8.5 5z M5.5 12v4.5 M10 12v4.5 M14 12v4.5 M18.5 12v4.5 M3.5 19.5h17"
_ACCOUNT = "M12 12.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M5 19.5c.8-3 3.5-4.5 7-4.5s6.2 1.5 7 4.5"
_OTHER = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z M8 12h.01 M12 12h.01 M16 12h.01"


def method_mark(kind: Text) -> rx.Component:
    """*kind* is `card`, `wallet`, `bank`, `account` or anything else."""
    drawn = rx.match(
        kind,
        ("card", _CARD),
        ("wallet", _WALLET),
        ("bank", _BANK),
        ("account", _ACCOUNT),
        _OTHER,
    )
    return rx.el.span(
        rx.el.svg(rx.el.svg.path(d=drawn), view_box="0 0 24 24", focusable="false"),
        class_name="method-mark",
        aria_hidden="true",
    )
