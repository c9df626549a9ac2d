"""The world of the billing history's tests."""

from __future__ import annotations

import pytest

from portal_app.kit.db import Database
from tests.db.history_world import HistoryWorld, make_history


@pytest.fixture
async def world(db: Database) -> HistoryWorld:
    return await make_history(db)
