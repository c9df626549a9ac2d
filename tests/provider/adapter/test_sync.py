"""The whole way: real SDK, real HTTP, the sandbox's account into our tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import stripe

from portal_app.catalog.models import Plan, Product
from portal_app.customers.models import Customer
from portal_app.ingest.models import Change
from portal_app.invoices.models import Invoice, InvoiceLine, InvoiceStatus, Payment
from portal_app.kit.db import Database
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipEvent,
    MembershipSource,
)
from portal_app.notifications.models import OutboxMessage
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.stripe_adapter import StripeProvider
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, count, customer, imported, kinds, one, price, rows
from tests.provider.conftest import START
from tests.provider.sandbox_server import SandboxServer


async def test_a_subscription_becomes_a_membership_with_everything_around_it(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    buyer = customer(client)
    monthly = price(client, 2900, nickname="Monthly")
    client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": monthly}]})
    report = await imported(provider, companies)

    assert report.skipped == 0
    assert {kind: counts.seen for kind, counts in report.kinds.items()} == {
        "products": 1,
        "prices": 1,
        "payment methods": 1,
        "customers": 1,
        "deleted customers": 0,
        "subscriptions": 1,
        "checkouts": 0,
        "payments": 1,
        "invoices": 1,
        "refunds": 0,
        "disputes": 0,
    }
    membership = await one(companies, Membership)
    assert membership.source is MembershipSource.SUBSCRIPTION
    assert (membership.company_id, membership.stripe_status) == ("biz_northwind", "active")
    assert (membership.price_minor, membership.currency) == (2900, "USD")
    start = datetime.fromtimestamp(START, UTC)
    assert membership.billing_anchor_at == membership.current_period_start == start
    # The 31st of January 2024 renews on the 29th of February.
    assert membership.current_period_end == datetime(2024, 2, 29, 12, tzinfo=UTC)
    row = await one(companies, Customer)
    assert (row.email, row.email_key, row.currency) == ("ada@example.com", "ada@example.com", "USD")
    assert row.person_id is None
    method = await one(companies, PaymentMethod)
    assert (method.brand, method.last4, method.kind) == ("visa", "4242", "card")
    assert row.stripe_default_payment_method_id == method.stripe_payment_method_id
    invoice = await one(companies, Invoice)
    assert (invoice.status, invoice.total_minor) == (InvoiceStatus.PAID, 2900)
    assert invoice.period_end == membership.current_period_end
    assert invoice.stripe_invoice_id == membership.latest_stripe_invoice_id
    line = await one(companies, InvoiceLine)
    assert (line.stripe_price_id, line.amount_minor) == (monthly, 2900)
    payment = await one(companies, Payment)
    assert (payment.invoice_id, payment.amount_minor) == (invoice.id, 2900)
    assert (payment.method_kind, payment.method_brand, payment.method_last4) == (
        "card",
        "visa",
        "4242",
    )
    holding = await one(companies, Member)
    assert (holding.membership_id, holding.person_id, holding.until_at) == (
        membership.id,
        None,
        None,
    )
    assert await kinds(companies) == ["created", "activated"]


async def test_a_second_run_writes_nothing_and_nobody_is_notified(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    buyer = customer(client)
    items = [{"price": price(client, 2900)}, {"price": price(client, 500, name="Seat")}]
    client.v1.subscriptions.create({"customer": buyer.id, "items": items})  # type: ignore[typeddict-item]
    first = await imported(provider, companies)
    assert first.written > 0
    events, changes = await count(companies, MembershipEvent), await count(companies, Change)
    clocks.wall.advance(timedelta(minutes=5))
    clocks.business.advance(timedelta(minutes=5))
    second = await imported(provider, companies)
    assert (second.seen, second.written) == (first.seen, 0)
    assert await count(companies, MembershipEvent) == events
    assert await count(companies, Change) == changes
    assert await count(companies, OutboxMessage) == 0


async def test_amounts_of_every_kind_of_currency(
    client: stripe.StripeClient, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    lumen = {"portal_company": "biz_lumen"}
    for amount, currency in ((1500, "jpy"), (9500, "kwd"), (12000, "eur")):
        buyer = customer(client)
        plan = price(client, amount, currency, metadata=lumen)
        client.v1.subscriptions.create({"customer": buyer.id, "items": [{"price": plan}]})
    await imported(provider, companies)
    plans = {row.currency: row.price for row in await rows(companies, Plan)}
    assert {code: money.amount for code, money in plans.items()} == {
        "JPY": "1500",
        "KWD": "9.500",
        "EUR": "120.00",
    }
    totals = {row.currency: row.total.amount for row in await rows(companies, Invoice)}
    assert totals == {"JPY": "1500", "KWD": "9.500", "EUR": "120.00"}
    assert {row.company_id for row in await rows(companies, Product)} == {"biz_lumen"}
    assert {row.company_id for row in await rows(companies, Membership)} == {"biz_lumen"}


async def test_renewals_a_failure_and_the_end_stand_in_the_history(
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    provider: StripeProvider,
    companies: Database,
    clocks: Clocks,
) -> None:
    buyer = customer(client)
    plan = price(client, 2900)
    made = client.v1.subscriptions.create(
        {"customer": buyer.id, "items": [{"price": plan}], "trial_period_days": 7}
    )
    sandbox.advance(8 * DAY)
    sandbox.advance(31 * DAY)
    await imported(provider, companies)
    assert await kinds(companies) == ["created", "trial_started", "trial_ended", "renewed"]

    # From now on charges fail, are retried, and one is paid by another card.
    bad = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": buyer.id})
    client.v1.customers.update(buyer.id, {"invoice_settings": {"default_payment_method": bad.id}})
    sandbox.advance(31 * DAY)
    clocks.wall.advance(timedelta(minutes=1))
    await imported(provider, companies)
    membership = await one(companies, Membership)
    assert membership.stripe_status == "past_due"
    assert (await kinds(companies))[-1] == "payment_failed"

    good = client.v1.payment_methods.attach("pm_card_mastercard", {"customer": buyer.id})
    open_invoices = client.v1.invoices.list({"customer": buyer.id, "status": "open"}).data
    client.v1.invoices.pay(open_invoices[0].id, {"payment_method": good.id})
    client.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    clocks.wall.advance(timedelta(minutes=1))
    await imported(provider, companies)
    assert sorted((await kinds(companies))[-3:]) == [
        "cancel_scheduled",
        "payment_failed",
        "recovered",
    ]
    client.v1.subscriptions.cancel(made.id)
    clocks.wall.advance(timedelta(minutes=1))
    await imported(provider, companies)
    membership = await one(companies, Membership)
    assert membership.stripe_status == "canceled"
    assert membership.ended_at is not None
    told = await kinds(companies)
    assert sorted(told) == sorted(
        [
            "created",
            "trial_started",
            "trial_ended",
            "renewed",
            "payment_failed",
            "recovered",
            "cancel_scheduled",
            "canceled",
        ]
    )
    assert (await one(companies, Member)).until_at is None
