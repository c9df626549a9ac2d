"""One page in one state, and how to get there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from playwright.sync_api import Page

from tests.e2e.gallery.world import World

Path: TypeAlias = str | Callable[[World], str]
Act: TypeAlias = Callable[[Page, World], None]
ADA, BEN, CLEO, DAN, EVE = (f"{name}@example.com" for name in ("ada", "ben", "cleo", "dan", "eve"))
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """*route* as the application declares it; *who* looks; *act* is done once it is loaded.

    *dated* pages show when something happened in real time, which no record can hold. *whole*
    records the frame too, not only what is in `main`. *prepare* is done to a page of the scene's
    own before it is loaded; it may wait for ever if it is *loading*. While *away* the provider
    answers nobody.
    """

    name: str
    route: str
    who: str
    path: Path
    act: Act | None = None
    dated: bool = False
    whole: bool = False
    locale: str = "en-GB"
    prepare: Act | None = None
    loading: bool = False
    away: bool = False

    def address(self, world: World) -> str:
        return self.path if isinstance(self.path, str) else self.path(world)

    def shows(self, address: str) -> bool:
        """Whether *address* is one of the route's own."""
        pattern = re.sub(r"\{\w+\}", "[^/]+", self.route.replace(".", r"\."))
        return re.fullmatch(pattern, address.partition("?")[0]) is not None


def member(state: str, rest: str = "") -> Callable[[World], str]:
    """The page of Ada's membership in *state*, or one below it."""
    return lambda world: f"/billing/manage/{world.portal.membership(state)['member_id']}/{rest}"


def press(name: str, *, role: str = "button") -> Act:
    def pressed(page: Page, world: World) -> None:
        page.get_by_role(role, name=name).click()  # type: ignore[arg-type]

    return pressed
