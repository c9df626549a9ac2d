"""The demo world: every state of contracts.md, enough history, the same ids for the same now."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from portal_app.demo.control import SandboxControl
from portal_app.demo.world import create_world
from tests.provider.sandbox_server import SandboxServer, serve_sandbox

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
# The same day a month earlier does not exist for any of these.
AWKWARD = (
    datetime(2028, 2, 29, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 8, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2027, 3, 1, 0, 0, tzinfo=UTC),
)


async def _build(sandbox: SandboxServer, now: datetime) -> None:
    sandbox.reset()
    await create_world(sandbox.client(), SandboxControl(sandbox.origin), now)
    await sandbox.aclose_clients()


@pytest.fixture(scope="module")
def world() -> Iterator[stripe.StripeClient]:
    """The world of NOW, built once; its tests only read."""
    with serve_sandbox() as server:
        asyncio.run(_build(server, NOW))
        yield server.client()


def _by_state(client: stripe.StripeClient) -> dict[str, Any]:
    found = client.v1.subscriptions.list({"status": "all", "limit": 100}).data
    return {s.metadata["demo"]: s for s in found if "demo" in s.metadata}


@pytest.mark.parametrize("now", [NOW, *AWKWARD])
async def test_every_state_exists_whatever_the_day(sandbox: SandboxServer, now: datetime) -> None:
    started = time.monotonic()
    await _build(sandbox, now)
    assert time.monotonic() - started < 20
    assert sandbox.now() == int(now.timestamp())
    client = sandbox.client()
    states = _by_state(client)
    expected = {
        "active": "active",
        "trialing": "trialing",
        "past_due": "past_due",
        "canceling": "active",
        "paused": "paused",
        "canceled": "canceled",
        "yearly": "active",
    }
    assert {demo: s.status for demo, s in states.items()} == expected
    canceling = states["canceling"]
    assert canceling.cancel_at_period_end
    assert canceling.cancel_at == canceling["items"].data[0].current_period_end
    assert canceling.cancel_at > now.timestamp()
    late = client.v1.invoices.retrieve(str(states["past_due"].latest_invoice))
    assert late.status == "open"
    assert late.next_payment_attempt is not None
    assert late.next_payment_attempt > now.timestamp()
    assert states["paused"].status_details.paused.subscription.type == "pause_requested"


def test_the_one_time_purchase_is_marked_and_paid(world: stripe.StripeClient) -> None:
    [session] = world.v1.checkout.sessions.list(
        {"expand": ["data.payment_intent", "data.invoice", "data.line_items"]}
    ).data
    assert (session.status, session.payment_status, session.mode) == ("complete", "paid", "payment")
    assert session.metadata["demo"] == session.payment_intent.metadata["demo"] == "completed"
    assert (session.invoice.status, session.invoice.total) == ("paid", 9900)
    product = world.v1.products.retrieve(session.line_items.data[0].price.product)
    assert product.name == "Course Library"


def test_people_and_history(world: stripe.StripeClient) -> None:
    adas = world.v1.customers.list({"email": "ada@example.com"}).data
    assert Counter(c.currency for c in adas) == {"usd": 1, "eur": 1, "jpy": 1, "gbp": 1}
    invoices = [
        invoice
        for customer in adas
        for invoice in world.v1.invoices.list(
            {"customer": customer.id, "limit": 100}
        ).auto_paging_iter()
    ]
    assert len(invoices) > 40
    oldest = datetime.fromtimestamp(min(i.created for i in invoices), UTC)
    assert (NOW - oldest).days > 3 * 365 - 5
    assert len(world.v1.customers.list({"email": "ben@example.com"}).data) == 1
    for nobody in ("cleo", "dan", "eve"):
        assert not world.v1.customers.list({"email": f"{nobody}@example.com"}).data


def test_payment_methods(world: stripe.StripeClient) -> None:
    adas = world.v1.customers.list({"email": "ada@example.com"}).data
    dollars, euros = (next(c for c in adas if c.currency == k) for k in ("usd", "eur"))
    methods = world.v1.customers.payment_methods.list(dollars.id).data
    cards = {m.card.last4: m for m in methods}
    assert set(cards) == {"4242", "4444", "0341"}
    assert dollars.invoice_settings.default_payment_method == cards["4242"].id
    yearly = _by_state(world)["yearly"]
    assert yearly.default_payment_method == cards["4444"].id
    renewal = datetime.fromtimestamp(yearly["items"].data[0].current_period_end, UTC)
    expiring = (cards["4444"].card.exp_year, cards["4444"].card.exp_month)
    assert (NOW.year, NOW.month) < expiring < (renewal.year, renewal.month)
    [debit] = world.v1.customers.payment_methods.list(euros.id).data
    assert (debit.type, debit.sepa_debit.last4) == ("sepa_debit", "3000")


def test_prices(world: stripe.StripeClient) -> None:
    prices = world.v1.prices.list({"limit": 100, "expand": ["data.product"]}).data
    sold = {(p.product.name, p.currency, p.unit_amount, p.nickname) for p in prices}
    assert {
        ("Trading Room", "usd", 2900, "Monthly"),
        ("Trading Room", "usd", 29000, "Yearly"),
        ("Trading Room", "usd", 5900, "Pro"),
        ("Course Library", "usd", 9900, "One-time"),
        ("Coaching", "eur", 12000, "Quarterly"),
        ("Lumen Fitness", "jpy", 1500, "Monthly"),
        ("Lumen Fitness", "kwd", 9500, "Monthly"),
    } <= sold
    companies = {p.product.name: p.product.metadata["portal_company"] for p in prices}
    assert companies.pop("Lumen Fitness") == "biz_lumen"
    assert set(companies.values()) == {"biz_northwind"}


async def test_the_same_now_gives_the_same_ids(
    world: stripe.StripeClient, sandbox: SandboxServer
) -> None:
    def ids(client: stripe.StripeClient) -> list[str]:
        lists = (
            client.v1.subscriptions.list({"status": "all", "limit": 100}),
            client.v1.invoices.list({"limit": 100}),
            client.v1.events.list({"limit": 100}),
        )
        return [obj.id for found in lists for obj in found.data]

    first = ids(world)
    await _build(sandbox, NOW)
    assert ids(sandbox.client()) == first
    assert len(set(first)) == len(first)
