"""Whose an open tab is, and that a push shows it nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from reflex.utils.format import format_event_handler
from reflex_base.event import Event

from portal_app.identity.sessions import start_session
from portal_app.identity.tabs import open_tabs
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.memberships.state import OrdersState
from tests.conftest import Clocks
from tests.factories import make_membership, make_person
from tests.states.guarded_tab import guarded_tab


@pytest.fixture
async def tokens(clocks: Clocks, settings: Any, db: Database) -> AsyncIterator[dict[str, str]]:
    """Session cookies of Ada, who holds a membership, and of Ben."""
    found = {}
    async with db.unit_of_work() as session:
        for name in ("ada", "ben"):
            person = await make_person(session, f"{name}@example.com", id=f"pers_{name}")
            if name == "ada":
                await make_membership(session, person)
            token = await start_session(
                session, person_id=person.id, user_agent="test", now=wall_now()
            )
            found[name] = f"portal_session={token}"
    yield found
    open_tabs.keep(())


async def test_the_guard_notes_whose_a_tab_is(
    tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with guarded_tab(monkeypatch) as tab:
        await tab.send(OrdersState.load)
        assert open_tabs.of({"pers_ada", "pers_ben"}) == []
        tab.cookie = tokens["ada"]
        await tab.send(OrdersState.load)
        assert open_tabs.of({"pers_ada"}) == ["tab-1"]
        tab.cookie = tokens["ben"]
        await tab.send(OrdersState.load)
        assert (open_tabs.of({"pers_ada"}), open_tabs.of({"pers_ben"})) == ([], ["tab-1"])
        tab.cookie = ""
        await tab.send(OrdersState.load)
        assert open_tabs.of({"pers_ada", "pers_ben"}) == []


async def test_a_push_shows_a_tab_its_own_person_s_data_only(
    tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when the note is out of date: authority is the cookie, read on the pushed event too."""
    refresh = Event(name=format_event_handler(OrdersState.refresh))
    async with guarded_tab(monkeypatch) as tab:
        tab.cookie = tokens["ada"]
        await tab.send(OrdersState.load)
        tab.cookie = tokens["ben"]
        await tab.send(OrdersState.load)
        await tab.enqueue(refresh)
        orders = await tab.state(OrdersState)
        assert (orders.view.email, orders.view.current) == ("ben@example.com", [])
