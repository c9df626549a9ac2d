"""Previews of subscription schedules: as they stand, as changed, and before there is one.

docs.stripe.com/billing/subscriptions/subscription-schedules, "Preview an invoice". Steps are taken
as they would be; `previews` takes them back.
"""

from typing import Any

from portal_app.sandbox.engine import (
    billing,
    pause_schedules,
    pausing,
    schedule_clock,
    schedules,
    subscriptions,
)
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]


def subject(world: World, params: Params) -> tuple[Obj, Demand | None]:
    """The schedule's subscription, and what a change of the schedule invoices at once."""
    details = params.get("schedule_details") or {}
    demand = None
    if "schedule" in params:
        schedule = world.get("subscription_schedule", params["schedule"], param="schedule")
        if schedule["status"] not in schedules.LIVE:
            raise invalid(f"This schedule is {schedule['status']}.", param="schedule")
        schedule = world.edit(schedule["id"])
        if schedule["subscription"]:
            world.edit(schedule["subscription"])
        demand = schedules.change(world, schedule, details)
    else:
        schedule = schedules.build(world, _new(params, details))
    if schedule["subscription"] is None:
        return _begun(world, schedule)
    return world.edit(schedule["subscription"]), demand


def _new(params: Params, details: Params) -> Params:
    if not details.get("phases"):
        raise required("schedule_details[phases]")
    given: Params = {name: details[name] for name in ("end_behavior", "phases") if name in details}
    start = given["phases"][0].get("start_date", "now")
    return {"customer": params.get("customer"), "start_date": start, **given}


def _begun(world: World, schedule: Obj) -> tuple[Obj, Demand | None]:
    """The first invoice of a schedule that has not started."""
    world.now = max(world.now, schedule["phases"][0]["start_date"])
    subscription = world.add(schedule_clock.first_subscription(world, schedule))
    demand = subscriptions.first_demand(world, subscription, {})
    return subscription, None if demand.share is None else demand


def until_renewal(world: World, subscription: Obj) -> Demand | None:
    """Take the schedule's steps up to the end of the period; what one of them invoices."""
    schedule = world.objects.get(subscription["schedule"] or "")
    if schedule is None or schedule["status"] != "active":
        return None
    schedule = world.edit(schedule["id"])
    schedule["_expiring"] = True
    while (moment := schedule_clock.due(world, schedule)) is not None:
        if moment > billing.period_end(subscription) or subscription["status"] in billing.ENDED:
            break
        world.now = max(world.now, moment)
        if not schedule_clock.begins_phase(world, schedule):
            return _pause(world, schedule, subscription)
        if demand := schedule_clock.next_phase(world, schedule["id"]):
            return demand
    return None


def _pause(world: World, schedule: Obj, subscription: Obj) -> Demand | None:
    """A pause leaves nothing to come but what it invoices itself; an end leaves the renewal."""
    moment = pause_schedules.due(schedule)
    if moment is None or moment > world.now or subscription["status"] == "paused":
        return None
    pause = schedule["pause_schedules"][0]["pause"]
    demand = pausing.rest(world, subscription, pause_schedules.pause_params(pause))
    if demand is None:
        subscription["status"] = "paused"
    return demand
