"""What a database holds of the demo decides what may be done to it."""

from __future__ import annotations

from portal_app.demo import accounts
from portal_app.demo.seed import Seeded, how_seeded
from portal_app.kit.db import Database
from tests.factories import NOW, make_company


async def test_from_nothing_over_half_to_whole(db: Database) -> None:
    assert await how_seeded(db) is Seeded.NOT_YET
    async with db.unit_of_work() as session:
        await accounts.add_companies(session, NOW)
    assert await how_seeded(db) is Seeded.PARTLY
    async with db.unit_of_work() as session:
        await accounts.add_api_keys(session, b"secret", NOW)
    assert await how_seeded(db) is Seeded.WHOLLY


async def test_somebody_elses_companies_are_left_alone(db: Database) -> None:
    async with db.unit_of_work() as session:
        await accounts.add_companies(session, NOW)
        await make_company(session, id="biz_real")
    assert await how_seeded(db) is Seeded.FOREIGN
