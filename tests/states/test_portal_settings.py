"""The portal's settings through their handlers: lists, one product, and what holds then."""

from __future__ import annotations

from typing import Any

from portal_app.catalog.policies import policy_of
from portal_app.kit.db import Database
from portal_app.memberships.models import Membership
from portal_app.studio.portal.state import PortalStudioState
from portal_app.studio.portal.views import SettingView
from tests.factories import make_product
from tests.states.guarded_tab import Tab
from tests.states.studio_world import cookie_of, membership_id, tab

__all__ = ["membership_id", "tab"]
PATH = "/studio/portal/?company=biz_northwind"
REASONS = "cancel.reasons"


async def shown(tab: Tab, name: str) -> SettingView:
    view = (await tab.state(PortalStudioState)).view
    return next(one for part in view.sections for one in part.settings if one.name == name)


async def test_lists_and_one_products_own_settings_hold_when_they_are_published(
    tab: Tab, db: Database, membership_id: str
) -> None:
    async with db.unit_of_work() as session:
        product_id = (await session.get_one(Membership, membership_id)).product_id
        await make_product(session, id="prod_foreign", title="Foreign")
        await make_product(
            session, company_id="biz_northwind", id="prod_course", title="Course Library"
        )
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind")
    state = PortalStudioState

    async def send(handler: Any, **payload: Any) -> None:
        await tab.send(handler, PATH, **payload)

    await send(state.load)
    labels = [one.label for one in (await tab.state(state)).view.products]
    assert "Course Library" in labels
    assert "Foreign" not in labels
    for label in ("Too loud", "Too far"):
        await send(state.add_row, name=REASONS)
        row = (await shown(tab, REASONS)).rows[-1]
        await send(state.note_cell, name=REASONS, key=row.key, column="label", value=label)
    await send(state.move_row, name=REASONS, key="1", up=True)
    await send(state.remove_row, name=REASONS, key="0")
    await send(state.keep_row, name=REASONS, key="0")
    assert [row.title for row in (await shown(tab, REASONS)).rows] == ["Too far", "Too loud"]

    # What is wrong here keeps the page from leaving it, and nothing that was typed is lost.
    await send(state.note, name="pause.longest_months", value="soon")
    await send(state.choose, product_id=product_id)
    assert (await tab.state(state)).view.product == ""
    assert (await shown(tab, "pause.longest_months")).value == "soon"
    await send(state.note, name="pause.longest_months", value="6")
    await send(state.choose, product_id="prod_foreign")
    assert (await tab.state(state)).view.product == ""

    await send(state.choose, product_id=product_id)
    inherited = await shown(tab, "pause.longest_months")
    assert (inherited.value, inherited.own) == ("6", False)
    await send(state.note, name="pause.longest_months", value="2")
    await send(state.switch, name="cancel.at_once", value=True)
    assert (await shown(tab, "pause.longest_months")).usual == "6"
    await send(state.inherit, name="cancel.at_once")
    assert not (await shown(tab, "cancel.at_once")).own
    await send(state.publish)
    assert (await tab.state(state)).view.product == product_id

    async with db.reading() as session:
        room = await policy_of(session, "biz_northwind", product_id)
        course = await policy_of(session, "biz_northwind", "prod_course")
    assert (room.pause.longest_months, course.pause.longest_months) == (2, 6)
    assert not room.cancel.at_once
    for one in (room, course):
        assert [reason.label for reason in one.cancel.reasons] == ["Too far", "Too loud"]
