"""The end of a trial: the first real period, or what the trial's settings say without a card."""

from portal_app.sandbox.engine import anchors, billing
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.world import Obj, World


def end(world: World, subscription_id: str) -> None:
    """What the clock does when a trial is over."""
    if not _payable(world, world.objects[subscription_id]):
        _without_payment(world, subscription_id)
        return
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        billing.bill(world, subscription, begin_paying(world, subscription))


def end_early(world: World, subscription: Obj) -> Demand | None:
    """The same by request (`trial_end=now`): what is to be invoiced, or None without a card."""
    if _payable(world, subscription):
        return begin_paying(world, subscription)
    _without_payment(world, subscription["id"])
    return None


def _payable(world: World, subscription: Obj) -> bool:
    ending = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    return ending == "create_invoice" or _has_method(world, subscription)


def _without_payment(world: World, subscription_id: str) -> None:
    settings = world.objects[subscription_id]["trial_settings"]
    if settings["end_behavior"]["missing_payment_method"] == "cancel":
        billing.end(world, subscription_id, reason="payment_failed")
    else:
        become_paused(world, subscription_id, "trial_end_without_payment_method")


def begin_paying(world: World, subscription: Obj) -> Demand:
    """The first real period begins now, which is its anchor."""
    subscription["trial_end"] = min(subscription["trial_end"], world.now)
    subscription["status"] = "active"
    anchors.move(subscription, world.now)
    billing.set_period(world, subscription, world.now)
    return Demand("subscription_cycle", waits=True)


def _has_method(world: World, subscription: Obj) -> bool:
    settings = world.objects[subscription["customer"]]["invoice_settings"]
    return bool(subscription["default_payment_method"] or settings["default_payment_method"])


def become_paused(world: World, subscription_id: str, why: str) -> None:
    events = ("customer.subscription.updated", "customer.subscription.paused")
    with world.changing(subscription_id, *events) as subscription:
        paused = {"subscription": {"type": why}, "transitioned_at": world.now}
        subscription["status"] = "paused"
        subscription["status_details"] = {"paused": {**paused, "type": "subscription"}}
