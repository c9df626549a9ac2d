"""What a subscription that belongs to a schedule does differently, and what it tells it.

docs.stripe.com/billing/subscriptions/subscription-schedules, "Subscription updates when a schedule
is attached".
"""

from typing import Any

from portal_app.sandbox.engine import phases
from portal_app.sandbox.engine.errors import invalid, not_implemented
from portal_app.sandbox.engine.presentation import copied
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]

UPDATED = "subscription_schedule.updated"
_COPIED = ("default_tax_rates", "discounts", "items", "trial_end")


def check_update(subscription: Obj, params: Params) -> None:
    """Raises 400 for what only the schedule may say."""
    if not subscription["schedule"]:
        return
    if params.keys() & {"cancel_at", "cancel_at_period_end"}:
        raise invalid(
            f"The subscription is managed by the subscription schedule "
            f"`{subscription['schedule']}`, and updating any cancelation behavior directly is not "
            "allowed. Please update the schedule instead."
        )
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise not_implemented("pending updates of subscriptions that belong to a schedule")


def check_pause(subscription: Obj) -> None:
    """Raises 400: docs.stripe.com/api/subscriptions/pause."""
    if subscription["schedule"]:
        raise invalid(
            f"The subscription is managed by the subscription schedule "
            f"`{subscription['schedule']}` and cannot be paused directly. Please add a pause "
            "schedule to it instead."
        )


def follow_update(world: World, subscription: Obj) -> None:
    """A change made directly to the subscription ends the phase, and begins one that has it."""
    schedule_id = subscription["schedule"]
    if not schedule_id:
        return
    schedule = world.objects[schedule_id]
    place = phases.current(schedule)
    if place is None:
        return
    _keep_defaults(world, schedule, subscription)
    before = schedule["phases"][place]
    seen = phases.mirrored(subscription, max(world.now, before["start_date"]), before["end_date"])
    if _same(world, before, seen):
        return
    with world.changing(schedule_id, UPDATED) as schedule:
        found = schedule["phases"]
        made = {**copied(before), "start_date": world.now, **{key: seen[key] for key in _COPIED}}
        if before["start_date"] < world.now:
            found[place]["end_date"] = world.now
            place += 1
            found.insert(place, made)
        else:
            found[place] = made
        show_current(schedule, place)


def _keep_defaults(world: World, schedule: Obj, subscription: Obj) -> None:
    """These are copied to the schedule, so that its next phase does not take them back."""
    with world.changing(schedule["id"], UPDATED) as changed:
        for name in ("collection_method", "default_payment_method"):
            changed["default_settings"][name] = subscription[name]
        days = subscription["days_until_due"]
        changed["default_settings"]["invoice_settings"]["days_until_due"] = days


def _same(world: World, phase: Obj, seen: Obj) -> bool:
    sold = [[(i["price"], i["quantity"]) for i in each["items"]] for each in (phase, seen)]
    rates = [[rate["id"] for rate in each["default_tax_rates"]] for each in (phase, seen)]
    trials = [t if (t := each["trial_end"]) and t > world.now else None for each in (phase, seen)]
    return sold[0] == sold[1] and rates[0] == rates[1] and trials[0] == trials[1]


def show_current(schedule: Obj, place: int) -> None:
    phase = schedule["phases"][place]
    shown = {"end_date": phase["end_date"], "start_date": phase["start_date"]}
    schedule["current_phase"] = shown


def follow_end(world: World, subscription: Obj, reason: str) -> None:
    """Its subscription has ended: as planned, by request, or because nobody paid."""
    schedule_id = subscription["schedule"]
    if not schedule_id:
        return
    schedule = world.objects[schedule_id]
    planned = schedule["end_behavior"] == "cancel" and is_over(world, schedule)
    word = "completed" if planned else "canceled"
    event = "aborted" if reason == "payment_failed" else word
    with world.changing(schedule_id, f"subscription_schedule.{event}") as schedule:
        schedule.update(status=word, current_phase=None)
        schedule[f"{word}_at"] = world.now


def is_over(world: World, schedule: Obj) -> bool:
    """Whether its last phase has ended."""
    return bool(schedule["phases"][-1]["end_date"] <= world.now)
