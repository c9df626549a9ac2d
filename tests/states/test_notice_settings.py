"""Choosing one's mails on the account page: one's own only, and not those that are required."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from portal_app.identity.sessions import start_session
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.notifications import state as state_module
from portal_app.notifications.models import NoticePreference
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.switches import switch_on
from portal_app.notifications.state import NoticeSettingsState
from portal_app.ui.notices import NoticeState
from tests.conftest import Clocks
from tests.factories import make_person
from tests.states.guarded_tab import Tab, guarded_tab

PAGE = "/account/"


@pytest.fixture
async def tab(
    clocks: Clocks, settings: Any, db: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tab]:
    async with guarded_tab(monkeypatch) as tab:
        yield tab
    assert tab.errors == []


async def signed_in(tab: Tab, db: Database, email: str = "ada@example.com", **over: Any) -> str:
    async with db.unit_of_work() as session:
        person = await make_person(session, email, **over)
        token = await start_session(session, person_id=person.id, user_agent="test", now=wall_now())
        await switch_on(session, NOTICES.values())
    tab.cookie = f"portal_session={token}"
    return person.id


async def preferences(db: Database) -> list[tuple[str, str, bool]]:
    async with db.reading() as session:
        found = (await session.scalars(select(NoticePreference))).all()
    return [(row.person_id, row.kind, row.wanted) for row in found]


async def test_only_the_kinds_that_the_portal_sends_are_listed(tab: Tab, db: Database) -> None:
    async with db.unit_of_work() as session:
        person = await make_person(session)
        token = await start_session(session, person_id=person.id, user_agent="test", now=wall_now())
    tab.cookie = f"portal_session={token}"
    await tab.send(NoticeSettingsState.load, PAGE)
    state = await tab.state(NoticeSettingsState)
    assert (state.phase, state.sends) == ("ready", False)
    async with db.unit_of_work() as session:
        await switch_on(session, [NOTICES["refund"]])
    await tab.send(NoticeSettingsState.load, PAGE)
    state = await tab.state(NoticeSettingsState)
    assert state.sends
    assert ([row.key for row in state.rows], state.always) == (["refund"], [])


async def test_what_is_required_says_why_and_the_rest_its_default(tab: Tab, db: Database) -> None:
    await signed_in(tab, db, locale="de")
    await tab.send(NoticeSettingsState.load, PAGE)
    state = await tab.state(NoticeSettingsState)
    rows, always = ({row.key: row for row in found} for found in (state.rows, state.always))
    locked = {key for key, kind in NOTICES.items() if kind.locked}
    assert set(always) == locked
    assert set(rows) == set(NOTICES) - locked
    assert "Kartennetze" in always["receipt"].note
    assert [key for key, row in rows.items() if not row.wanted] == ["renewal_short"]


async def test_a_choice_is_kept_for_who_made_it(tab: Tab, db: Database) -> None:
    async with db.unit_of_work() as session:
        await make_person(session, "ben@example.com")
    ada = await signed_in(tab, db)
    await tab.send(NoticeSettingsState.choose, PAGE, key="refund", wanted=False)
    await tab.send(NoticeSettingsState.choose, PAGE, key="renewal_short", wanted=True)
    await tab.send(NoticeSettingsState.choose, PAGE, key="refund", wanted=True)
    await tab.send(NoticeSettingsState.choose, PAGE, key="refund", wanted=False)
    assert sorted(await preferences(db)) == [(ada, "refund", False), (ada, "renewal_short", True)]
    assert (await tab.state(NoticeState)).text == "Saved."
    await tab.send(NoticeSettingsState.load, PAGE)
    rows = {row.key: row.wanted for row in (await tab.state(NoticeSettingsState)).rows}
    assert (rows["refund"], rows["renewal_short"], rows["payment_failed"]) == (False, True, True)
    await signed_in(tab, db, "eve@example.com")
    await tab.send(NoticeSettingsState.load, PAGE)
    rows = {row.key: row.wanted for row in (await tab.state(NoticeSettingsState)).rows}
    assert rows["refund"], "nothing of Ada's is Eve's"


@pytest.mark.parametrize("key", ["receipt", "sign_in_code", "", "mem_1"])
async def test_what_cannot_be_chosen_is_refused(tab: Tab, db: Database, key: str) -> None:
    await signed_in(tab, db)
    await tab.send(NoticeSettingsState.choose, PAGE, key=key, wanted=False)
    assert await preferences(db) == []
    assert (await tab.state(NoticeState)).tone == "danger"


async def test_a_stranger_chooses_nothing(tab: Tab, db: Database) -> None:
    await tab.send(NoticeSettingsState.choose, PAGE, key="refund", wanted=False)
    await tab.send(NoticeSettingsState.load, PAGE)
    assert await preferences(db) == []
    assert (await tab.state(NoticeSettingsState)).phase == "loading"
    assert tab.emitted.redirects == ["http:/login/?next=/account/"] * 2


async def test_a_database_that_is_away_is_said(
    tab: Tab, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_given: object) -> None:
        raise OperationalError("SELECT", {}, Exception("disk I/O error"))

    await signed_in(tab, db)
    for name, handler, payload in (
        ("notice_settings", NoticeSettingsState.load, {}),
        ("choose_notice", NoticeSettingsState.choose, {"key": "refund", "wanted": False}),
    ):
        monkeypatch.setattr(state_module, name, broken)
        await tab.send(handler, PAGE, **payload)
        assert (await tab.state(NoticeSettingsState)).phase == "failed"
    assert await preferences(db) == []
