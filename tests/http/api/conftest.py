"""Two companies with a membership and keys each, and a client that calls the API in-process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.api import last_used
from portal_app.api.app import create_api
from portal_app.api.keys import ALL_SCOPES, READ_SCOPES, create_key
from portal_app.api.scopes import MEMBER_MANAGE
from portal_app.invoices.models import InvoiceLine
from portal_app.kit.db import Database
from tests.billing_factories import keep_totals
from tests.factories import (
    NOW,
    HeldMembership,
    make_company,
    make_customer,
    make_invoice,
    make_membership,
    make_payment,
    make_payment_method,
    make_person,
    make_plan,
    make_product,
    make_setup,
)
from tests.rows import added


@dataclass
class World:
    """Northwind, whose keys are tried, and Lumen, whose membership must never leak."""

    company_id: str
    own: HeldMembership
    foreign: HeldMembership
    key: str
    key_id: str
    readonly_key: str
    methods: tuple[str, str]
    setups: tuple[str, str]
    manage_only_key: str
    foreign_key: str
    invoices: tuple[str, str]
    payments: tuple[str, str]


async def build_world(session: AsyncSession) -> World:
    northwind = await make_company(session, id="biz_northwind", route="northwind")
    lumen = await make_company(
        session, id="biz_lumen", title="Lumen Fitness", route="lumen", logo_url="/lumen.svg"
    )
    held = []
    for company, who in ((northwind, "ada@example.com"), (lumen, "ben@example.com")):
        plan = await make_plan(session, await make_product(session, company))
        person = await make_person(session, who)
        held.append(
            await make_membership(
                session, person, plan=plan, license_key=f"KEY-{company.route}-0001"
            )
        )
    methods = [await make_payment_method(session, one.customer) for one in held]
    setups = [await make_setup(session, one) for one in held]
    billed = [await _bill(session, one) for one in held]
    common: dict[str, Any] = {"now": NOW, "name": "test"}
    key, text = await create_key(
        session, company_id=northwind.id, scopes=ALL_SCOPES, secret="canary", **common
    )
    _, readonly = await create_key(session, company_id=northwind.id, scopes=READ_SCOPES, **common)
    _, manage = await create_key(session, company_id=northwind.id, scopes=[MEMBER_MANAGE], **common)
    _, foreign = await create_key(session, company_id=lumen.id, scopes=ALL_SCOPES, **common)
    return World(
        company_id=northwind.id,
        own=held[0],
        foreign=held[1],
        key=text,
        key_id=key.id,
        readonly_key=readonly,
        methods=(methods[0].id, methods[1].id),
        setups=(setups[0].id, setups[1].id),
        manage_only_key=manage,
        foreign_key=foreign,
        invoices=(billed[0][0], billed[1][0]),
        payments=(billed[0][1], billed[1][1]),
    )


async def _bill(session: AsyncSession, held: HeldMembership) -> tuple[str, str]:
    """Ids of an invoice of the company's plan, with its line, and of the payment that paid it.

    Another customer's, so that nobody has spent anything on the membership.
    """
    company_id, email = held.membership.company_id, held.customer.email
    customer = await make_customer(session, email=email)
    invoice = await make_invoice(session, customer, company_id=company_id)
    line = InvoiceLine(
        invoice_id=invoice.id,
        position=0,
        stripe_line_id=f"il_{invoice.id}",
        stripe_price_id=held.plan.stripe_price_id,
        description="1 × Trading Room",
        amount_minor=2900,
    )
    await added(session, line)
    payment = await make_payment(session, customer, invoice, company_id=company_id)
    await keep_totals(session, invoice, payment)
    return invoice.id, payment.id


@pytest.fixture
async def world(settings: Any, clocks: Any, db: Database) -> World:
    async with db.unit_of_work() as session:
        return await build_world(session)


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks with Northwind's full key unless a test says otherwise."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_api()),
        base_url="http://portal.test/api/v1",
        headers={"Authorization": f"Bearer {world.key}"},
    ) as client:
        yield client
    await last_used.settled()
