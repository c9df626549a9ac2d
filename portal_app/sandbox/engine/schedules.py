"""Subscription schedules: what the API does to them; what time does is in `schedule_clock`.

docs.stripe.com/billing/subscriptions/subscription-schedules and docs.stripe.com/api/
subscription_schedules.
"""

from typing import Any

from portal_app.sandbox.engine import (
    billing,
    cancellations,
    currencies,
    pause_schedules,
    phase_entry,
    phases,
    schedule_clock,
    schedule_objects,
)
from portal_app.sandbox.engine.errors import invalid, not_implemented, required
from portal_app.sandbox.engine.schedule_links import show_current
from portal_app.sandbox.engine.subscriptions import own_method
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]

LIVE = ("not_started", "active")
# What may stand beside `from_subscription`: everything else is read off the subscription.
_MIGRATING = {"from_subscription", "metadata", "pause_schedules"}


def create(world: World, params: Params) -> Obj:
    """A schedule for a subscription that runs, or one that starts its subscription itself."""
    schedule = build(world, params)
    world.emit("subscription_schedule.created", schedule)
    schedule_clock.catch_up(world, schedule["id"])
    return schedule


def build(world: World, params: Params) -> Obj:
    """The schedule with its phases, part of the account; nothing is started or charged yet."""
    if params.get("from_subscription"):
        schedule = _migrated(world, params)
    else:
        schedule = _planned(world, params)
    schedule_clock.plan_notice(world, schedule)
    given = params.get("pause_schedules") or []
    schedule["pause_schedules"] = pause_schedules.read(world, schedule, given)
    return schedule


def _migrated(world: World, params: Params) -> Obj:
    if extra := params.keys() - _MIGRATING:
        name = min(extra)
        raise invalid(f"You cannot set `{name}` if `from_subscription` is set.", param=name)
    param = "from_subscription"
    subscription = world.get("subscription", params[param], param=param)
    if subscription["schedule"]:
        raise invalid(
            "You cannot migrate a subscription that is already attached to a schedule: "
            f"{subscription['schedule']}.",
            param=param,
        )
    if subscription["status"] in (*billing.ENDED, "incomplete"):
        raise invalid(
            f"You cannot migrate a subscription that is {subscription['status']}.", param=param
        )
    schedule = schedule_objects.new_schedule(world, subscription["customer"], params)
    schedule["default_settings"].update(
        collection_method=subscription["collection_method"],
        default_payment_method=subscription["default_payment_method"],
        description=subscription["description"],
    )
    days = subscription["days_until_due"]
    schedule["default_settings"]["invoice_settings"]["days_until_due"] = days
    schedule["end_behavior"] = "cancel" if subscription["cancel_at"] else "release"
    end = subscription["cancel_at"] or max(billing.period_end(subscription), world.now + 1)
    start = min(billing.period_start(subscription), world.now)
    schedule["phases"] = [phases.mirrored(subscription, start, end)]
    schedule.update(status="active", subscription=subscription["id"])
    show_current(schedule, 0)
    world.add(schedule)
    with world.changing(subscription["id"], "customer.subscription.updated") as subscription:
        subscription["schedule"] = schedule["id"]
        schedule_clock.mark_end(world, schedule, subscription)
    return schedule


def _planned(world: World, params: Params) -> Obj:
    for name in ("customer", "phases"):
        if not params.get(name):
            raise required(name)
    customer = world.get("customer", params["customer"], param="customer")
    start = params.get("start_date", "now")
    if start != "now" and start < world.now:
        raise not_implemented("schedules that begin in the past")
    schedule = schedule_objects.new_schedule(world, customer["id"], params)
    begins = world.now if start == "now" else start
    schedule["phases"] = phases.laid_out(world, customer["id"], params["phases"], begins)
    _check(world, schedule)
    currencies.claim(world, customer, schedule["phases"][0]["currency"])
    return world.add(schedule)


def _check(world: World, schedule: Obj) -> None:
    """Raises 400 for cards of somebody else and for an invoice without a due date."""
    defaults = schedule["default_settings"]
    for settings in (defaults, *schedule["phases"]):
        if settings["default_payment_method"]:
            own_method(world, schedule["customer"], settings["default_payment_method"])
    sent = defaults["collection_method"] == "send_invoice"
    if sent and defaults["invoice_settings"]["days_until_due"] is None:
        raise required("default_settings[invoice_settings][days_until_due]")


