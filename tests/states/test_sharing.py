"""The one page that anybody may open: what a shared link shows, and what it shows to nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from reflex.utils.format import json_dumps

from portal_app.catalog.models import Creator, CreatorRole
from portal_app.identity.sessions import start_session
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.studio import pages
from portal_app.studio.brand.state import BrandStudioState
from portal_app.studio.sharing.state import SharedPreviewState, ShareState
from tests.conftest import Clocks
from tests.factories import make_company, make_person
from tests.rows import added
from tests.states.guarded_tab import Tab, guarded_tab

assert pages
STUDIO = "/studio/brand/?company=biz_northwind"


@pytest.fixture
async def tab(
    clocks: Clocks, settings: Any, db: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tab]:
    async with guarded_tab(monkeypatch) as tab:
        yield tab
    assert tab.errors == []


async def test_a_link_opens_without_a_session_until_it_is_revoked(tab: Tab, db: Database) -> None:
    async with db.unit_of_work() as session:
        company = await make_company(session, id="biz_northwind", title="Northwind")
        await make_company(session, id="biz_lumen", title="Lumen", route="lumen")
        cleo = await make_person(session, "cleo@example.com")
        place = Creator(
            company_id=company.id,
            person_id=cleo.id,
            role=CreatorRole.STAFF,
            created_at=wall_now(),
        )
        await added(session, place)
        token = await start_session(session, person_id=cleo.id, user_agent="", now=wall_now())
    cookie = f"portal_session={token}"
    tab.cookie = cookie
    await tab.send(BrandStudioState.load, STUDIO)
    await tab.send(BrandStudioState.save, STUDIO, form={"accent": "#7c3aed", "wordmark": "New"})
    await tab.send(ShareState.share, STUDIO)
    (link,) = (await tab.state(ShareState)).links
    path = "/" + link.url.split("/", 3)[3]

    tab.cookie = ""
    await tab.send(SharedPreviewState.load, f"{path}?page=cancel&lang=de&theme=x")
    shown = await tab.state(SharedPreviewState)
    assert (shown.phase, shown.view.wordmark) == ("ready", "New")
    assert shown.view.style["--accent"].startswith("light-dark(#7c3aed,")
    assert shown.view.chosen == {
        "page": "cancel",
        "lang": "de",
        "device": "desktop",
        "theme": "light",
    }
    assert shown.view.preview.cancel.first.startswith("Sie behalten")
    assert "cleo@example.com" not in "".join(json_dumps(one) for one in tab.emitted.deltas[-3:])

    tab.cookie = cookie
    tab.emitted.focused.clear()
    await tab.send(ShareState.revoke, STUDIO, preview_id=link.id)
    assert tab.emitted.focused == ["ref_main"]
    assert (await tab.state(ShareState)).links == []
    tab.cookie = ""
    for gone in (path, f"/preview/{'0' * 64}/", "/preview/%00/"):
        await tab.send(SharedPreviewState.load, gone)
        shown = await tab.state(SharedPreviewState)
        assert (shown.phase, shown.view.wordmark) == ("missing", "")
