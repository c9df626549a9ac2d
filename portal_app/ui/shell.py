"""What the frame around every page shows; decided once by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

from portal_app.ui.parts.types import Flag, Text


@dataclass(frozen=True, slots=True)
class NavLink:
    """A link of the Profile menu. *label* comes from `t()`; *href* is one of our pages.

    *shown* False hides it from those whom it leads nowhere.
    """

    label: Text
    href: str
    shown: Flag = True


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame: the name in the header, the menu's links, which e-mail is signed in.

    *warning* builds what says that the session is about to end. *rights* stand in every footer:
    pages of the server that laws want to be found at once.
    """

    brand: Text = "Billing"
    links: tuple[NavLink, ...] = ()
    account: Text = ""
    warning: Callable[[], rx.Component] = rx.fragment
    rights: tuple[NavLink, ...] = ()


_shells = [Shell()]


def use_shell(shell: Shell) -> None:
    """Set the frame of every page. Call it before pages are compiled; they ask when they are."""
    _shells[:] = [shell]


def current_shell() -> Shell:
    """The frame that the composition root has set."""
    return _shells[-1]