def _live(world: World, schedule_id: str, verb: str) -> Obj:
    schedule = world.get("subscription_schedule", schedule_id)
    if schedule["status"] not in LIVE:
        raise invalid(
            f"You cannot {verb} a subscription schedule that is currently in the "
            f"`{schedule['status']}` status. It must be `not_started` or `active`."
        )
    return schedule


def update(world: World, schedule_id: str, params: Params) -> Obj:
    """All current and future phases are given again; past ones are kept.

    A change of the current phase reaches the subscription at once, with `proration_behavior`.
    """
    _live(world, schedule_id, "update")
    schedule = world.edit(schedule_id)
    schedule_clock.bill_for(world, schedule_id, lambda: change(world, schedule, params))
    schedule_clock.catch_up(world, schedule_id)
    return schedule


def change(world: World, schedule: Obj, params: Params) -> billing.Demand | None:
    """Everything but the charge, which a preview leaves out: what is to be invoiced at once."""
    _revise(world, schedule, params)
    subscription = world.objects.get(schedule["subscription"] or "")
    demand = None
    if "phases" in params:
        demand = _replace_phases(world, schedule, subscription, params)
    schedule_clock.plan_notice(world, schedule)
    if subscription is not None:
        schedule_clock.mark_end(world, schedule, subscription)
    return demand


def _revise(world: World, schedule: Obj, params: Params) -> None:
    if "metadata" in params:
        schedule["metadata"] = merge_metadata(schedule["metadata"], params["metadata"])
    schedule["end_behavior"] = params.get("end_behavior", schedule["end_behavior"])
    given = params.get("default_settings") or {}
    schedule["default_settings"] = schedule_objects.settings(schedule["default_settings"], given)
    if "pause_schedules" in params:
        wanted = params["pause_schedules"] or []
        schedule["pause_schedules"] = pause_schedules.read(world, schedule, wanted)
    _check(world, schedule)


def _replace_phases(
    world: World, schedule: Obj, subscription: Obj | None, params: Params
) -> billing.Demand | None:
    given = params["phases"]
    place = phases.current(schedule)
    start = _start(world, schedule, given)
    past = schedule["phases"][: place or 0]
    laid = phases.laid_out(world, schedule["customer"], given, start)
    schedule["phases"] = [*past, *laid]
    _check(world, schedule)
    if subscription is None or place is None:
        return None
    running = _running(world, laid)
    show_current(schedule, len(past) + running)
    behavior = params.get("proration_behavior", "create_prorations")
    if running:
        behavior = laid[running]["proration_behavior"]
    return phase_entry.enter(world, schedule, subscription, laid[running], behavior)


def _start(world: World, schedule: Obj, given: list[Params]) -> int:
    """The first given phase is the current one, which began when it began."""
    asked = given[0].get("start_date") if given else None
    place = phases.current(schedule)
    if place is not None:
        began: int = schedule["phases"][place]["start_date"]
        if asked not in (None, began):
            raise invalid(
                "The start date of the current phase cannot be changed.",
                param="phases[0][start_date]",
            )
        return began
    planned: int = world.now if asked == "now" else asked or schedule["phases"][0]["start_date"]
    if planned < world.now:
        raise not_implemented("schedules that begin in the past")
    return planned


def _running(world: World, laid: list[Obj]) -> int:
    for number, phase in enumerate(laid):
        if phase["start_date"] <= world.now < phase["end_date"]:
            return number
    raise invalid("The current phase has to end in the future.", param="phases")


def release(world: World, schedule_id: str, params: Params) -> Obj:
    """The subscription goes on without the schedule, and without the end that it had set."""
    schedule = _live(world, schedule_id, "release")
    keep = params.get("preserve_cancel_date", False)
    schedule_clock.let_go(world, schedule_id, keep_cancel_date=keep)
    return schedule


def cancel(world: World, schedule_id: str, params: Params) -> Obj:
    """Ends the subscription at once, with a final invoice and prorated unless told otherwise."""
    schedule = _live(world, schedule_id, "cancel")
    if schedule["subscription"]:
        given = {"invoice_now": True, "prorate": True, **params}
        cancellations.cancel(world, schedule["subscription"], given)
        return schedule
    with world.changing(schedule_id, "subscription_schedule.canceled") as schedule:
        schedule.update(status="canceled", canceled_at=world.now)
    return schedule
