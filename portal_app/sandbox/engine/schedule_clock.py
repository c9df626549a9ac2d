"""What time does to subscription schedules: they start, change phase, pause, resume and end."""

from collections.abc import Callable, Iterator

from portal_app.sandbox.engine import (
    billing,
    cancellations,
    pause_schedules,
    phase_entry,
    phases,
    subscriptions,
)
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.calendar import DAY
from portal_app.sandbox.engine.errors import ApiError
from portal_app.sandbox.engine.schedule_links import is_over, show_current
from portal_app.sandbox.engine.world import Obj, World

# "Occurs 7 days before a subscription schedule will expire" (docs.stripe.com/api/events/types).
NOTICE = 7 * DAY


def due(_world: World, schedule: Obj) -> int | None:
    return min(_moments(schedule), default=None)


def _moments(schedule: Obj) -> Iterator[int]:
    if schedule["status"] == "not_started":
        yield schedule["phases"][0]["start_date"]
    if schedule["status"] != "active":
        return
    if (pause := pause_schedules.due(schedule)) is not None:
        yield pause
    place = phases.current(schedule)
    last = place == len(schedule["phases"]) - 1
    end = int(schedule["current_phase"]["end_date"])
    # A schedule that is to pause or resume still is kept until it has: it would be forgotten.
    if not (last and schedule["end_behavior"] != "cancel" and _is_waiting(schedule)):
        yield end
    if last and not schedule["_expiring"]:
        yield end - NOTICE


def _is_waiting(schedule: Obj) -> bool:
    return pause_schedules.is_outstanding(schedule)


def plan_notice(world: World, schedule: Obj) -> None:
    """A week's notice, unless it ends sooner."""
    schedule["_expiring"] = schedule["phases"][-1]["end_date"] - NOTICE <= world.now


def catch_up(world: World, schedule_id: str) -> None:
    """Everything that is due already, such as a start or a pause that was asked for `now`."""
    while (moment := due(world, world.objects[schedule_id])) is not None and moment <= world.now:
        step(world, world.objects[schedule_id])


def step(world: World, schedule: Obj) -> None:
    """The one step that is due; of several, phases come first, so that a pause finds the new."""
    schedule_id = schedule["id"]
    pause = pause_schedules.due(schedule)
    if schedule["status"] == "not_started":
        _start(world, schedule_id)
    elif begins_phase(world, schedule):
        bill_for(world, schedule_id, lambda: next_phase(world, schedule_id))
    elif pause is not None and pause <= world.now:
        pause_schedules.step(world, schedule_id)
    elif _phase_is_over(world, schedule):
        _finish(world, schedule_id)
    else:
        world.edit(schedule_id)["_expiring"] = True
        world.emit("subscription_schedule.expiring", schedule)


def begins_phase(world: World, schedule: Obj) -> bool:
    """Whether the next step is a change of phase."""
    return _phase_is_over(world, schedule) and not _is_last(schedule)


def _phase_is_over(world: World, schedule: Obj) -> bool:
    return bool(schedule["current_phase"]["end_date"] <= world.now)


def _is_last(schedule: Obj) -> bool:
    return phases.current(schedule) == len(schedule["phases"]) - 1


def bill_for(world: World, schedule_id: str, change: Callable[[], Demand | None]) -> None:
    """A change of the schedule, and the invoice that it makes of its subscription."""
    subscription_id = world.objects[schedule_id]["subscription"]
    with world.changing(schedule_id, "subscription_schedule.updated"):
        if subscription_id is None:
            change()
            return
        with world.changing(subscription_id, "customer.subscription.updated") as subscription:
            demand = change()
            if demand and subscription["status"] not in billing.ENDED:
                billing.bill(world, subscription, demand)


def next_phase(world: World, schedule_id: str) -> Demand | None:
    """Returns what the phase that begins now invoices at once."""
    schedule = world.edit(schedule_id)
    subscription = world.edit(schedule["subscription"])
    place = (phases.current(schedule) or 0) + 1
    show_current(schedule, place)
    phase = schedule["phases"][place]
    demand = phase_entry.enter(world, schedule, subscription, phase, phase["proration_behavior"])
    mark_end(world, schedule, subscription)
    return demand


def mark_end(world: World, schedule: Obj, subscription: Obj) -> None:
    """The subscription shows its end "when it transitions into the final phase"."""
    wanted = None
    if schedule["end_behavior"] == "cancel" and _is_last(schedule):
        wanted = schedule["phases"][-1]["end_date"]
    if wanted == subscription["cancel_at"] and not subscription["cancel_at_period_end"]:
        return
    subscription.update(
        cancel_at=wanted,
        cancel_at_period_end=False,
        canceled_at=(subscription["canceled_at"] or world.now) if wanted else None,
        _cancel_proration=schedule["phases"][-1]["proration_behavior"],
    )
    reason = "cancellation_requested" if wanted else None
    subscription["cancellation_details"]["reason"] = reason


def _start(world: World, schedule_id: str) -> None:
    """Its subscription begins, active from the start: the first invoice is like a renewal's."""
    with world.changing(schedule_id, "subscription_schedule.updated") as schedule:
        try:
            subscription = first_subscription(world, schedule)
        except ApiError:
            # A price that is sold no more, since: the clock can't be told no.
            schedule.update(status="canceled", canceled_at=world.now)
            world.emit("subscription_schedule.aborted", schedule)
            return
        world.add(subscription)
        demand = subscriptions.first_demand(world, subscription, {})
        if subscription["status"] == "incomplete":
            subscription["status"] = "active"
        billing.bill(world, subscription, demand)
        world.emit("customer.subscription.created", subscription)


def first_subscription(world: World, schedule: Obj) -> Obj:
    """The subscription of the first phase, not yet part of the account; the schedule is active."""
    phase, defaults = schedule["phases"][0], schedule["default_settings"]
    customer = world.edit(schedule["customer"])
    params = {
        "collection_method": defaults["collection_method"],
        "customer": customer["id"],
        "days_until_due": defaults["invoice_settings"]["days_until_due"],
        "items": [
            {name: item[name] for name in ("metadata", "price", "quantity")}
            for item in phase["items"]
        ],
    }
    if phase["trial_end"] and phase["trial_end"] > world.now:
        params["trial_end"] = phase["trial_end"]
    subscription = subscriptions.build(world, params)
    phase_entry.put_on(world, schedule, subscription, phase)
    schedule.update(status="active", subscription=subscription["id"])
    subscription["schedule"] = schedule["id"]
    show_current(schedule, 0)
    mark_end(world, schedule, subscription)
    return subscription


def _finish(world: World, schedule_id: str) -> None:
    schedule = world.objects[schedule_id]
    if schedule["end_behavior"] == "cancel" and is_over(world, schedule):
        cancellations.at_planned_time(world, schedule["subscription"])
    else:
        let_go(world, schedule_id, keep_cancel_date=False)


def let_go(world: World, schedule_id: str, *, keep_cancel_date: bool) -> None:
    """The schedule is released: what it was about to do does not happen."""
    with world.changing(schedule_id, "subscription_schedule.released") as schedule:
        subscription_id = schedule["subscription"]
        schedule.update(status="released", released_at=world.now, current_phase=None)
        schedule.update(released_subscription=subscription_id, subscription=None)
    if subscription_id is None:
        return
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        subscription["schedule"] = None
        if not keep_cancel_date and subscription["cancel_at"]:
            subscription.update(cancel_at=None, canceled_at=None)
            subscription["cancellation_details"]["reason"] = None
