"""Which import an interrupted one goes on as."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from portal_app.ingest.cursors import GOES_ON_FOR, Cursors
from portal_app.ingest.report import Counts
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.rows import NOW

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("asked", "later", "goes_on"),
    [
        (MIDNIGHT, timedelta(hours=1), True),
        (MIDNIGHT + DAY, timedelta(hours=23), True),  # a comparison's limit moves at midnight
        (MIDNIGHT + DAY, GOES_ON_FOR, False),
        (MIDNIGHT + 2 * DAY, timedelta(hours=1), False),
        (MIDNIGHT - DAY, timedelta(hours=1), False),  # asked for more than was being read
        (None, timedelta(hours=1), False),
    ],
)
async def test_the_same_import_goes_on_with_its_own_limit(
    db: Database, clocks: Clocks, asked: datetime | None, later: timedelta, goes_on: bool
) -> None:
    stopped = await Cursors.opened(db, since=MIDNIGHT)
    async with db.unit_of_work() as session:
        await stopped.move(session, "prices", Counts(seen=3), after="price_3", finished=False)
    clocks.wall.advance(later)
    found = await Cursors.opened(db, since=asked)
    assert found.goes_on is goes_on
    assert found.after("prices") == ("price_3" if goes_on else None)
    assert found.since == (MIDNIGHT if goes_on else asked)
    assert found.began_at == (NOW if goes_on else NOW + later)
