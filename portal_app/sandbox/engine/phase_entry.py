"""What a phase makes of its subscription when it begins.

docs.stripe.com/billing/subscriptions/subscription-schedules, "Transition to the next phase" and
"Phase attribute inheritance". Nothing here refuses: a coupon that has run out since, or a card
that was removed, is left out, because the clock can't be told no.
"""

from typing import Any

from portal_app.sandbox.engine import (
    anchors,
    billing,
    discounts,
    resumptions,
    subscription_changes,
    subscription_items,
    subscription_updates,
    trials,
)
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.errors import ApiError
from portal_app.sandbox.engine.presentation import copied
from portal_app.sandbox.engine.subscription_objects import new_item
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def enter(
    world: World, schedule: Obj, subscription: Obj, phase: Obj, behavior: str
) -> Demand | None:
    """What the phase invoices at once.

    One that begins with a period invoices nothing: the renewal that follows bills it.
    """
    resumptions.expire(world, subscription["id"])
    put_on(world, schedule, subscription, phase)
    trial_end, trialing = phase["trial_end"], subscription["status"] == "trialing"
    boundary = billing.period_end(subscription) <= world.now
    if trial_end and trial_end > world.now:
        _begin_trial(world, subscription, trial_end, behavior, boundary=boundary)
    after = _items(world, subscription, phase)
    if trial_end and trial_end > world.now:
        subscription["items"]["data"] = after
        return None
    if trialing and subscription["trial_end"] > world.now:
        subscription["items"]["data"] = after
        return trials.end_early(world, subscription)
    restarts = anchor_of(schedule, phase) == "phase_start"
    if boundary:
        _begin_with_period(world, subscription, after, restarts=restarts)
        return None
    anchor = "now" if restarts else None
    return subscription_changes.exchange(
        world, subscription, after, behavior=behavior, at=world.now, anchor=anchor
    )


def anchor_of(schedule: Obj, phase: Obj) -> str:
    found: str = (
        phase["billing_cycle_anchor"] or schedule["default_settings"]["billing_cycle_anchor"]
    )
    return found


def _begin_with_period(
    world: World, subscription: Obj, after: list[Obj], *, restarts: bool
) -> None:
    """Another interval counts from here; so does what asks for it."""
    before = subscription["items"]["data"]
    first = [world.objects[items[0]["price"]] for items in (before, after)]
    subscription["items"]["data"] = after
    if restarts or subscription_items.interval(first[0]) != subscription_items.interval(first[1]):
        anchors.move(subscription, world.now)


def _begin_trial(
    world: World, subscription: Obj, trial_end: int, behavior: str, *, boundary: bool
) -> None:
    if subscription["trial_end"] == trial_end:
        return
    credit = behavior != "none" and not boundary
    subscription_updates.set_trial_end(world, subscription, trial_end, credit=credit)
    if boundary:
        billing.set_period(world, subscription, world.now)


def put_on(world: World, schedule: Obj, subscription: Obj, phase: Obj) -> None:
    """Everything of the phase but its items and its trial."""
    subscription["metadata"] = merge_metadata(subscription["metadata"], phase["metadata"])
    subscription["default_tax_rates"] = phase["default_tax_rates"]
    defaults = schedule["default_settings"]
    for name in ("default_payment_method", "description"):
        if wanted := phase[name] or defaults[name]:
            subscription[name] = wanted
    method = world.objects.get(subscription["default_payment_method"] or "", {})
    if method.get("customer") != subscription["customer"]:
        subscription["default_payment_method"] = None
    _discount(world, subscription, phase)


def _discount(world: World, subscription: Obj, phase: Obj) -> None:
    """The phase's discounts, one after the other: those that can be had no more are left out."""
    worth = sum(world.objects[i["price"]]["unit_amount"] * i["quantity"] for i in phase["items"])
    given: list[Params] = []
    for each in phase["discounts"]:
        named = _named(world, subscription, each)
        if named not in given and _can_have(world, subscription, named, worth):
            given.append(named)
    discounts.replace(world, subscription, given, worth=worth)


def _can_have(world: World, subscription: Obj, wanted: Params, worth: int) -> bool:
    if "discount" in wanted:
        return wanted["discount"] in subscription["discounts"]
    try:
        discounts.redeemable(world, subscription, wanted, param="discounts", worth=worth)
    except ApiError:
        return False
    return True


def _named(world: World, subscription: Obj, wanted: Obj) -> Params:
    """A coupon that the subscription already has is not redeemed again."""
    given = {name: value for name, value in wanted.items() if value}
    for held in subscription["discounts"]:
        discount = world.objects[held]
        if given.get("coupon", "-") == discount["source"]["coupon"]:
            return {"discount": held}
        if given.get("promotion_code", "-") == discount["promotion_code"]:
            return {"discount": held}
    return given


def _items(world: World, subscription: Obj, phase: Obj) -> list[Obj]:
    """Items keep their ids as long as there is one for them: first those of the same price."""
    free = list(subscription["items"]["data"])
    kept: dict[int, Obj] = {}
    for number, wanted in enumerate(phase["items"]):
        same = next((item for item in free if item["price"] == wanted["price"]), None)
        if same:
            free.remove(same)
            kept[number] = same
    return [
        _item(world, subscription, wanted, kept.get(number) or (free.pop(0) if free else None))
        for number, wanted in enumerate(phase["items"])
    ]


def _item(world: World, subscription: Obj, wanted: Obj, held: Obj | None) -> Obj:
    if held is None:
        first = subscription["items"]["data"][0]
        made = new_item(world, subscription, wanted)
        for key in ("current_period_start", "current_period_end"):
            made[key] = first[key]
        return made
    metadata = merge_metadata(held["metadata"], wanted["metadata"])
    changed = {"price": wanted["price"], "quantity": wanted["quantity"], "metadata": metadata}
    return {**copied(held), **changed}
