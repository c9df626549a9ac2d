"""Going on with a subscription under another customer."""

from __future__ import annotations

from typing import Any

from tests.contract.examples.beginnings import NEEDED, new
from tests.contract.examples.subscriptions import at
from tests.contract.registry import Case, example
from tests.contract.scene import Scene


@example("create_subscription", "from a day of one month of the year on")
def create_by_month(scene: Scene) -> Case:
    leap_day = at(1709208000)  # 2024-02-29 12:00 UTC
    wanted = new(scene, starts_at=leap_day, anchor_day=30, anchor_month=2)
    return Case(
        lambda w, key: w.create_subscription(wanted, key=key),
        lambda facts: facts.plan.period_end == leap_day,
        needs=NEEDED,
    )


@example("subscription_terms")
def terms(scene: Scene) -> Case:
    sub = scene.subscribe(
        discounts=[{"coupon": scene.coupon()}], default_tax_rates=[scene.tax_rate()]
    ).id
    return Case(
        lambda w, _key: w.subscription_terms(sub),
        lambda found: (
            [(one.percent_off, one.lasts) for one in found.discounts] == [(25, True)]
            and [float(one.percentage) for one in found.tax_rates] == [19.0]
            and found.subscription.id == sub
            and not found.automatic_tax
        ),
    )


@example("twin_price")
def twin(scene: Scene) -> Case:
    sold = scene.price(1900)

    async def call(w: Any, key: str) -> Any:
        return await w.price(await w.twin_price(await w.price(sold), key=key))

    return Case(
        call, lambda facts: facts.id != sold and facts.amount.minor == 1900 and facts.active
    )


@example("archive_price")
def archive(scene: Scene) -> Case:
    sold = scene.price(1900)
    return Case(
        lambda w, key: w.archive_price(sold, key=key),
        lambda _none: not scene.v1.prices.retrieve(sold).active,
    )


@example("cancel_at_period_end", "and remembers for whom")
def cancel_marked(scene: Scene) -> Case:
    sub = scene.subscribe().id
    return Case(
        lambda w, key: w.cancel_at_period_end(sub, metadata={"portal_transfer": "trf_1"}, key=key),
        lambda facts: facts.cancel_at_period_end and facts.metadata["portal_transfer"] == "trf_1",
    )


@example("keep_subscription", "and forgets for whom")
def keep_marked(scene: Scene) -> Case:
    sub = scene.subscribe(cancel_at_period_end=True, metadata={"portal_transfer": "trf_1"}).id
    return Case(
        lambda w, key: w.keep_subscription(sub, metadata={"portal_transfer": ""}, key=key),
        lambda facts: not facts.cancel_at_period_end and "portal_transfer" not in facts.metadata,
    )
