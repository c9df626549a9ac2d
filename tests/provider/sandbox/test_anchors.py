"""`billing_cycle_anchor` and `billing_cycle_anchor_config` at the start of a subscription."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop, day
from tests.provider.sandbox_server import SandboxServer


def _starts(shop: Shop, subscription: Any) -> list[str]:
    return [day(i.lines.data[0].period.start) for i in shop.invoices(subscription.id)]


def test_the_31st_returns_after_a_short_month(shop: Shop, sandbox: SandboxServer) -> None:
    sandbox.advance(5 * DAY)
    config = {"day_of_month": 31, "hour": 9, "minute": 30, "second": 0}
    made = shop.subscribe(shop.customer(), billing_cycle_anchor_config=config)
    assert made.billing_cycle_anchor_config.day_of_month == 31
    assert made.billing_cycle_anchor == made["items"].data[0].current_period_end
    sandbox.advance(120 * DAY)
    assert _starts(shop, made) == [
        "2024-02-05",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
        "2024-05-31",
    ]
    first, second = shop.invoices(made.id)[:2]
    # From 5 February 12:00 to the 29th 09:30 of a month from 31 January 09:30.
    assert (first.amount_paid, second.amount_paid) == (round(2900 * 23.895833 / 29), 2900)


def test_a_quarter_keeps_its_months(shop: Shop, sandbox: SandboxServer) -> None:
    price = shop.price(9000, interval="month", interval_count=3)
    given: dict[str, Any] = {"billing_cycle_anchor_config": {"day_of_month": 1, "month": 3}}
    made = shop.subscribe(shop.customer(), price, **given)
    sandbox.advance(250 * DAY)
    assert _starts(shop, made) == ["2024-01-31", "2024-03-01", "2024-06-01", "2024-09-01"]


def test_a_new_anchor_ends_the_configuration(shop: Shop, sandbox: SandboxServer) -> None:
    made = shop.subscribe(shop.customer(), billing_cycle_anchor_config={"day_of_month": 10})
    sandbox.advance(DAY)
    moved = shop.client.v1.subscriptions.update(made.id, {"billing_cycle_anchor": {"type": "now"}})
    assert (moved.billing_cycle_anchor, moved.billing_cycle_anchor_config) == (START + DAY, None)
    assert shop.period(made.id) == ("2024-02-01", "2024-03-01")


def test_what_is_no_anchor_is_refused(shop: Shop) -> None:
    customer = shop.customer()

    def refused(**given: Any) -> tuple[str | None, str | None]:
        with pytest.raises(stripe.InvalidRequestError) as error:
            shop.subscribe(customer, **given)
        return error.value.param, error.value.code

    config = "billing_cycle_anchor_config"
    assert refused(**{config: {"hour": 3}}) == (f"{config}[day_of_month]", "parameter_missing")
    assert refused(**{config: {"day_of_month": 32}})[0] == f"{config}[day_of_month]"
    both = {config: {"day_of_month": 3}, "billing_cycle_anchor": START + DAY}
    assert refused(**both) == (config, "parameters_exclusive")
    assert refused(price=shop.price(interval="week"), **{config: {"day_of_month": 3}})[0] == config
    with pytest.raises(stripe.APIError, match="end of the trial"):
        shop.subscribe(customer, trial_period_days=3, **{config: {"day_of_month": 3}})
