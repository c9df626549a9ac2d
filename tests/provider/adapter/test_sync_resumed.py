"""Where an import goes on, what `since` leaves out, and what may happen at the provider between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal_app.customers.models import Customer
from portal_app.ingest.importer import sync
from portal_app.ingest.models import ImportCursor
from portal_app.invoices.models import Invoice
from portal_app.kit.db import Database
from portal_app.kit.errors import ProviderUnavailable
from portal_app.provider.stripe_adapter import StripeProvider
from tests.conftest import Clocks
from tests.provider.adapter import objects
from tests.provider.adapter.account import count, imported, one, rows
from tests.provider.adapter.scripted_account import WALLET, Account
from tests.provider.adapter.test_adapter import answering

CUSTOMERS = 6


@pytest.fixture
def account() -> Account:
    """Six customers in pages of two, each with an invoice."""
    account = Account(page=2)
    ids = [f"cus_{number}" for number in range(1, CUSTOMERS + 1)]
    account.listings["/v1/customers"] = [objects.customer(id=one) for one in ids]
    account.listings |= {WALLET.format(one): [] for one in ids}
    account.listings["/v1/invoices"] = [
        objects.one_time_invoice(id=f"in_{one}", customer=one, status="open", payments=None)
        for one in ids
    ]
    return account


@pytest.fixture
async def provider(account: Account) -> AsyncIterator[StripeProvider]:
    async with answering(account.script) as (_scripted, provider):
        yield provider


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_client: object, _seconds: float) -> None:
        return None

    monkeypatch.setattr("portal_app.provider.stripe.transport.StripeTransport.sleep_async", at_once)


async def interrupted(
    account: Account, provider: StripeProvider, db: Database, *, answers: int
) -> None:
    account.answers_left = answers
    with pytest.raises(ProviderUnavailable):
        await imported(provider, db)
    account.answers_left = None
    account.requests.clear()


async def test_it_goes_on_behind_the_last_page_that_was_written(
    account: Account, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    # Products, prices, and two pages of customers with two wallets each.
    await interrupted(account, provider, companies, answers=9)
    written = await count(companies, Customer)
    assert written == 4
    report = await imported(provider, companies)
    assert account.asked("/v1/products") == []
    assert [asked["starting_after"] for asked in account.asked("/v1/customers")] == ["cus_4"]
    assert await count(companies, Customer) == CUSTOMERS
    # The figures are the whole import's.
    assert (report.kinds["customers"].seen, report.kinds["products"].seen) == (CUSTOMERS, 1)
    assert await rows(companies, ImportCursor) == []
    account.requests.clear()
    clocks.wall.advance(timedelta(minutes=1))
    assert (await imported(provider, companies)).written == 0
    assert "starting_after" not in account.asked("/v1/customers")[0]


async def test_an_import_of_yesterday_or_with_other_limits_begins_anew(
    account: Account, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    await interrupted(account, provider, companies, answers=9)
    since = datetime(2025, 1, 1, tzinfo=UTC)
    account.answers_left = 0
    with pytest.raises(ProviderUnavailable):
        await sync(provider, companies, progress=lambda _kind, _count: None, since=since)
    assert await rows(companies, ImportCursor) == []
    await interrupted(account, provider, companies, answers=9)
    clocks.wall.advance(timedelta(hours=24, seconds=1))
    await imported(provider, companies)
    assert len(account.asked("/v1/products")) == 1


async def test_the_object_to_go_on_behind_may_be_gone(
    account: Account, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    await interrupted(account, provider, companies, answers=9)
    del account.listings["/v1/customers"][3]
    clocks.wall.advance(timedelta(minutes=1))
    report = await imported(provider, companies)
    assert report.kinds["customers"].seen == CUSTOMERS - 1
    # It was written before it went, by the import that is going on: the next one asks for it.
    clocks.wall.advance(timedelta(minutes=1))
    await imported(provider, companies)
    gone = await one(companies, Customer, stripe_customer_id="cus_4")
    assert gone.deleted_at == clocks.business.now()


async def test_a_customer_who_is_deleted_while_the_methods_are_listed(
    account: Account, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    await imported(provider, companies)
    del account.listings[WALLET.format("cus_2")]
    clocks.wall.advance(timedelta(minutes=1))
    await imported(provider, companies)
    gone = await one(companies, Customer, stripe_customer_id="cus_2")
    assert gone.deleted_at == clocks.business.now()
    assert sum(row.deleted_at is None for row in await rows(companies, Customer)) == CUSTOMERS - 1


async def test_since_limits_what_grows_with_time_and_nothing_that_others_refer_to(
    account: Account, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    await sync(provider, companies, progress=lambda _kind, _count: None, since=since)
    limited = {path for path, params in account.requests if params.get("created[gte]")}
    assert limited == {
        "/v1/checkout/sessions",
        "/v1/payment_intents",
        "/v1/invoices",
        "/v1/refunds",
        "/v1/disputes",
    }
    assert account.asked("/v1/invoices")[0]["created[gte]"] == str(int(since.timestamp()))


async def test_what_the_rows_say_does_not_depend_on_the_pages(
    account: Account, provider: StripeProvider, companies: Database, clocks: Clocks
) -> None:
    await imported(provider, companies)
    customers: dict[str, Any] = {row.id: row for row in await rows(companies, Customer)}
    for invoice in await rows(companies, Invoice):
        owner = customers[invoice.customer_id].stripe_customer_id
        assert invoice.stripe_invoice_id == f"in_{owner}"
