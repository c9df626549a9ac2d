"""Whatever is changed to, however often and with which discounts: what was shown is charged."""

from __future__ import annotations

import os
from random import Random
from typing import Any

import pytest

from portal_app.memberships.plans import ChangeTiming
from portal_app.memberships.service import Quote, change_plan
from tests.provider.adapter.account import DAY
from tests.provider.adapter.plan_shop import ON_SALE, PlanShop

STORIES = 500 if os.environ.get("PORTAL_SOAK") else 2
STEPS = 7
COUPONS: list[dict[str, Any]] = [
    {"percent_off": 33.3, "duration": "forever"},
    {"percent_off": 10, "duration": "once"},
    {"amount_off": 777, "currency": "usd", "duration": "repeating", "duration_in_months": 2},
]


@pytest.mark.parametrize("seed", range(STORIES))
async def test_what_is_shown_is_charged_to_the_cent(plans: PlanShop, seed: int) -> None:
    """Taxes come on top in every other story, in which less begins at once, too, as a credit."""
    shop, chance = plans, Random(seed)  # noqa: S311 -- a story that can be told again
    await shop.policy(quantity={"most": 4}, downgrade_at_once=seed % 2 == 1)
    if seed % 2:
        rate = {"display_name": "VAT", "percentage": 19, "inclusive": False}
        made = shop.client.v1.tax_rates.create(rate).id  # type: ignore[arg-type]
        shop.client.v1.subscriptions.update(shop.subs[0], {"default_tax_rates": [made]})
    for _ in range(STEPS):
        await shop.advance(chance.randrange(1, 25 * DAY))
        await _discount(shop, chance)
        mine = (await shop.mine()).row
        others = [
            (name, count)
            for name in ON_SALE
            for count in range(1, 5)
            if (shop.prices[name], count) != (mine.plan.stripe_price_id, mine.membership.quantity)
        ]
        quote = await shop.quote(*chance.choice(others))
        await change_plan(shop.desk, shop.ada, quote)
        await _compare(shop, quote)


async def _discount(shop: PlanShop, chance: Random) -> None:
    """Some, none, or as it was."""
    if chance.random() < 0.5:
        wanted = chance.sample(COUPONS, chance.randrange(3))
        given = [{"coupon": shop.client.v1.coupons.create(one).id} for one in wanted]  # type: ignore[arg-type]
        shop.client.v1.subscriptions.update(shop.subs[0], {"discounts": given or ""})  # type: ignore[typeddict-item]


async def _compare(shop: PlanShop, quote: Quote) -> None:
    if quote.timing is ChangeTiming.AT_RENEWAL:
        # Once it is arranged, what the pages show as the next charge is exact, too.
        stored = await shop.writer.preview_renewal(shop.subs[0])
        shown = quote.preview if quote.is_exact else stored
        assert stored.total == shown.total
        left = int(quote.begins_at.timestamp()) - shop.sandbox.now()
        await shop.advance(left + 2 * 3600)
    else:
        shown = quote.preview
    latest = shop.invoices()[0]
    assert (latest.total, latest.amount_due) == (shown.total.minor, shown.amount_due.minor)
    assert (latest.status, latest.amount_remaining) == ("paid", 0)
    held = await shop.mine()
    wanted = (quote.plan_id, quote.quantity)
    assert (held.row.plan.id, held.row.membership.quantity) == wanted
    if quote.timing is ChangeTiming.NOW:
        assert held.row.membership.current_period_end == quote.renews_at
    assert (await shop.asked())[-1].happened_at is not None
