"""Ten years at once: how long they take, and that no period is lost or moved."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.provider.conftest import START
from tests.provider.sandbox import bookkeeping
from tests.provider.sandbox.inprocess import Account
from tests.provider.sandbox.shop import Shop, day

TEN_YEARS = int(datetime(2034, 1, 31, 12, tzinfo=UTC).timestamp())
SECONDS = 5


@pytest.fixture
def account() -> Iterator[Account]:
    opened = Account(None, now=START - 15 * 86400)
    yield opened
    opened.close()


def _customer(shop: Shop) -> str:
    """With a card that outlives the decade: the documented ones expire within five years."""
    card: Any = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040}
    method = shop.client.v1.payment_methods.create({"type": "card", "card": card})
    customer = shop.customer(None)
    shop.set_default(customer, shop.attach(customer, method.id))
    return customer


def test_ten_years_of_three_subscriptions(account: Account) -> None:
    shop = Shop(account.client)
    # On 16 January a monthly and a yearly one; on 31 January one that many months can't repeat.
    monthly = shop.subscribe(_customer(shop))
    yearly = shop.subscribe(_customer(shop), shop.price(29000, interval="year"))
    account.advance_to(START)
    last_day = shop.subscribe(_customer(shop))
    elapsed = account.advance_to(TEN_YEARS)
    assert elapsed <= SECONDS, elapsed
    starts = {
        subscription.id: sorted(
            line.period.start
            for invoice in shop.client.v1.invoices.list(
                {"subscription": subscription.id, "limit": 100}
            ).auto_paging_iter()
            for line in invoice.lines.data
        )
        for subscription in (monthly, yearly, last_day)
    }
    assert [len(starts[s.id]) for s in (monthly, yearly, last_day)] == [121, 11, 121]
    days = [day(moment)[5:] for moment in starts[last_day.id]]
    assert days[:5] == ["01-31", "02-29", "03-31", "04-30", "05-31"]
    assert {d for d in days if d.startswith("02")} == {"02-28", "02-29"}
    assert {day(moment)[8:] for moment in starts[monthly.id]} == {"16"}
    bookkeeping.check(account.world)
