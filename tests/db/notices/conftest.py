"""The world of notice tests: looked at once, then an hour later."""

from __future__ import annotations

import pytest

from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.notice_world import LATER, NoticeWorld, make_notice_world


@pytest.fixture
async def world(db: Database, clocks: Clocks) -> NoticeWorld:
    made = await make_notice_world(db)
    clocks.business.at = clocks.wall.at = LATER
    return made
