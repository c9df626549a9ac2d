"""Setting a scene at the sandbox, importing it, and looking at what was stored."""

from __future__ import annotations

from typing import Any, Final

import aiohttp
import stripe
from sqlmodel import SQLModel, col, func, select

from portal_app.ingest.importer import SyncReport, sync
from portal_app.kit.db import Database
from portal_app.memberships.models import MembershipEvent
from portal_app.provider.stripe_adapter import StripeProvider
from tests.factories import make_company

DAY = 86400
# For answers that never come; a test should not have to wait for long.
HASTY: Final = aiohttp.ClientTimeout(sock_connect=0.3, sock_read=0.3)


async def add_companies(db: Database) -> None:
    async with db.unit_of_work() as session:
        await make_company(session, id="biz_northwind", is_default=True)
        await make_company(session, id="biz_lumen")


def price(client: stripe.StripeClient, amount: int, currency: str = "usd", **over: Any) -> str:
    metadata = over.pop("metadata", {})
    product = client.v1.products.create({"name": over.pop("name", "Room"), "metadata": metadata})
    recurring = over.pop("recurring", {"interval": "month"})
    given = {"product": product.id, "unit_amount": amount, "currency": currency, **over}
    if recurring:
        given["recurring"] = recurring
    return client.v1.prices.create(given).id  # type: ignore[arg-type]


def customer(client: stripe.StripeClient, email: str = "ada@example.com") -> stripe.Customer:
    return client.v1.customers.create(
        {
            "email": email,
            "name": "Ada",
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    )


async def imported(provider: StripeProvider, db: Database) -> SyncReport:
    return await sync(provider, db, progress=lambda _kind, _count: None)


async def one(db: Database, model: type[Any], **key: object) -> Any:
    async with db.reading() as session:
        return (await session.execute(select(model).filter_by(**key))).scalar_one()


async def rows(db: Database, model: type[Any]) -> list[Any]:
    async with db.reading() as session:
        return list((await session.execute(select(model))).scalars())


async def count(db: Database, model: type[SQLModel]) -> int:
    async with db.reading() as session:
        return (await session.execute(select(func.count()).select_from(model))).scalar_one()


async def kinds(db: Database) -> list[str]:
    async with db.reading() as session:
        statement = select(MembershipEvent.kind).order_by(
            col(MembershipEvent.happened_at), col(MembershipEvent.recorded_at)
        )
        return list((await session.execute(statement)).scalars())
