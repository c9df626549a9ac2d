"""A company with a product, two plans and a customer, as the provider would have told them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from portal_app.catalog.projection import project_price, project_product
from portal_app.customers.projection import project_customer
from portal_app.kit.db import Database
from portal_app.kit.observed import Outcome
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.projection import project_subscription
from portal_app.provider.stripe.catalog import price_facts, product_facts
from portal_app.provider.stripe.customers import customer_facts
from portal_app.provider.stripe.subscriptions import subscription_facts
from tests.conftest import Clocks
from tests.factories import make_company
from tests.provider.adapter import objects


class Account:
    """What a test says the provider answered, each time a second later on the wall."""

    def __init__(self, db: Database, clocks: Clocks) -> None:
        self.db, self.clocks = db, clocks

    def observed_at(self) -> datetime:
        self.clocks.wall.advance(timedelta(seconds=1))
        return self.clocks.wall.now()

    async def apply(self, project: Any, facts: Any, at: datetime | None = None) -> Any:
        async with self.db.unit_of_work() as session:
            return await project(session, facts, observed_at=at or self.observed_at())

    async def subscription(self, *items: Any, at: datetime | None = None, **over: Any) -> Outcome:
        facts = subscription_facts(objects.subscription(*items, **over))
        outcome = await self.apply(project_subscription, facts, at)
        assert isinstance(outcome, Outcome)
        return outcome

    async def one(self, model: type[Any], **key: object) -> Any:
        async with self.db.reading() as session:
            return (await session.execute(select(model).filter_by(**key))).scalar_one()

    async def all(self, model: type[Any]) -> Sequence[Any]:
        async with self.db.reading() as session:
            return (await session.execute(select(model))).scalars().all()

    async def history(self) -> list[tuple[str, datetime]]:
        """Kinds with their times, oldest first."""
        async with self.db.reading() as session:
            statement = select(MembershipEvent).order_by(
                col(MembershipEvent.recorded_at), col(MembershipEvent.happened_at)
            )
            events = (await session.execute(statement)).scalars()
            return [(event.kind, event.happened_at) for event in events]

    async def kinds(self) -> list[str]:
        return [kind for kind, _ in await self.history()]


@pytest.fixture
async def account(db: Database, clocks: Clocks) -> Account:
    async with db.unit_of_work() as session:
        await make_company(session, id="biz_northwind", is_default=True)
    account = Account(db, clocks)
    await account.apply(project_product, product_facts(objects.product()))
    for price in (objects.price(), objects.price(id="price_9", unit_amount=5900, nickname="Pro")):
        await account.apply(project_price, price_facts(price))
    await account.apply(project_customer, customer_facts(objects.customer()))
    return account
