"""A shop with a brand, and Ada's membership of it; ids in mails are named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from portal_app.catalog.models import Company, Product
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.kit.db import Database
from portal_app.notifications.models import OutboxMessage
from tests.factories import (
    NOW,
    HeldMembership,
    make_membership,
    make_payment_method,
    make_person,
    make_plan,
)
from tests.rows import make_row

Payload = Mapping[str, Any]


class Shop:
    """Ada holds one membership of a company with a brand; ids are named, as they stand in mails."""

    def __init__(self, db: Database, person_id: str, held: HeldMembership, card_id: str) -> None:
        self.db, self.person_id, self.held, self.card_id = db, person_id, held, card_id

    async def change(self, model: type[Any], row_id: str, **values: Any) -> None:
        async with self.db.unit_of_work() as session:
            row = await session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    async def add(self, make: Callable[..., Awaitable[Any]], *given: Any, **over: Any) -> Any:
        async with self.db.unit_of_work() as session:
            return await make(session, *given, **over)

    def message(self, kind: str, payload: Payload, locale: str = "en") -> OutboxMessage:
        return OutboxMessage(
            id="mail_1",
            kind=kind,
            recipient="ada@example.com",
            locale=locale,
            payload={
                "membership_id": self.held.membership.id,
                "person_id": self.person_id,
                **payload,
            },
            created_at=NOW,
            due_at=NOW,
        )


async def make_shop(db: Database) -> Shop:
    async with db.unit_of_work() as session:
        company = await make_row(
            session,
            Company,
            {},
            id="biz_northwind",
            title="Northwind Academy",
            route="northwind",
            created_at=NOW,
        )
        product = await make_row(
            session,
            Product,
            {},
            company_id=company.id,
            stripe_product_id="prod_1",
            title="Trading Room",
            created_at=NOW,
            observed_at=NOW,
        )
        plan = await make_plan(session, product, title="Pro")
        ada = await make_person(session)
        held = await make_membership(session, ada, plan=plan, member_id="mber_golden")
        card = await make_payment_method(session, held.customer)
        held.customer.stripe_default_payment_method_id = card.stripe_payment_method_id
    return Shop(db, ada.id, held, card.id)


async def previewed(shop: Shop, at: datetime, subtotal: int, tax: int) -> None:
    """The provider has said what the charge at *at* will be: with tax on top of the price."""
    await shop.add(
        make_row,
        UpcomingCharge,
        {},
        stripe_subscription_id=shop.held.stripe_subscription_id,
        customer_id=shop.held.customer.id,
        currency="USD",
        subtotal_minor=subtotal,
        discount_minor=0,
        tax_minor=tax,
        total_minor=subtotal + tax,
        balance_minor=0,
        amount_due_minor=subtotal + tax,
        charge_at=at,
        observed_at=NOW,
    )
