"""The contract over the demo world: what the portal stored is what the account answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from sqlmodel import select

from portal_app.catalog.models import Plan, Product
from portal_app.customers.models import Customer
from portal_app.demo.control import SandboxControl
from portal_app.demo.world import create_world
from portal_app.ingest.importer import sync
from portal_app.invoices.models import BillingTotal, Invoice, InvoiceLine, Payment, Refund
from portal_app.kit.db import Database
from portal_app.kit.money import Money
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipSource,
    MembershipSubscription,
)
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.stripe_adapter import StripeProvider
from tests.conftest import NOW, Clocks
from tests.provider.sandbox_server import KEY, CheckedHTTPClient, SandboxServer


async def stored(db: Database, model: type[Any], key: str) -> dict[str, Any]:
    async with db.reading() as session:
        found = (await session.execute(select(model))).scalars()
        return {getattr(row, key): row for row in found}


def everything(listing: stripe.ListObject[Any]) -> Iterator[Any]:
    yield from listing.auto_paging_iter()


def at(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


async def test_what_is_stored_is_what_the_account_answers(
    sandbox: SandboxServer,
    client: stripe.StripeClient,
    provider: StripeProvider,
    companies: Database,
    clocks: Clocks,
) -> None:
    sandbox.reset()
    transport = CheckedHTTPClient()
    writer = stripe.StripeClient(
        KEY,
        base_addresses={"api": sandbox.origin},  # type: ignore[typeddict-item]
        http_client=transport,
    )
    await create_world(writer, SandboxControl(sandbox.origin, KEY), NOW)
    await transport.close_async()  # type: ignore[no-untyped-call]
    transport.close()
    report = await sync(provider, companies, progress=lambda _kind, _count: None)

    assert (report.skipped, report.kinds["invoices"].unrelated) == (0, 0)
    await _catalogue(client, companies)
    await _customers(client, companies)
    await _subscriptions(client, companies)
    await _invoices(client, companies)
    await _payments(client, companies)
    await _one_time(client, companies)
    await _totals(client, companies)
    clocks.wall.advance(timedelta(minutes=1))
    again = await sync(provider, companies, progress=lambda _kind, _count: None)
    assert (again.seen, again.written) == (report.seen, 0)


async def _totals(client: stripe.StripeClient, db: Database) -> None:
    """What histories add up to is what the account has taken, given back and still asks for."""
    theirs: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for invoice in everything(client.v1.invoices.list()):
        if invoice.status == "open":
            theirs[invoice.currency.upper()]["open"] += invoice.amount_remaining
    for charge in everything(client.v1.charges.list()):
        if charge.customer and charge.status == "succeeded":
            sums = theirs[charge.currency.upper()]
            sums.update(paid=charge.amount, refunded=charge.amount_refunded)
    ours: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in (await stored(db, BillingTotal, "id")).values():
        amounts = {
            "paid": row.paid_minor,
            "refunded": row.refunded_minor,
            "open": row.open_minor,
        }
        for name, minor in amounts.items():
            ours[row.currency][name] += Money(minor, row.currency).to_stripe()
    assert ours.keys() == theirs.keys() >= {"USD", "EUR", "JPY", "KWD"}
    for currency, sums in theirs.items():
        assert +ours[currency] == +sums


async def _catalogue(client: stripe.StripeClient, db: Database) -> None:
    products = await stored(db, Product, "stripe_product_id")
    theirs = list(everything(client.v1.products.list()))
    assert products.keys() == {one.id for one in theirs}
    for one in theirs:
        row = products[one.id]
        assert (row.title, row.company_id) == (one.name, one.metadata["portal_company"])
    plans = await stored(db, Plan, "stripe_price_id")
    prices = list(everything(client.v1.prices.list()))
    assert plans.keys() == {one.id for one in prices}
    for one in prices:
        assert plans[one.id].price == Money.from_stripe(one.unit_amount, one.currency)
    assert {"USD", "EUR", "JPY", "KWD"} <= {row.currency for row in plans.values()}


async def _customers(client: stripe.StripeClient, db: Database) -> None:
    customers = await stored(db, Customer, "stripe_customer_id")
    theirs = list(everything(client.v1.customers.list()))
    assert customers.keys() == {one.id for one in theirs}
    methods = await stored(db, PaymentMethod, "stripe_payment_method_id")
    seen = 0
    for one in theirs:
        row = customers[one.id]
        default = one.invoice_settings.default_payment_method
        assert (row.email, row.stripe_default_payment_method_id) == (one.email, default)
        assert row.currency == (one.currency.upper() if one.currency else None)
        for method in everything(client.v1.payment_methods.list({"customer": one.id})):
            seen += 1
            kept = methods[method.id]
            assert (kept.customer_id, kept.kind, kept.detached_at) == (row.id, method.type, None)
            assert kept.last4 == getattr(method, method.type).last4
    assert seen == len(methods) >= 5


async def _subscriptions(client: stripe.StripeClient, db: Database) -> None:
    links = await stored(db, MembershipSubscription, "stripe_subscription_id")
    memberships = await stored(db, Membership, "id")
    holdings = await stored(db, Member, "membership_id")
    theirs = list(everything(client.v1.subscriptions.list({"status": "all"})))
    assert links.keys() == {one.id for one in theirs}
    assert holdings.keys() == memberships.keys()
    for one in theirs:
        row = memberships[links[one.id].membership_id]
        item = one["items"].data[0]
        assert row.source is MembershipSource.SUBSCRIPTION
        assert row.stripe_status == one.status
        assert row.cancel_at_period_end == one.cancel_at_period_end
        assert row.billing_anchor_at == at(one.billing_cycle_anchor)
        assert row.current_period_start == at(item.current_period_start)
        assert row.current_period_end == at(item.current_period_end)
        assert (row.trial_end_at, row.ended_at) == (at(one.trial_end), at(one.ended_at))
        assert row.latest_stripe_invoice_id == one.latest_invoice
        price = Money.from_stripe(item.price.unit_amount, item.price.currency)
        assert Money(row.price_minor, row.currency) == price
        paused = one.status == "paused" or one.pause_collection is not None
        assert (row.paused_at is not None) == paused
    assert {one.status for one in theirs} >= {"active", "trialing", "past_due", "canceled"}


async def _invoices(client: stripe.StripeClient, db: Database) -> None:
    invoices = await stored(db, Invoice, "stripe_invoice_id")
    lines = Counter(row.invoice_id for row in (await stored(db, InvoiceLine, "id")).values())
    theirs = list(everything(client.v1.invoices.list()))
    assert len(theirs) > 40
    assert invoices.keys() == {one.id for one in theirs}
    for one in theirs:
        row = invoices[one.id]
        assert (row.number, row.status.value) == (one.number or "", one.status)
        assert row.total == Money.from_stripe(one.total, one.currency)
        assert row.remaining == Money.from_stripe(one.amount_remaining, one.currency)
        assert row.paid_at == at(one.status_transitions.paid_at)
        assert lines[row.id] == len(one.lines.data)


async def _payments(client: stripe.StripeClient, db: Database) -> None:
    payments = await stored(db, Payment, "stripe_payment_intent_id")
    invoices = await stored(db, Invoice, "stripe_invoice_id")
    intents = list(everything(client.v1.payment_intents.list()))
    assert payments.keys() == {one.id for one in intents}
    for one in everything(client.v1.invoice_payments.list()):
        row = payments[one.payment.payment_intent]
        assert row.invoice_id == invoices[one.invoice].id
    refunds = await stored(db, Refund, "stripe_refund_id")
    theirs = list(everything(client.v1.refunds.list()))
    assert theirs
    assert refunds.keys() == {one.id for one in theirs}
    for one in theirs:
        assert refunds[one.id].payment_id == payments[one.payment_intent].id
        assert payments[one.payment_intent].refunded_minor == one.amount


async def _one_time(client: stripe.StripeClient, db: Database) -> None:
    memberships = await stored(db, Membership, "stripe_checkout_session_id")
    sessions = [
        one
        for one in everything(client.v1.checkout.sessions.list({"status": "complete"}))
        if one.mode == "payment"
    ]
    assert sessions
    for one in sessions:
        row = memberships[one.id]
        assert row.source is MembershipSource.CHECKOUT
        paid = Money.from_stripe(one.amount_total, one.currency)
        assert Money(row.price_minor * row.quantity, row.currency) == paid
