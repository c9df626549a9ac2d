"""Test clocks move the account's one clock; lists leave out what stands on one."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer


def clock_at(shop: Shop, moment: int = START) -> str:
    return shop.client.v1.test_helpers.test_clocks.create({"frozen_time": moment}).id


def on_clock(shop: Shop, clock: str) -> str:
    given: Any = {"email": "c@example.com", "test_clock": clock, "payment_method": "pm_card_visa"}
    default: Any = {"invoice_settings": {"default_payment_method": "pm_card_visa"}}
    return shop.client.v1.customers.create({**given, **default}).id


def test_advancing_it_renews(shop: Shop, sandbox: SandboxServer) -> None:
    clock = clock_at(shop)
    subscription = shop.subscribe(on_clock(shop, clock))
    assert subscription.test_clock == clock
    clocks = shop.client.v1.test_helpers.test_clocks
    moved = clocks.advance(clock, {"frozen_time": START + 32 * DAY})
    assert (moved.status, moved.frozen_time) == ("ready", START + 32 * DAY)
    assert [invoice.test_clock for invoice in shop.invoices(subscription.id)] == [clock, clock]
    assert sandbox.now() == START + 32 * DAY
    assert "test_helpers.test_clock.ready" in shop.event_types()


def test_the_account_has_one_clock(shop: Shop, sandbox: SandboxServer) -> None:
    clocks = shop.client.v1.test_helpers.test_clocks
    first, second = clock_at(shop), clock_at(shop, START + DAY)
    assert clocks.retrieve(first).frozen_time == sandbox.now() == START + DAY
    assert [clock.id for clock in clocks.list().data] == [second, first]
    with pytest.raises(stripe.InvalidRequestError, match="never goes back"):
        clock_at(shop)
    with pytest.raises(stripe.InvalidRequestError, match="must be after"):
        clocks.advance(first, {"frozen_time": START + DAY})


def test_deleting_it_ends_what_stands_on_it(shop: Shop) -> None:
    clock = clock_at(shop)
    mine, other = shop.subscribe(on_clock(shop, clock)), shop.subscribe(shop.customer())
    shop.client.v1.test_helpers.test_clocks.delete(clock)
    ended, kept = (shop.client.v1.subscriptions.retrieve(one.id) for one in (mine, other))
    assert (ended.status, kept.status) == ("canceled", "active")
    assert shop.client.v1.customers.retrieve(str(mine.customer)).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        shop.client.v1.test_helpers.test_clocks.delete(clock)


def test_lists_of_the_account_leave_it_out(shop: Shop) -> None:
    clock = clock_at(shop)
    hidden, plain = on_clock(shop, clock), shop.customer()
    for customer in (hidden, plain):
        shop.subscribe(customer)
    customers, subscriptions = shop.client.v1.customers, shop.client.v1.subscriptions
    named: Any = {"test_clock": clock}
    assert [one.id for one in customers.list().data] == [plain]
    assert [one.id for one in customers.list(named).data] == [hidden]
    assert [one.customer for one in subscriptions.list().data] == [plain]
    assert [one.customer for one in subscriptions.list(named).data] == [hidden]
    assert [one.customer for one in subscriptions.list({"customer": hidden}).data] == [hidden]


def test_an_unknown_clock_is_refused(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such") as refused:
        on_clock(shop, "clock_nobody")
    assert (refused.value.http_status, refused.value.param) == (400, "test_clock")
