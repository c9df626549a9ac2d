"""No read of the API goes through a table that grows from one end to the other (SQLite).

PostgreSQL's planner rightly scans small tables; `bench/growth.py` asks it with a million rows.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import growth_api, world
from portal_app.kit.db import Database


@pytest.mark.parametrize("name", growth_api.STATEMENTS)
async def test_every_read_runs_along_an_index(tmp_path: Path, name: str) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'plans.db'}")
    await world.lay_foundation(database)
    plan = await growth_api.explain(database, name)
    assert plan
    assert growth_api.full_scans(plan) == []
    await database.close()


def test_a_full_scan_would_be_noticed() -> None:
    plans = ["SCAN memberships", "  ->  Seq Scan on members  (cost=0.00..38.00 rows=2000)"]
    assert growth_api.full_scans(plans) == [line.strip() for line in plans]
    assert growth_api.full_scans(["SCAN page", "SEARCH memberships USING INDEX x"]) == []
