"""What is stored as the next charge is what is then charged, to the cent and to the day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from portal_app.invoices.upcoming.models import PreviewFailure, UpcomingCharge
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim
from portal_app.memberships.service import fill_previews, get_membership, year_ahead
from portal_app.provider.stripe_writer import StripeWriter
from tests.conftest import Clocks
from tests.factories import actor_of, make_person
from tests.provider.adapter.account import DAY, customer, imported, one, price, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.sandbox_server import KEY, SandboxServer


@pytest.fixture
async def writer(sandbox: SandboxServer) -> AsyncIterator[StripeWriter]:
    writer = StripeWriter(KEY, sandbox.origin)
    yield writer
    await writer.close()


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


def discounted(shop: Shop, sub: str) -> None:
    coupon = shop.client.v1.coupons.create({"percent_off": 33, "duration": "forever"}).id
    shop.client.v1.subscriptions.update(sub, {"discounts": [{"coupon": coupon}]})


def taxed(shop: Shop, sub: str) -> None:
    given: Any = {"display_name": "VAT", "percentage": 19, "inclusive": False}
    rate = shop.client.v1.tax_rates.create(given).id
    shop.client.v1.subscriptions.update(sub, {"default_tax_rates": [rate]})


def prorated(shop: Shop, sub: str) -> None:
    """Two more seats for the rest of the period, to be paid with the next invoice."""
    shop.sandbox.advance(11 * DAY)
    item = shop.client.v1.subscriptions.retrieve(sub)["items"]["data"][0]["id"]
    items: Any = [{"id": item, "quantity": 3}]
    shop.client.v1.subscriptions.update(
        sub, {"items": items, "proration_behavior": "create_prorations"}
    )


def in_credit(shop: Shop, sub: str) -> None:
    del sub
    given: Any = {"amount": -777, "currency": "usd"}
    shop.client.v1.customers.balance_transactions.create(shop.cus, given)


def in_debt(shop: Shop, sub: str) -> None:
    del sub
    given: Any = {"amount": 250, "currency": "usd"}
    shop.client.v1.customers.balance_transactions.create(shop.cus, given)


def in_much_credit(shop: Shop, sub: str) -> None:
    del sub
    given: Any = {"amount": -99_999, "currency": "usd"}
    shop.client.v1.customers.balance_transactions.create(shop.cus, given)


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [discounted],
        [taxed],
        [prorated],
        [in_credit],
        [in_debt],
        [in_much_credit],
        [prorated, discounted, taxed, in_credit],
    ],
    ids=lambda changes: "+".join(change.__name__ for change in changes) or "plain",
)
async def test_what_is_previewed_is_charged(
    shop: Shop, changes: list[Callable[[Shop, str], None]]
) -> None:
    # Only one of hers renews, as both would draw on the same balance.
    sub, other = shop.subs
    shop.client.v1.subscriptions.cancel(other)
    for change in changes:
        change(shop, sub)
    await shop.learn()
    await fill_previews(shop.db, shop.writer)
    said = await one(shop.db, UpcomingCharge, stripe_subscription_id=sub)
    shop.sandbox.advance(32 * DAY)
    billed = shop.client.v1.invoices.list({"subscription": sub, "limit": 1}).data[0]
    assert billed.billing_reason == "subscription_cycle"
    assert billed.status == "paid"
    assert (said.subtotal_minor, said.total_minor) == (billed.subtotal, billed.total)
    assert said.amount_due_minor == billed.amount_due == billed.amount_paid
    taken_off = sum(part.amount for part in billed.total_discount_amounts or [])
    assert said.discount_minor == taken_off
    assert said.tax_minor == sum(part.amount for part in billed.total_taxes or [])
    lines = [(line.description, line.quantity, line.amount) for line in billed.lines.data]
    kept = [(line["description"], line["quantity"], line["amount_minor"]) for line in said.lines]
    assert kept == lines
    assert said.total_minor + said.balance_minor == said.amount_due_minor
    assert abs(said.charge_at.timestamp() - billed.created) < 60
    assert await rows(shop.db, PreviewFailure) == []


async def test_each_sees_their_own(shop: Shop) -> None:
    await fill_previews(shop.db, shop.writer)
    assert len(await rows(shop.db, UpcomingCharge)) == 3
    for actor, count in ((shop.ada, 2), (shop.ben, 1)):
        for held in await shop.held(actor):
            async with shop.db.reading() as session:
                now, member = business_now(), held.row.member.id
                details = await get_membership(session, actor, member, now)
            assert details.preview is not None
            assert details.preview.customer_id == held.row.membership.customer_id
        async with shop.db.reading() as session:
            year = await year_ahead(session, actor, business_now())
        assert len({charge.held.row.member.id for charge in year.charges}) == count


async def test_what_ends_has_no_next_charge(shop: Shop) -> None:
    await fill_previews(shop.db, shop.writer)
    sub, other = shop.subs
    shop.client.v1.subscriptions.update(sub, {"cancel_at_period_end": True})
    shop.client.v1.subscriptions.cancel(other)
    await shop.learn()
    await fill_previews(shop.db, shop.writer)
    (left,) = await rows(shop.db, UpcomingCharge)
    assert left.stripe_subscription_id not in shop.subs


@pytest.mark.parametrize("rhythm", [("day", 366), ("week", 52), ("month", 12), ("year", 1)])
async def test_the_calendar_is_what_the_year_then_brings(
    companies: Database,
    writer: StripeWriter,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    rhythm: tuple[str, int],
) -> None:
    """From the 31st of January of a leap year on: every estimate is an invoice, on its day."""
    interval, times = rhythm
    began = datetime(2028, 1, 31, 9, 30, tzinfo=UTC)
    sandbox.set_clock(int(began.timestamp()))
    recurring: Any = {"interval": interval}
    plan = price(client, 500, recurring=recurring)
    for email in ("ada@example.com", "ben@example.com"):
        items: Any = [{"price": plan, "quantity": 2}]
        client.v1.subscriptions.create({"customer": customer(client, email).id, "items": items})
    await imported(writer, companies)
    await fill_previews(companies, writer)
    year = await _year_of_ada(companies, began)
    assert [charge.known for charge in year.charges] == [True] + [False] * (times - 1)
    sandbox.advance_to(int(year.until.timestamp()) + 60)
    hers = client.v1.customers.list({"email": "ada@example.com"}).data[0].id
    renewals = [
        (datetime.fromtimestamp(invoice.period_end, UTC), invoice.total)
        for invoice in client.v1.invoices.list({"customer": hers, "limit": 100}).auto_paging_iter()
        if invoice.billing_reason == "subscription_cycle"
    ]
    expected = [(charge.at, charge.amount.minor) for charge in year.charges]
    assert expected == sorted(renewals)


async def _year_of_ada(db: Database, now: datetime) -> Any:
    async with db.unit_of_work() as session:
        person = await make_person(session)
        await claim(session, person_id=person.id, address_key="ada@example.com", now=now)
    async with db.reading() as session:
        return await year_ahead(session, actor_of(person), now)
