"""One-time purchases, refunds, what is gone at the provider, and long listings."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stripe

from portal_app.catalog.models import Product
from portal_app.catalog.projection import NoDefaultCompany
from portal_app.customers.models import Customer
from portal_app.ingest.importer import sync
from portal_app.invoices.models import Payment, Refund
from portal_app.kit.db import Database
from portal_app.memberships.models import (
    Membership,
    MembershipSource,
)
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.stripe_adapter import StripeProvider
from tests.conftest import Clocks
from tests.provider.adapter.account import count, customer, imported, kinds, one, price, rows
from tests.provider.sandbox_server import SandboxServer


async def test_one_time_purchases_by_checkout_and_by_invoice(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    provider: StripeProvider,
    companies: Database,
    clocks: Clocks,
) -> None:
    buyer = customer(client)
    course = price(client, 9900, name="Course Library", recurring=None)
    session = client.v1.checkout.sessions.create(
        {
            "customer": buyer.id,
            "mode": "payment",
            "line_items": [{"price": course, "quantity": 1}],
            "success_url": "https://example.com/",
            "invoice_creation": {"enabled": True},
        }
    )
    assert sandbox.complete(session.id).status_code == 200
    draft = client.v1.invoices.create({"customer": buyer.id})
    client.v1.invoice_items.create(
        {"customer": buyer.id, "invoice": draft.id, "pricing": {"price": course}}
    )
    client.v1.invoices.finalize_invoice(draft.id)
    client.v1.invoices.pay(draft.id)
    await imported(provider, companies)

    found = {row.source: row for row in await rows(companies, Membership)}
    assert set(found) == {MembershipSource.CHECKOUT, MembershipSource.INVOICE}
    assert len(await rows(companies, Membership)) == 2
    bought = found[MembershipSource.CHECKOUT]
    assert bought.stripe_checkout_session_id == session.id
    assert (bought.price_minor, bought.quantity, bought.currency) == (9900, 1, "USD")
    assert found[MembershipSource.INVOICE].stripe_invoice_id == draft.id
    assert await kinds(companies) == ["created", "created"]


async def test_refunds(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    buyer = customer(client)
    client.v1.subscriptions.create(
        {"customer": buyer.id, "items": [{"price": price(client, 2900)}]}
    )
    paid = client.v1.payment_intents.list({"customer": buyer.id}).data[0]
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 900})
    await imported(provider, companies)
    payment = await one(companies, Payment)
    assert (payment.amount_minor, payment.refunded_minor) == (2900, 900)
    refund = await one(companies, Refund)
    assert (refund.payment_id, refund.amount_minor, refund.status) == (
        payment.id,
        900,
        "succeeded",
    )


async def test_what_is_gone_at_the_provider(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    staying, leaving = customer(client), customer(client, "ben@example.com")
    extra = client.v1.payment_methods.attach("pm_card_mastercard", {"customer": staying.id})
    client.v1.subscriptions.create(
        {"customer": leaving.id, "items": [{"price": price(client, 2900)}]}
    )
    await imported(provider, companies)
    client.v1.payment_methods.detach(extra.id)
    client.v1.customers.delete(leaving.id)
    clocks.wall.advance(timedelta(minutes=5))
    report = await imported(provider, companies)

    gone = await one(companies, PaymentMethod, stripe_payment_method_id=extra.id)
    assert gone.detached_at == clocks.business.now()
    assert (await one(companies, Customer, stripe_customer_id=staying.id)).deleted_at is None
    deleted = await one(companies, Customer, stripe_customer_id=leaving.id)
    assert deleted.deleted_at == clocks.business.now()
    assert deleted.email == "ben@example.com"
    assert (await one(companies, Membership)).stripe_status == "canceled"
    assert report.written > 0
    clocks.wall.advance(timedelta(minutes=5))
    assert (await imported(provider, companies)).written == 0


async def test_more_than_a_page(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    for number in range(205):
        client.v1.customers.create({"email": f"person{number}@example.com"})
    heard: list[tuple[str, int]] = []
    await sync(provider, companies, progress=lambda kind, seen: heard.append((kind, seen)))
    assert await count(companies, Customer) == 205
    assert [seen for kind, seen in heard if kind == "customers"] == [0, 100, 200, 205]


async def test_without_a_default_company_nothing_is_guessed(
    client: stripe.StripeClient, provider: StripeProvider, db: Database, clocks: Clocks
) -> None:
    price(client, 2900)
    with pytest.raises(NoDefaultCompany):
        await imported(provider, db)
    assert await count(db, Product) == 0
