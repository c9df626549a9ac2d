"""A shop whose product has several plans; Ada and Ben hold the middle one, by card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe

from portal_app.catalog.models import Plan
from portal_app.identity.actor import Actor
from portal_app.kit.db import Database
from portal_app.memberships.plan_models import RequestedPlanChange
from portal_app.memberships.service import HeldMembership, Quote, change_plan, quote_change
from portal_app.memberships.service.reading import find_held
from portal_app.provider.stripe_writer import StripeWriter
from tests.conftest import Clocks
from tests.factories import actor_of
from tests.provider.adapter.account import customer, imported, one, rows
from tests.provider.adapter.charging_shop import Shop, known_person
from tests.provider.sandbox_server import KEY, SandboxServer

# Minor units, interval and count of what is on sale beside the $29 that Ada has.
ON_SALE = {
    "small": (1900, "month", 1),
    "basic": (2900, "month", 1),
    "pro": (5900, "month", 1),
    "yearly": (29000, "year", 1),
}


@dataclass
class PlanShop(Shop):
    """*prices* are Stripe's ids by what they are called in `ON_SALE`."""

    clocks: Clocks
    prices: dict[str, str]

    @property
    def sub(self) -> stripe.Subscription:
        return self.client.v1.subscriptions.retrieve(self.subs[0])

    @property
    def price(self) -> str:
        """What Stripe says that Ada has."""
        return str(self.sub["items"].data[0].price.id)

    def invoices(self) -> list[stripe.Invoice]:
        """Hers, newest first."""
        return self.client.v1.invoices.list({"subscription": self.subs[0]}).data

    async def mine(self, actor: Actor | None = None) -> HeldMembership:
        (found,) = await self.held(actor or self.ada)
        return found

    async def again(self) -> HeldMembership:
        """Ada's, whatever became of it."""
        member_id = (await self.held(self.ada))[0].row.member.id
        async with self.db.reading() as session:
            return await find_held(session, self.ada, member_id, self.clocks.business.at)

    async def plan(self, name: str) -> str:
        found: Plan = await one(self.db, Plan, stripe_price_id=self.prices[name])
        return found.id

    async def quote(self, name: str, quantity: int = 1, actor: Actor | None = None) -> Quote:
        member_id = (await self.mine()).row.member.id
        plan_id = await self.plan(name)
        return await quote_change(self.desk, actor or self.ada, member_id, plan_id, quantity)

    async def change(self, name: str, quantity: int = 1) -> Quote:
        quote = await self.quote(name, quantity)
        await change_plan(self.desk, self.ada, quote)
        return quote

    async def asked(self) -> list[RequestedPlanChange]:
        return sorted(await rows(self.db, RequestedPlanChange), key=lambda row: row.id)

    async def policy(self, **given: Any) -> None:
        await self.publish(plan_change=given)

    async def advance(self, seconds: int) -> None:
        """Time passes at Stripe, and we hear of it."""
        self.sandbox.advance(seconds)
        await self.hear()

    async def hear(self) -> None:
        self.clocks.business.at = datetime.fromtimestamp(self.sandbox.now(), UTC)
        self.clocks.wall.advance(timedelta(seconds=1))
        await self.learn()


@asynccontextmanager
async def plan_shop(
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
    *,
    card: str = "pm_card_visa",
    **over: Any,
) -> AsyncIterator[PlanShop]:
    product = client.v1.products.create({"name": "Room", "description": "Live sessions."}).id
    prices = {name: _price(client, product, name) for name in ON_SALE}
    hers, his = customer(client), customer(client, "ben@example.com")
    items: Any = {"items": [{"price": prices["basic"]}], **over}
    subs = [client.v1.subscriptions.create({"customer": hers.id, **items}).id]
    if card != "pm_card_visa":
        method = client.v1.payment_methods.attach(card, {"customer": hers.id}).id
        client.v1.subscriptions.update(subs[0], {"default_payment_method": method})
    client.v1.subscriptions.create({"customer": his.id, **items})
    writer = StripeWriter(KEY, sandbox.origin)
    clocks.business.at = datetime.fromtimestamp(sandbox.now(), UTC)
    await imported(writer, companies)
    people = [
        await known_person(companies, email) for email in ("ada@example.com", "ben@example.com")
    ]
    ada, ben = (actor_of(one) for one in people)
    clocks.wall.advance(timedelta(seconds=1))
    yield PlanShop(
        companies, client, sandbox, writer, ada, ben, hers.id, subs, clocks=clocks, prices=prices
    )
    await writer.close()


def _price(client: stripe.StripeClient, product: str, name: str) -> str:
    amount, interval, count = ON_SALE[name]
    given: Any = {
        "product": product,
        "unit_amount": amount,
        "currency": "usd",
        "nickname": name.title(),
        "recurring": {"interval": interval, "interval_count": count},
    }
    return client.v1.prices.create(given).id
