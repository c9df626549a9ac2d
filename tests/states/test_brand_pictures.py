"""Whoever goes to upload a logo leaves the form with it: what was typed is in the draft by then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from portal_app.branding import publishing
from portal_app.branding.brand import Brand
from portal_app.catalog.models import Creator, CreatorRole, Draft
from portal_app.identity.actor import Actor, CompanyCreator
from portal_app.identity.sessions import start_session
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.studio import pages
from portal_app.studio.brand.state import BrandStudioState
from portal_app.ui.notices import NoticeState
from tests.conftest import Clocks
from tests.factories import make_company, make_person
from tests.rows import added, all_of
from tests.states.guarded_tab import Tab, guarded_tab

assert pages
STUDIO = "/studio/brand/?company=biz_northwind"


@pytest.fixture
async def tab(
    clocks: Clocks, settings: Any, db: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tab]:
    """Cleo's, who has the brand studio of Northwind before her."""
    async with db.unit_of_work() as session:
        company = await make_company(session, id="biz_northwind", title="Northwind")
        await make_company(session, id="biz_lumen", title="Lumen", route="lumen")
        cleo = await make_person(session, "cleo@example.com")
        place = Creator(
            company_id=company.id, person_id=cleo.id, role=CreatorRole.STAFF, created_at=wall_now()
        )
        await added(session, place)
        token = await start_session(session, person_id=cleo.id, user_agent="", now=wall_now())
    async with guarded_tab(monkeypatch) as tab:
        tab.cookie = f"portal_session={token}"
        await tab.send(BrandStudioState.load, STUDIO)
        yield tab
    assert tab.errors == []


async def choose(tab: Tab, name: str = "logo") -> BrandStudioState:
    await tab.send(BrandStudioState.choose_picture, STUDIO, name=name)
    return await tab.state(BrandStudioState)


async def test_what_is_typed_is_in_the_draft_before_a_picture_is_asked_for(
    tab: Tab, db: Database
) -> None:
    assert (await choose(tab)).choosing == "logo"
    assert await all_of(db, Draft) == []  # there was nothing to keep
    await tab.send(BrandStudioState.back_to_form, STUDIO)
    assert (await tab.state(BrandStudioState)).choosing == ""

    await tab.send(BrandStudioState.note, STUDIO, name="wordmark", value="Typed")
    shown = await choose(tab, "logo_dark")
    (draft,) = await all_of(db, Draft)
    assert (shown.choosing, draft.company_id, draft.body["wordmark"]) == (
        "logo_dark",
        "biz_northwind",
        "Typed",
    )
    assert shown.seen == f"0 {draft.saved_at.isoformat()}"  # what the upload then sends
    assert tab.emitted.focused[-1] == "ref_field_logo_dark"

    # What reaches the form after all is not saved: no upload from here.
    await tab.send(BrandStudioState.note, STUDIO, name="wordmark", value="Late")
    assert (await tab.state(BrandStudioState)).choosing == ""


async def test_what_can_not_be_kept_stays_on_the_form(tab: Tab, db: Database) -> None:
    await tab.send(BrandStudioState.note, STUDIO, name="support_email", value="no address")
    shown = await choose(tab)
    assert (shown.choosing, shown.view.filled["support_email"]) == ("", "no address")
    assert tab.emitted.focused[-1] == "ref_error_summary"

    await tab.send(BrandStudioState.note, STUDIO, name="support_email", value="help@example.com")
    theirs = Brand(wordmark="Theirs", accent="#4338ca")
    async with db.unit_of_work() as session:
        dan = await make_person(session, "dan@example.com")
        actor = Actor(dan.id, "s", "dan@example.com", "en")
        colleague = CompanyCreator(actor, "biz_northwind", is_owner=False)
        await publishing.keep_draft(session, colleague, theirs)
    shown = await choose(tab)
    assert (shown.choosing, shown.view.filled["support_email"]) == ("", "help@example.com")
    assert (await tab.state(NoticeState)).text.startswith("Somebody else changed this")
    assert [row.body["wordmark"] for row in await all_of(db, Draft)] == ["Theirs"]


async def test_no_other_field_is_a_picture(tab: Tab, db: Database) -> None:
    assert (await choose(tab, "accent")).choosing == ""
