"""The studio of owners and staff, and of whoever acts for several companies."""

from __future__ import annotations

from typing import Any

from portal_app.catalog import versions
from portal_app.catalog.models import CreatorRole, DraftKind
from portal_app.identity.actor import ActorKind, Author
from portal_app.kit.db import Database
from portal_app.studio.state import StudioState
from tests.states.guarded_tab import Tab
from tests.states.studio_world import cookie_of, membership_id, rows, tab
from tests.states.test_studio import FORMS

__all__ = ["membership_id", "tab"]


@FORMS
async def test_what_owners_decide_is_refused_to_staff(
    tab: Tab, db: Database, membership_id: str, sheet: tuple[Any, str, DraftKind, dict[str, Any]]
) -> None:
    """By the guard, which lets the same events of an owner through."""
    form, room, kind, _given = sheet
    path = f"/studio/{room}/?company=biz_northwind"
    theirs = {"wordmark": "Theirs", "accent": "#0f766e"} if room == "brand" else {"cancel": {}}
    async with db.unit_of_work() as session:
        author = Author(ActorKind.OPERATOR)
        await versions.save_draft(session, kind, "biz_northwind", theirs, author)
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind", CreatorRole.STAFF)
    before = await rows(db)
    await tab.send(form.load, path)
    await tab.send(form.publish, path)
    await tab.send(form.restore, path, number="0")
    assert await rows(db) == before
    tab.cookie = await cookie_of(db, "olga@example.com", "biz_northwind")
    await tab.send(form.load, path)
    await tab.send(form.publish, path)
    assert len((await rows(db))["changes"]) == 1 + len(before["changes"])


async def test_a_company_is_switched_on_the_same_page(
    tab: Tab, db: Database, membership_id: str
) -> None:
    """What is below a page is of one company, and leads to the other's first page."""
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind", CreatorRole.STAFF)
    for path in ("/studio/brand/", f"/studio/memberships/{membership_id}/"):
        await tab.send(StudioState.switch, f"{path}?company=biz_northwind", company_id="biz_lumen")
    assert [one.removeprefix("http:") for one in tab.emitted.redirects] == [
        "/studio/brand/?company=biz_lumen",
        "/studio/?company=biz_lumen",
    ]
