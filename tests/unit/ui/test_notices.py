"""A notice lives until the next page, unless it was meant for that page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import reflex as rx

from portal_app.ui.notices import NoticeState, notify, start_page


class Tab:
    """What notices ask of a state: its sibling, and which page the tab is on."""

    def __init__(self) -> None:
        self.router = SimpleNamespace(url=SimpleNamespace(path="/one/"))
        self.notices = NoticeState(_reflex_internal_init=True)  # type: ignore[call-arg]

    def go_to(self, path: str) -> None:
        self.router.url.path = path

    async def get_state(self, _kind: type[Any]) -> NoticeState:
        return self.notices

    @property
    def state(self) -> rx.State:
        return cast("rx.State", self)


async def test_notice_is_gone_on_the_next_page() -> None:
    tab = Tab()
    await notify(tab.state, "ok", "Saved.")
    assert (tab.notices.tone, tab.notices.text) == ("ok", "Saved.")
    await start_page(tab.state)
    assert tab.notices.text == ""


async def test_notice_survives_the_redirect_it_was_meant_for_once() -> None:
    tab = Tab()
    await notify(tab.state, "ok", "Cancelled.", on_next_page=True)
    tab.go_to("/two/")
    await start_page(tab.state)
    assert tab.notices.text == "Cancelled."
    await start_page(tab.state)
    assert tab.notices.text == ""


async def test_a_page_that_loads_again_on_the_way_keeps_the_notice_for_the_next_one() -> None:
    """Its socket was lost and is back: it loads before the browser has gone on."""
    tab = Tab()
    await notify(tab.state, "ok", "Added.", on_next_page=True)
    await start_page(tab.state)
    assert tab.notices.text == "Added."
    tab.go_to("/two/")
    await start_page(tab.state)
    assert tab.notices.text == "Added."


def test_no_one_can_put_words_on_a_page() -> None:
    """Every handler of a state is a public endpoint, so this one has none of its own."""
    assert set(NoticeState.event_handlers) <= {"setvar"}
