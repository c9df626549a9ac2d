"""The world of membership tests."""

from __future__ import annotations

import pytest

from portal_app.kit.db import Database
from tests.db.membership_world import World, make_world


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(db)
