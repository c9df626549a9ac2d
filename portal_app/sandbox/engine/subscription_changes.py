"""A change of plan, quantity, interval or anchor, and what it costs.

docs.stripe.com/billing/subscriptions/prorations and …/subscriptions/billing-cycle.
"""

from fractions import Fraction
from typing import Any

from portal_app.sandbox.engine import anchors, billing, prorations, subscription_items
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]

NOTHING_PAID = ("trialing", "paused", "incomplete")


def apply(world: World, subscription: Obj, params: Params) -> Demand | None:
    """Change the items and the anchor. Returns what is to be invoiced at once, if anything.

    Takes `items`, `billing_cycle_anchor`, `proration_behavior` and `proration_date` out of
    `params`. Prorations become invoice items that wait for the next invoice.
    """
    given = params.pop("items", None)
    anchor = (params.pop("billing_cycle_anchor", None) or {}).get("type")
    behavior = params.pop("proration_behavior", None) or "create_prorations"
    at = _moment(world, subscription, params.pop("proration_date", None))
    before = subscription["items"]["data"]
    after = subscription_items.changed(world, subscription, given) if given else before
    _check_incomplete(subscription, before, after)
    return exchange(world, subscription, after, behavior=behavior, at=at, anchor=anchor)


def exchange(
    world: World,
    subscription: Obj,
    after: list[Obj],
    *,
    behavior: str,
    at: int,
    anchor: str | None = None,
) -> Demand | None:
    """Put the items *after* in the place of those that it has, counted from *at*."""
    before = subscription["items"]["data"]
    restarts = _restarts(world, subscription, before, after, anchor)
    subscription["items"]["data"] = after
    if restarts:
        return _restart(world, subscription, before, behavior, at)
    replaced = [item for item in before if _sold(item) not in map(_sold, after)]
    added = [item for item in after if _sold(item) not in map(_sold, before)]
    if subscription["status"] in NOTHING_PAID or behavior == "none" or not (replaced or added):
        return None
    _prorate(world, subscription, replaced, added, at)
    if behavior == "always_invoice":
        return Demand("subscription_update", lines=False)
    return None


def _sold(item: Obj) -> tuple[str, str, int]:
    return item["id"], item["price"], item["quantity"]


def _prorate(
    world: World, subscription: Obj, replaced: list[Obj], added: list[Obj], at: int
) -> None:
    prorations.credit_items(world, subscription, replaced, at)
    prorations.debit_items(world, subscription, added, at)


def _moment(world: World, subscription: Obj, given: int | None) -> int:
    """When the change counts from: now, or a moment of the current period."""
    if given is None:
        return world.now
    start, end = billing.period_start(subscription), billing.period_end(subscription)
    if not start <= given <= end:
        raise invalid(
            "The proration date must be within the current billing period.",
            param="proration_date",
        )
    return given


def _check_incomplete(subscription: Obj, before: list[Obj], after: list[Obj]) -> None:
    if subscription["status"] == "incomplete" and after != before:
        raise invalid(
            "Only metadata and the default payment method of an incomplete subscription can be "
            "updated until its first invoice is paid.",
            param="items",
        )


def _restarts(
    world: World, subscription: Obj, before: list[Obj], after: list[Obj], anchor: str | None
) -> bool:
    """Another interval, a first price above zero, or `now` begin a new period at once."""
    if subscription["status"] in NOTHING_PAID:
        return False
    intervals = [subscription_items.interval(world.objects[i[0]["price"]]) for i in (before, after)]
    first_paid = not _worth(world, before) and bool(_worth(world, after))
    return anchor == "now" or intervals[0] != intervals[1] or first_paid


def _worth(world: World, items: list[Obj]) -> int:
    return sum(world.objects[item["price"]]["unit_amount"] * item["quantity"] for item in items)


def _restart(world: World, subscription: Obj, before: list[Obj], behavior: str, at: int) -> Demand:
    if behavior != "none":
        prorations.credit_items(world, subscription, before, at)
    anchors.move(subscription, world.now)
    billing.set_period(world, subscription, world.now)
    return Demand("subscription_update", share=Fraction(1))
