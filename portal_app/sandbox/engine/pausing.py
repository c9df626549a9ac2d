"""`POST …/pause` and `…/resume` (since 2026-09-30.endive): a status of its own, no renewals."""

from fractions import Fraction
from typing import Any

from portal_app.sandbox.engine import (
    anchors,
    billing,
    prorations,
    resumptions,
    schedule_links,
    trials,
)
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]


def pause(world: World, subscription_id: str, params: Params) -> Obj:
    """`status: paused`: no access is paid for and nothing renews until it is resumed."""
    subscription = world.get("subscription", subscription_id)
    if subscription["status"] not in ("active", "trialing", "past_due"):
        raise invalid(
            f"Only active, trialing or past_due subscriptions can be paused; this one is "
            f"{subscription['status']}."
        )
    schedule_links.check_pause(subscription)
    subscription = world.edit(subscription_id)
    demand = rest(world, subscription, params)
    if demand:
        billing.bill(world, subscription, demand)
    trials.become_paused(world, subscription_id, "pause_requested")
    return subscription


def rest(world: World, subscription: Obj, params: Params) -> Demand | None:
    """Credit the unused time, now (`invoicing_behavior=invoice`) or with the next invoice."""
    unused = ((params.get("bill_for") or {}).get("unused_time_from") or {}).get("type", "now")
    if unused != "none" and subscription["status"] == "active":
        since = world.now if unused == "now" else billing.period_start(subscription)
        prorations.credit_items(world, subscription, subscription["items"]["data"], since)
    if params.get("invoicing_behavior") == "invoice":
        return Demand("subscription_update", lines=False)
    return None


def resume(world: World, subscription_id: str, params: Params) -> Obj:
    """With `resume_on_payment_success` it stays paused until its invoice is paid.

    docs.stripe.com/changelog/dahlia/2026-05-27/pause-subscriptions
    """
    subscription = world.get("subscription", subscription_id)
    if subscription["status"] != "paused":
        raise invalid("Only paused subscriptions can be resumed.")
    resumptions.expire(world, subscription_id)
    waits = params.get("payment_behavior") == "resume_on_payment_success"
    before = resumptions.remember(world.objects[subscription_id])
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        refusal = billing.bill(world, subscription, wake(world, subscription, params))
        if refusal and waits:
            resumptions.hold(subscription, before)
    if not (refusal and waits):
        world.emit("customer.subscription.resumed", subscription)
    return subscription


def wake(world: World, subscription: Obj, params: Params) -> Demand:
    """A new period from now, or the rest of the one that the old anchor gives."""
    anchor = (params.get("billing_cycle_anchor") or {}).get("type", "now")
    subscription.update(status="active", status_details=None)
    if subscription["trial_end"]:
        # A trial does not outlive a pause.
        subscription["trial_end"] = min(subscription["trial_end"], world.now)
    if anchor == "now":
        anchors.move(subscription, world.now)
    billing.set_period(world, subscription, world.now)
    free = anchor != "now" and params.get("proration_behavior") == "none"
    share = Fraction(0) if free else billing.first_share(world, subscription)
    return Demand("subscription_update", share=share)
