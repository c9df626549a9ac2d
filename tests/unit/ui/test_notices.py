"""A notice lives until the next page, unless it was meant for that page."""

from __future__ import annotations

from typing import Any, cast

import reflex as rx

from portal_app.ui.notices import NoticeState, notify, start_page


class Tab:
    """The one thing that notices ask of a state: its sibling."""

    def __init__(self) -> None:
        self.notices = NoticeState(_reflex_internal_init=True)  # type: ignore[call-arg]

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
    await start_page(tab.state)
    assert tab.notices.text == "Cancelled."
    await start_page(tab.state)
    assert tab.notices.text == ""


def test_no_one_can_put_words_on_a_page() -> None:
    """Every handler of a state is a public endpoint, so this one has none of its own."""
    assert set(NoticeState.event_handlers) <= {"setvar"}
