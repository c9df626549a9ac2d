"""A served API whose company bills at a sandbox, for tests that write with Whop's own SDK."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stripe
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from portal_app.api.keys import ALL_SCOPES, READ_SCOPES, create_key
from portal_app.customers.models import Customer
from portal_app.kit import db as kit_db
from portal_app.kit.clock import wall_now
from portal_app.memberships.models import Member
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.stripe_writer import StripeWriter
from tests.billing_factories import make_payment_method
from tests.http.api.serving import Served, serving
from tests.provider.adapter.account import add_companies, customer, imported, price
from tests.provider.sandbox_server import KEY, SandboxServer, serve_sandbox

# Kinds that can be stored, each with the SDK's name for its shape; the sandbox has but two of them.
KINDS = {
    "card": "CardPaymentMethod",
    "us_bank_account": "UsBankAccountPaymentMethod",
    "sepa_debit": "SepaDebitPaymentMethod",
    "cashapp": "CashappPaymentMethod",
    "ideal": "IdealPaymentMethod",
    "link": "BasePaymentMethod",
    "something_new": "BasePaymentMethod",
}


@dataclass
class Billed:
    """Ada's membership with Northwind: its holding, her customer, what is on file by kind.

    *foreign* is Ben's membership with Lumen.
    """

    key: str
    readonly_key: str
    cus: str
    member_id: str
    membership_id: str
    methods: dict[str, str]
    visa: str
    foreign: str


@contextmanager
def billed(folder: Path, database_url: str) -> Iterator[tuple[Served, SandboxServer]]:
    """*world* of what is served is a Billed."""
    with serve_sandbox() as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRIPE_SECRET_KEY", "sk_test_sandbox")
        patch.setenv("STRIPE_PUBLISHABLE_KEY", "pk_test_sandbox")
        patch.setenv("STRIPE_API_BASE", sandbox.origin)
        sandbox.set_clock(int(time.time()))
        cus = _sell(sandbox)
        asyncio.run(_learn(database_url, sandbox))

        async def build(session: AsyncSession) -> Billed:
            return await _build(session, cus)

        with serving(folder, database_url, build) as served:
            yield served, sandbox


def _sell(sandbox: SandboxServer) -> str:
    client = sandbox.client()
    ada, ben = customer(client), customer(client, "ben@example.com")
    for who, metadata in ((ada, {}), (ben, {"portal_company": "biz_lumen"})):
        plan = price(client, 2900, metadata=metadata)
        client.v1.subscriptions.create({"customer": who.id, "items": [{"price": plan}]})
    return ada.id


async def _learn(url: str, sandbox: SandboxServer) -> None:
    database, writer = kit_db.Database(url), StripeWriter(KEY, sandbox.origin)
    await add_companies(database)
    await imported(writer, database)
    await writer.close()
    await database.close()


async def _build(session: AsyncSession, cus: str) -> Billed:
    owner = (await session.scalars(select(Customer).filter_by(stripe_customer_id=cus))).one()
    member = (await session.scalars(select(Member).filter_by(customer_id=owner.id))).one()
    visa = (await session.scalars(select(PaymentMethod).filter_by(customer_id=owner.id))).one()
    methods = {}
    for kind in KINDS:
        last4 = "6789" if kind in {"card", "us_bank_account", "sepa_debit"} else ""
        made = await make_payment_method(session, owner, kind=kind, last4=last4, brand="")
        methods[kind] = made.id
    keys = []
    for scopes in (ALL_SCOPES, READ_SCOPES):
        given: Any = {"company_id": "biz_northwind", "name": "test", "now": wall_now()}
        keys.append((await create_key(session, scopes=scopes, **given))[1])
    others = await session.scalars(select(Member).where(Member.customer_id != owner.id))
    foreign = others.one().membership_id
    return Billed(*keys, cus, member.id, member.membership_id, methods, visa.id, foreign)


def confirmation_token(client: stripe.StripeClient, method: str) -> str:
    given: Any = {"payment_method": method}
    return client.v1.test_helpers.confirmation_tokens.create(given).id
