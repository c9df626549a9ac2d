"""Rows looked up for a page are what is found afterwards, also those made since."""

from __future__ import annotations

from datetime import timedelta

from portal_app.catalog.models import Product
from portal_app.kit.db import Database
from portal_app.kit.lookup import found, locked, look_up
from portal_app.kit.observed import Outcome, upsert
from tests.factories import NOW, make_company, make_product

KEY = "stripe_product_id"


async def test_looked_up_rows_are_found_without_asking_again(db: Database) -> None:
    async with db.unit_of_work() as session:
        company = await make_company(session)
        for name in ("prod_a", "prod_b"):
            await make_product(session, company, stripe_product_id=name)
    async with db.unit_of_work() as session:
        rows = await look_up(session, Product, KEY, ["prod_a", "prod_b", "prod_none", None])
        assert {row.stripe_product_id for row in rows} == {"prod_a", "prod_b"}
        (first,) = [row for row in rows if row.stripe_product_id == "prod_a"]
        assert await look_up(session, Product, KEY, ["prod_a", "prod_none"]) == []
        assert await found(session, Product, stripe_product_id="prod_a") is first
        assert await found(session, Product, stripe_product_id="prod_none") is None
    async with db.unit_of_work() as session:
        again = await found(session, Product, stripe_product_id="prod_a")
        assert again is not None
        assert again is not first


async def test_only_a_locking_look_up_answers_for_a_locked_row(db: Database) -> None:
    async with db.unit_of_work() as session:
        await make_product(session, stripe_product_id="prod_a")
    async with db.unit_of_work() as session:
        await look_up(session, Product, KEY, ["prod_a"])
        (row,) = await look_up(session, Product, KEY, ["prod_a"], lock=True)
        assert await locked(session, Product, stripe_product_id="prod_a") is row


async def test_a_row_made_after_the_look_up_is_found_and_not_made_twice(db: Database) -> None:
    async with db.unit_of_work() as session:
        company = await make_company(session)
        await look_up(session, Product, KEY, ["prod_new"], lock=True)
        key = {KEY: "prod_new"}
        values = {"company_id": company.id, "title": "Room", "created_at": NOW}
        made, outcome = await upsert(session, Product, key, values, NOW)
        assert outcome is Outcome.WRITTEN
        later = NOW + timedelta(seconds=1)
        again, outcome = await upsert(session, Product, key, values, later)
        assert (again, outcome) == (made, Outcome.UNCHANGED)
        assert again.observed_at == later
