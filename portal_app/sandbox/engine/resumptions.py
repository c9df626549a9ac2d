"""`payment_behavior=resume_on_payment_success`: a subscription that stays paused until it has paid.

docs.stripe.com/billing/subscriptions/pause/schedules. The invoice is retried like any other;
paid, the subscription runs as it was billed. An invoice whose period is over is voided.
"""

from portal_app.sandbox.engine import invoices, pending_updates
from portal_app.sandbox.engine.world import Obj, World


def remember(subscription: Obj) -> Obj:
    """What the subscription is while it rests."""
    details = subscription["status_details"]
    return {**pending_updates.remember(subscription), "status_details": details}


def hold(subscription: Obj, before: Obj) -> None:
    """The charge failed: the subscription rests on, its invoice waits."""
    after = {**remember(subscription), "status": "active", "status_details": None}
    subscription.update(before)
    subscription["_resuming"] = {"after": after, "invoice": subscription["latest_invoice"]}


def due(subscription: Obj) -> int | None:
    """When the period that the invoice is for has passed."""
    held = subscription.get("_resuming")
    return int(held["after"]["items"]["data"][0]["current_period_end"]) if held else None


def conclude(world: World, subscription: Obj) -> None:
    """After anything that happened to the invoice."""
    held = subscription.get("_resuming")
    if not held:
        return
    status = world.objects[held["invoice"]]["status"]
    if status == "paid":
        subscription.update(held["after"], _resuming=None)
        world.emit("customer.subscription.resumed", subscription)
        tell(world, subscription, "succeeded")
    elif status in ("void", "uncollectible"):
        _forget(world, subscription)


def expire(world: World, subscription_id: str) -> None:
    """Its time is over, or something else happens to the subscription: the invoice is voided."""
    held = world.objects[subscription_id].get("_resuming")
    if not held:
        return
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        _forget(world, subscription)
        invoice = world.objects[held["invoice"]]
        if invoice["status"] == "open" and not invoices.is_processing(world, invoice):
            invoices.close(world, held["invoice"], "void")


def _forget(world: World, subscription: Obj) -> None:
    subscription["_resuming"] = None
    message = "The invoice of the resumed subscription was not paid."
    tell(world, subscription, "error", {"code": "invoice_not_paid", "message": message})


def tell(world: World, subscription: Obj, outcome: str, error: Obj | None = None) -> None:
    """The pause schedule that waited for this payment hears of it."""
    schedule = world.objects.get(subscription["schedule"] or "", {"pause_schedules": []})
    for entry in schedule["pause_schedules"]:
        if entry["resume"] and entry["resume"]["status"]["type"] == "pending":
            with world.changing(schedule["id"], "subscription_schedule.updated"):
                entry["resume"]["status"] = {"error": error, "type": outcome}
