"""The least that Reflex serves: one page, one state, one handler. What the portal is held against.

`granian --interface asgi --factory empty_app:application`, from this folder.
"""

from __future__ import annotations

import reflex as rx


class BenchState(rx.State):
    """One number, so that each event has something to send back."""

    count: int = 0

    @rx.event
    async def touch(self) -> None:
        self.count += 1


def _page() -> rx.Component:
    return rx.el.p(BenchState.count)


app = rx.App()
app.add_page(_page, route="/")


def application() -> object:
    return app()
