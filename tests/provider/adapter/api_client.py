"""Northwind's program at the API of a shop: full key, read key, and a neighbour's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlmodel import col, select

from portal_app.api import last_used
from portal_app.api.app import create_api
from portal_app.api.keys import ALL_SCOPES, create_key
from portal_app.customers.models import Customer
from portal_app.kit.clock import wall_now
from portal_app.memberships.models import Membership
from portal_app.provider import current
from tests.provider.adapter.account import customer, price
from tests.provider.adapter.charging_shop import Shop


@dataclass
class Program:
    """*lumen* speaks for the other company, which sells to Cleo and, on her customer, to Ada."""

    shop: Shop
    http: httpx.AsyncClient
    lumen: httpx.AsyncClient
    key_id: str
    cleo: str

    async def write(self, method: str, path: str, **over: Any) -> httpx.Response:
        return await self.http.request(method, path, **over)

    async def data(self, path: str, **params: Any) -> list[dict[str, Any]]:
        reply = await self.http.get(path, params={"first": 100, **params})
        found: list[dict[str, Any]] = reply.raise_for_status().json()["data"]
        return found

    async def membership(self, cus: str) -> Membership:
        """The oldest one that is billed to a Stripe customer."""
        async with self.shop.db.reading() as session:
            statement = (
                select(Membership)
                .join(Customer, col(Customer.id) == col(Membership.customer_id))
                .where(col(Customer.stripe_customer_id) == cus)
                .order_by(col(Membership.created_at), col(Membership.id))
            )
            return (await session.execute(statement)).scalars().first()  # type: ignore[return-value]


def attached(shop: Shop, cus: str = "") -> set[str]:
    """Stripe's ids of what is on file at a customer."""
    return {one.id for one in shop.client.v1.customers.payment_methods.list(cus or shop.cus).data}


def changes(shop: Shop, path: str) -> list[dict[str, Any]]:
    """Calls that changed something at *path* of the account, without repetitions."""
    return [
        one
        for one in shop.sandbox.ledger()
        if path in one["path"] and not one["replayed"] and one["status"] == 200
    ]


@asynccontextmanager
async def opened_program(shop: Shop) -> AsyncIterator[Program]:
    """Installs the shop's writer as the process's provider."""
    current.install(shop.writer)
    client = shop.client
    cleo = customer(client, "cleo@example.com").id
    gym = price(client, 1500, metadata={"portal_company": "biz_lumen"})
    client.v1.subscriptions.create({"customer": cleo, "items": [{"price": gym}]})
    await shop.learn()
    async with shop.db.unit_of_work() as session:
        keys = [
            await create_key(
                session, company_id=company, name="test", scopes=ALL_SCOPES, now=wall_now()
            )
            for company in ("biz_northwind", "biz_lumen")
        ]
    transport = httpx.ASGITransport(create_api())
    async with _client(transport, keys[0][1]) as http, _client(transport, keys[1][1]) as lumen:
        yield Program(shop, http, lumen, keys[0][0].id, cleo)
    await last_used.settled()


def _client(transport: httpx.ASGITransport, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=transport,
        base_url="http://portal.test/api/v1",
        headers={"Authorization": f"Bearer {key}"},
    )
