"""The event guard: nothing runs without a policy, nothing signed-in without a live session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import reflex as rx
from reflex.utils.format import format_event_handler, json_dumps
from reflex_base.event import Event
from sqlmodel import select

from portal_app.identity.actor import actor_now, current_actor
from portal_app.identity.models import LoginSession
from portal_app.identity.policy import Policy, allow
from portal_app.identity.sessions import end_session, start_session
from portal_app.identity.state import TabState
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.factories import make_person
from tests.states.guarded_tab import Tab, guarded_tab


class Ledger(rx.State):
    """What somebody sees in their tab."""

    lines: list[str] = []

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def write(self, line: str) -> None:
        self.lines.append(f"{current_actor().email}: {line}")

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def chain(self) -> Any:
        return Ledger.write("chained")

    @rx.event
    @allow(Policy.PUBLIC)
    async def look(self) -> None:
        self.lines.append("public")

    @rx.event
    async def forgotten(self) -> None:
        self.lines.append("forgotten")

    def undecorated(self) -> None:
        self.lines.append("undecorated")


class Elsewhere(rx.State):
    """Another state of the same tab, which the event at hand does not touch."""

    secret: str = ""

    @rx.event
    @allow(Policy.SIGNED_IN)
    async def fill(self) -> None:
        self.secret = current_actor().email


@pytest.fixture
async def tab(
    clocks: Clocks, settings: Any, db: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tab]:
    async with guarded_tab(monkeypatch) as tab:
        yield tab
    assert tab.errors == []


async def token_of(db: Database, email: str) -> str:
    async with db.unit_of_work() as session:
        person = await make_person(session, email)
        return await start_session(session, person_id=person.id, user_agent="test", now=wall_now())


def cookie(token: str) -> str:
    return f"other=1; portal_session={token}"


async def test_a_stranger_is_sent_to_sign_in_and_back(tab: Tab) -> None:
    await tab.send(Ledger.write, "/billing/manage/mber_1/?tab=1", line="x")
    assert (await tab.state(Ledger)).lines == []
    assert tab.emitted.redirects == ["http:/login/?next=/billing/manage/mber_1/%3Ftab%3D1"]


async def test_the_redirect_leads_home_when_the_tab_lies_about_where_it_is(tab: Tab) -> None:
    await tab.send(Ledger.write, "//evil.test/", line="x")
    assert tab.emitted.redirects == ["http:/login/?next=/orders/"]


async def test_a_signed_in_person_acts_as_themselves(tab: Tab, db: Database) -> None:
    tab.cookie = cookie(await token_of(db, "ada@example.com"))
    await tab.send(Ledger.write, line="x")
    await tab.send(Ledger.chain)
    assert (await tab.state(Ledger)).lines == ["ada@example.com: x", "ada@example.com: chained"]
    assert (await tab.state(TabState)).email == "ada@example.com"
    assert tab.emitted.redirects == []


async def test_public_handlers_run_for_anybody(tab: Tab) -> None:
    await tab.send(Ledger.look)
    assert (await tab.state(Ledger)).lines == ["public"]


@pytest.mark.parametrize("name", ["forgotten", "undecorated", "setvar"])
@pytest.mark.parametrize("signed_in", [True, False])
async def test_a_handler_without_a_policy_never_runs(
    tab: Tab, db: Database, name: str, signed_in: bool
) -> None:
    if signed_in:
        tab.cookie = cookie(await token_of(db, "ada@example.com"))
    handler = Ledger.event_handlers[name]
    payload = {"var_name": "lines", "value": ["set"]} if name == "setvar" else {}
    await tab.send(format_event_handler(handler), **payload)
    assert (await tab.state(Ledger)).lines == []
    assert bool(tab.emitted.redirects) is not signed_in


async def test_sign_out_takes_effect_on_the_next_event_of_an_open_socket(
    tab: Tab, db: Database
) -> None:
    token = await token_of(db, "ada@example.com")
    tab.cookie = cookie(token)
    await tab.send(Ledger.write, line="before")
    await end_session(token)
    await tab.send(Ledger.write, line="after")
    assert (await tab.state(Ledger)).lines == []
    assert (await tab.state(TabState)).email == ""
    assert len(tab.emitted.redirects) == 1


@pytest.mark.parametrize(("seconds", "live"), [(1799, True), (1800, False)])
async def test_an_idle_session_ends(
    tab: Tab, db: Database, clocks: Clocks, seconds: int, live: bool
) -> None:
    tab.cookie = cookie(await token_of(db, "ada@example.com"))
    clocks.wall.advance(timedelta(seconds=seconds))
    await tab.send(Ledger.write, line="x")
    assert bool((await tab.state(Ledger)).lines) is live


async def test_the_next_person_in_a_tab_finds_nothing(tab: Tab, db: Database) -> None:
    tab.cookie = cookie(await token_of(db, "ada@example.com"))
    await tab.send(Ledger.write, line="x")
    await tab.send(Elsewhere.fill)
    tab.cookie = cookie(await token_of(db, "eve@example.com"))
    await tab.send(Ledger.look)
    assert (await tab.state(Ledger)).lines == ["public"]
    assert (await tab.state(Elsewhere)).secret == ""
    assert (await tab.state(TabState)).email == "eve@example.com"


async def test_signing_in_keeps_what_a_stranger_did_in_the_tab(tab: Tab, db: Database) -> None:
    await tab.send(Ledger.look)
    tab.cookie = cookie(await token_of(db, "ada@example.com"))
    await tab.send(Ledger.write, line="x")
    assert (await tab.state(Ledger)).lines == ["public", "ada@example.com: x"]


async def test_a_pushed_event_without_a_cookie_does_not_send_the_page_away(tab: Tab) -> None:
    await tab.enqueue(Event(name=format_event_handler(Ledger.write), payload={"line": "x"}))
    assert tab.emitted.redirects == []
    assert (await tab.state(Ledger)).lines == []


async def test_a_pushed_event_acts_for_the_tab_but_is_no_activity(
    tab: Tab, db: Database, clocks: Clocks
) -> None:
    tab.cookie = cookie(await token_of(db, "ada@example.com"))
    await tab.send(Ledger.write, line="own")
    started = clocks.wall.now()
    clocks.wall.advance(timedelta(minutes=20))
    await tab.enqueue(Event(name=format_event_handler(Ledger.write), payload={"line": "pushed"}))
    assert len((await tab.state(Ledger)).lines) == 2
    assert await last_seen(db) == started
    await tab.send(Ledger.write, line="own")
    assert await last_seen(db) == clocks.wall.now()


async def test_being_seen_is_written_once_a_minute(tab: Tab, db: Database, clocks: Clocks) -> None:
    tab.cookie = cookie(await token_of(db, "ada@example.com"))
    started = clocks.wall.now()
    clocks.wall.advance(timedelta(seconds=59))
    await tab.send(Ledger.write, line="x")
    assert await last_seen(db) == started
    clocks.wall.advance(timedelta(seconds=1))
    await tab.send(Ledger.write, line="x")
    assert await last_seen(db) == clocks.wall.now()


async def test_the_actor_does_not_outlive_its_event(tab: Tab, db: Database) -> None:
    tab.cookie = cookie(await token_of(db, "ada@example.com"))
    await tab.send(Ledger.write, line="x")
    assert actor_now.get() is None


async def test_no_frame_holds_the_session_token(tab: Tab, db: Database) -> None:
    token = await token_of(db, "ada@example.com")
    tab.cookie = cookie(token)
    await tab.send(Ledger.write, line="x")
    assert tab.emitted.deltas
    frames = [json_dumps(delta) for delta in tab.emitted.deltas]  # as they go over the socket
    assert any("rx_router_headers" in frame for frame in frames)
    assert [frame for frame in frames if token in frame] == []


async def last_seen(db: Database) -> Any:
    async with db.reading() as session:
        return (await session.execute(select(LoginSession.last_seen_at))).scalar_one()
