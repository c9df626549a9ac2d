"""`POST /v1/subscriptions/{id}`: everything that a running subscription lets be changed."""

from typing import Any

from portal_app.sandbox.engine import (
    anchors,
    billing,
    pending_updates,
    prorations,
    resumptions,
    schedule_links,
    subscription_changes,
    trials,
)
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.subscriptions import own_method, set_cancel, set_extras
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def update(world: World, subscription_id: str, params: Params) -> Obj:
    """Raises the card's 402 and changes nothing with `payment_behavior=error_if_incomplete`."""
    subscription = world.get("subscription", subscription_id)
    _check(world, subscription, params)
    if "items" in params:
        pending_updates.expire(world, subscription_id)
        resumptions.expire(world, subscription_id)
    behavior = params.pop("payment_behavior", "allow_incomplete")
    refusal = None
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        before = pending_updates.remember(subscription)
        demand = apply(world, subscription, params)
        if demand:
            charge = behavior != "default_incomplete"
            refusal = billing.bill(world, subscription, demand, charge=charge)
        if refusal and behavior == "pending_if_incomplete":
            pending_updates.hold(world, subscription, before)
    if refusal and behavior == "error_if_incomplete":
        raise refusal.error()
    schedule_links.follow_update(world, subscription)
    return subscription


def _check(world: World, subscription: Obj, params: Params) -> None:
    if subscription["status"] in billing.ENDED and set(params) - {
        "metadata",
        "cancellation_details",
    }:
        raise invalid(
            "A canceled subscription can only update its cancellation_details and metadata.",
            code="invalid_canceled_subscription_fields",
        )
    schedule_links.check_update(subscription, params)
    if params.get("payment_behavior") == "pending_if_incomplete":
        pending_updates.check(params)
    if params.get("default_payment_method"):
        own_method(world, subscription["customer"], params["default_payment_method"])


def apply(world: World, subscription: Obj, params: Params) -> Demand | None:
    """Everything but the charge, which a preview leaves out."""
    trial_end = params.pop("trial_end", None)
    params.pop("off_session", None)
    if "metadata" in params:
        merged = merge_metadata(subscription["metadata"], params.pop("metadata"))
        subscription["metadata"] = merged
    for group in ("cancellation_details", "payment_settings"):
        subscription[group].update(params.pop(group, None) or {})
    if "cancel_at" in params:
        subscription["_cancel_proration"] = params.get("proration_behavior", "create_prorations")
    credits_trial = params.get("proration_behavior") != "none"
    set_extras(world, subscription, params)
    demand = subscription_changes.apply(world, subscription, params)
    set_cancel(world, subscription, params)
    if pause := params.get("pause_collection"):
        params["pause_collection"] = {"resumes_at": None, **pause}
    subscription.update(params)
    if trial_end is not None:
        return set_trial_end(world, subscription, trial_end, credit=credits_trial) or demand
    return demand


def set_trial_end(
    world: World, subscription: Obj, trial_end: int | str, *, credit: bool
) -> Demand | None:
    """Extend a trial, start one in a running subscription, or end it now."""
    if trial_end == "now":
        if subscription["status"] == "trialing":
            return trials.end_early(world, subscription)
        return None
    if int(trial_end) <= world.now:
        raise invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end"
        )
    if credit and subscription["status"] != "trialing":
        items = subscription["items"]["data"]
        prorations.credit_items(world, subscription, items, world.now)
    subscription.update(
        status="trialing",
        trial_start=subscription["trial_start"] or world.now,
        trial_end=int(trial_end),
    )
    anchors.move(subscription, int(trial_end))
    billing.set_period(world, subscription, billing.period_start(subscription))
    return None
