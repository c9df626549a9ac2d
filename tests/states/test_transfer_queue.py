"""The queue of transfers in the studio: a creator decides, and sees what is left."""

from __future__ import annotations

from typing import Final

from reflex.utils.format import json_dumps

from portal_app.catalog.models import CreatorRole
from portal_app.kit.db import Database
from portal_app.studio.state import StudioState
from portal_app.studio.transfers.state import TransferQueueState
from portal_app.transfers.models import Transfer, TransferState
from portal_app.ui.notices import NoticeState
from tests.rows import all_of
from tests.states.guarded_tab import Tab
from tests.states.studio_world import cookie_of, membership_id, tab

__all__ = ["membership_id", "tab"]
WAITING: Final = {"transfer": "trf_waiting", "reason": "No"}


async def test_a_creator_decides_what_waits_for_their_company(
    tab: Tab, db: Database, membership_id: str
) -> None:
    """Another company's creator sees and changes nothing: see `test_studio_strangers`."""
    path = "/studio/transfers/?company=biz_northwind"
    tab.cookie = await cookie_of(db, "cleo@example.com", "biz_northwind", CreatorRole.STAFF)
    await tab.send(TransferQueueState.load, path)
    (row,) = (await tab.state(TransferQueueState)).view.rows
    assert (row.sender, row.recipient) == ("ada@example.com", "b•••@example.com")
    assert "ben@example.com" not in "".join(json_dumps(one) for one in tab.emitted.deltas)
    assert (await tab.state(StudioState)).frame.waiting == {"transfers": "1", "declarations": "1"}
    await tab.send(TransferQueueState.load, f"{path}&after=trf_waiting")
    beyond = (await tab.state(TransferQueueState)).view
    assert ([one.id for one in beyond.rows], beyond.first) == ([row.id], "")
    await tab.send(TransferQueueState.decline_it, path, form={**WAITING, "reason": " "})
    assert (await tab.state(TransferQueueState)).unexplained == "trf_waiting"
    assert [one.state for one in await all_of(db, Transfer)] == [TransferState.REQUESTED]
    await tab.send(TransferQueueState.decline_it, path, form=WAITING)
    # The form is gone with its card, and the focus with it.
    assert tab.emitted.focused == ["ref_main"]
    (refused,) = await all_of(db, Transfer)
    assert (refused.state, refused.reason) == (TransferState.REFUSED, "No")
    await tab.send(TransferQueueState.approve_it, path, transfer_id="trf_waiting")
    assert (await tab.state(NoticeState)).text == "This offer is over."
    assert (await tab.state(TransferQueueState)).view.rows == []
    assert (await tab.state(StudioState)).frame.waiting == {"declarations": "1"}
    await tab.send(TransferQueueState.load, "/studio/transfers/?company=biz_lumen")
    assert (await tab.state(TransferQueueState)).phase == "missing"
