"""Ada's and Ben's invoices and payments, and browsers that are signed in as them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.models import Person
from portal_app.identity.sessions import session_cookie, start_session
from portal_app.invoices.documents.routes import router
from portal_app.invoices.models import InvoiceLine, InvoiceStatus, PaymentStatus
from portal_app.kit.db import Database
from tests.billing_factories import keep_totals
from tests.conftest import Clocks
from tests.factories import (
    NOW,
    make_company,
    make_customer,
    make_invoice,
    make_one_time,
    make_payment,
    make_person,
    make_plan,
    make_product,
)
from tests.rows import added

ORIGIN = "http://localhost:3000"


@dataclass(frozen=True)
class Sold:
    """Ids of what one person was billed; *alone* is a payment without an invoice."""

    invoice: str
    stripe_invoice: str
    draft: str
    payment: str
    failed: str
    alone: str
    cookie: str


@dataclass(frozen=True)
class Sales:
    ada: Sold
    ben: Sold


async def _sell(session: AsyncSession, email: str) -> Sold:
    person = await make_person(session, email)
    company = await make_company(session, title="Acme")
    customer = await make_customer(session, person, email=email, name="Somebody")
    owned = {"company_id": company.id}
    invoice = await make_invoice(session, customer, **owned)
    await added(session, _line(invoice.id))
    draft = await make_invoice(session, customer, status=InvoiceStatus.DRAFT, **owned)
    payment = await make_payment(session, customer, invoice, **owned)
    failed = await make_payment(session, customer, status=PaymentStatus.FAILED, **owned)
    plan = await make_plan(
        session, await make_product(session, company, title="Library"), interval=None
    )
    bought = await make_one_time(session, person, plan=plan, customer=customer)
    intent = bought.membership.stripe_payment_intent_id
    alone = await make_payment(
        session, customer, stripe_payment_intent_id=intent, stripe_charge_id=f"ch_{intent}", **owned
    )
    await keep_totals(session, *(invoice, draft, payment, failed, alone))
    cookie = await _cookie(session, person)
    return Sold(
        *(invoice.id, invoice.stripe_invoice_id, draft.id, payment.id, failed.id, alone.id, cookie)
    )


def _line(invoice_id: str) -> InvoiceLine:
    return InvoiceLine(
        invoice_id=invoice_id,
        position=0,
        stripe_line_id=f"il_{invoice_id}",
        description="1 × Trading Room",
        amount_minor=2900,
    )


async def _cookie(session: AsyncSession, person: Person) -> str:
    token = await start_session(session, person_id=person.id, user_agent="test", now=NOW)
    return f"{session_cookie()}={token}"


@pytest.fixture
async def sales(db: Database, clocks: Clocks, settings: Any) -> Sales:
    async with db.unit_of_work() as session:
        return Sales(
            await _sell(session, "ada@example.com"), await _sell(session, "ben@example.com")
        )


@pytest.fixture
async def visitor(sales: Sales) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody is signed in with; a test passes `headers={"cookie": …}` itself."""
    app = FastAPI(redirect_slashes=False)
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        yield client
