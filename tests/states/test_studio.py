"""What a company's creators see and do in the studio; for strangers see `test_studio_strangers`."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from portal_app.catalog import versions
from portal_app.catalog.models import Creator, CreatorRole, DraftKind
from portal_app.identity.actor import ActorKind, Author
from portal_app.identity.state import TabState
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.studio.brand.state import BrandStudioState
from portal_app.studio.declarations.state import DeclaredQueueState
from portal_app.studio.home.state import StudioHomeState
from portal_app.studio.portal.state import PortalStudioState
from portal_app.studio.state import StudioState
from portal_app.ui.notices import NoticeState
from tests.rows import added
from tests.states.guarded_tab import Tab
from tests.states.studio_world import REFERENCE, cookie_of, membership_id, rows, tab

__all__ = ["membership_id", "tab"]


async def test_a_creator_sees_their_company_and_the_way_to_it(
    tab: Tab, db: Database, membership_id: str
) -> None:
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind", CreatorRole.STAFF)
    await tab.send(StudioHomeState.load, "/studio/?company=biz_northwind&q=ada")
    state = await tab.state(StudioHomeState)
    assert [one.who for one in state.view.sold] == ["Ada Lovelace"]
    assert (await tab.state(TabState)).is_creator
    tab.cookie = await cookie_of(db, "eve@example.com")
    await tab.send(StudioHomeState.load, "/studio/")
    assert not (await tab.state(TabState)).is_creator
    assert (await tab.state(StudioHomeState)).view.sold == []


async def test_staff_read_what_waits_and_close_it_with_a_reason(
    tab: Tab, db: Database, membership_id: str
) -> None:
    path = "/studio/declarations/?company=biz_northwind"
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind", CreatorRole.STAFF)
    await tab.send(DeclaredQueueState.load, path)
    assert (await tab.state(StudioState)).frame.waiting == {"transfers": "1", "declarations": "1"}
    (row,) = (await tab.state(DeclaredQueueState)).view.rows
    assert [one.id for one in row.candidates] == [membership_id]
    form = {"reference": REFERENCE, "reason": " "}
    await tab.send(DeclaredQueueState.refuse_it, path, form=form)
    (row,) = (await tab.state(DeclaredQueueState)).view.rows
    assert row.error == "Say why, so that it can be looked up later."
    await tab.send(DeclaredQueueState.refuse_it, path, form={**form, "reason": "By phone"})
    assert (await tab.state(DeclaredQueueState)).view.rows == []
    assert (await tab.state(StudioState)).frame.waiting == {"transfers": "1"}


FORMS: Any = pytest.mark.parametrize(
    "sheet",
    [
        (PortalStudioState, "portal", DraftKind.PORTAL, {}),
        (BrandStudioState, "brand", DraftKind.BRAND, {"form": {}}),
    ],
    ids=["portal", "brand"],
)


@FORMS
async def test_an_old_tab_reverts_nothing_that_a_colleague_saved(
    tab: Tab, db: Database, membership_id: str, sheet: tuple[Any, str, DraftKind, dict[str, Any]]
) -> None:
    form, room, kind, given = sheet
    path = f"/studio/{room}/?company=biz_northwind"
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind")
    await tab.send(form.load, path)
    theirs = {"wordmark": "Theirs", "accent": "#0f766e"} if room == "brand" else {"cancel": {}}
    async with db.unit_of_work() as session:
        author = Author(ActorKind.OPERATOR)
        await versions.save_draft(session, kind, "biz_northwind", theirs, author)
    before = await rows(db)
    for handler, payload in (
        (form.save, given),
        (form.publish, {}),
        (form.discard, {}),
        (form.restore, {"number": "0"}),
    ):
        await tab.send(handler, path, **payload)
        assert (await tab.state(NoticeState)).text.startswith("Somebody else changed this")
        assert await rows(db) == before
    await tab.send(form.load, path)
    await tab.send(form.publish, path)
    assert len((await rows(db))["changes"]) == 1 + len(before["changes"])


@FORMS
async def test_what_is_typed_for_one_company_is_not_saved_for_another(
    tab: Tab, db: Database, membership_id: str, sheet: tuple[Any, str, DraftKind, dict[str, Any]]
) -> None:
    form, room, _, given = sheet
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind")
    async with db.unit_of_work() as session:
        (person,) = await session.scalars(select(col(Creator.person_id)))
        place: dict[str, Any] = {"role": CreatorRole.OWNER, "created_at": wall_now()}
        await added(session, Creator(company_id="biz_lumen", person_id=person, **place))
    await tab.send(form.load, f"/studio/{room}/?company=biz_northwind")
    before = await rows(db)
    await tab.send(form.save, f"/studio/{room}/?company=biz_lumen", **given)
    assert await rows(db) == before
    # Now the fields are of the company in the address.
    await tab.send(form.save, f"/studio/{room}/?company=biz_lumen", **given)
    assert len((await rows(db))["drafts"]) == 1
