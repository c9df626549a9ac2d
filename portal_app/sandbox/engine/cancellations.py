"""The end of a subscription by request, and what is still invoiced or credited with it.

docs.stripe.com/billing/subscriptions/cancel and docs.stripe.com/api/subscriptions/cancel.
"""

from typing import Any

from portal_app.sandbox.engine import billing, prorations
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.errors import missing
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]

FINAL = Demand("subscription_update", lines=False)


def cancel(world: World, subscription_id: str, params: Params) -> Obj:
    """At once. A subscription that has already ended is a 404, as at Stripe."""
    subscription = world.get("subscription", subscription_id)
    if subscription["status"] in billing.ENDED:
        raise missing("subscription", subscription_id)
    subscription = world.edit(subscription_id)
    details = params.get("cancellation_details") or {}
    subscription["cancellation_details"].update(details)
    demand = settle_up(world, subscription, params)
    if demand:
        billing.bill(world, subscription, demand)
    billing.end(world, subscription_id, reason="cancellation_requested")
    return subscription


def settle_up(world: World, subscription: Obj, params: Params) -> Demand | None:
    """Credit the unused time (`prorate`) and say whether a last invoice follows (`invoice_now`).

    Without either, prorations that were still waiting are dropped.
    """
    prorate, invoice_now = params.get("prorate", False), params.get("invoice_now", False)
    if prorate:
        items = subscription["items"]["data"]
        prorations.credit_items(world, subscription, items, world.now)
    if invoice_now:
        return FINAL
    if not prorate:
        prorations.drop(world, subscription)
    return None


def at_planned_time(world: World, subscription_id: str) -> None:
    """`cancel_at` has come: waiting prorations are collected, unused time is credited."""
    subscription = world.edit(subscription_id)
    early = world.now < billing.period_end(subscription)
    if early and subscription.get("_cancel_proration", "none") != "none":
        items = subscription["items"]["data"]
        prorations.credit_items(world, subscription, items, world.now)
    billing.bill(world, subscription, FINAL)
    billing.end(world, subscription_id, reason="cancellation_requested")
