"""What time does: renewals, trial ends, retries, planned cancellations, expiries.

`advance` takes every due step in the order of time, with the clock standing at that step.
"""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from portal_app.sandbox.engine import (
    billing,
    cancellations,
    checkout,
    disputes,
    dunning,
    intents,
    pending_updates,
    resumptions,
    schedule_clock,
    trials,
)
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.calendar import HOUR
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import EVENT_RETENTION, Obj, World

# docs.stripe.com/billing/subscriptions/overview: "the customer has 23 hours".
INCOMPLETE_LIFE = 23 * HOUR


def advance(world: World, until: int) -> None:
    """Move the clock forward. Raises 400 when `until` is in the past of the account."""
    if until < world.now:
        raise invalid("The clock never goes back.", param="now")
    agenda = _Agenda(world)
    for kind in _DUE:
        for obj in world.all(kind):
            agenda.note(obj)
    while (due := agenda.next(until)) is not None:
        moment, obj = due
        world.now = max(world.now, moment)
        world.stirred.clear()
        _STEPS[obj["object"]](world, obj)
        for object_id in world.stirred | {obj["id"]}:
            agenda.note(world.objects.get(object_id, {}))
    world.now = until
    _forget_old_events(world)


class _Agenda:
    """The next moment of every object, in the order of time and then of creation."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._queue: list[tuple[int, int, str]] = []
        self._planned: dict[str, int] = {}

    def note(self, obj: Obj) -> None:
        due_of = _DUE.get(obj.get("object", ""))
        due = due_of(self._world, obj) if due_of else None
        if due is None:
            self._planned.pop(obj.get("id", ""), None)
        elif self._planned.get(obj["id"]) != due:
            self._planned[obj["id"]] = due
            heappush(self._queue, (due, obj["_seq"], obj["id"]))

    def next(self, until: int) -> tuple[int, Obj] | None:
        """Entries that a later note has replaced are passed over."""
        while self._queue and self._queue[0][0] <= until:
            due, _sequence, object_id = heappop(self._queue)
            if self._planned.get(object_id) == due:
                del self._planned[object_id]
                return due, self._world.objects[object_id]
        return None


# -- when something happens to an object by itself ---------------------------------------------
def _session_due(_world: World, session: Obj) -> int | None:
    return int(session["expires_at"]) if session["status"] == "open" else None


def _subscription_due(_world: World, subscription: Obj) -> int | None:
    if subscription["status"] in billing.ENDED:
        return None
    return min(_subscription_moments(subscription), default=None)


def _subscription_moments(subscription: Obj) -> Iterator[int]:
    if subscription["status"] == "incomplete":
        yield subscription["created"] + INCOMPLETE_LIFE
        return
    if subscription["cancel_at"]:
        yield subscription["cancel_at"]
    if (expiry := pending_updates.due(subscription)) is not None:
        yield expiry
    if (expiry := resumptions.due(subscription)) is not None:
        yield expiry
    if subscription["status"] == "paused":
        return
    yield billing.period_end(subscription)
    if (pause := subscription["pause_collection"]) and pause["resumes_at"]:
        yield pause["resumes_at"]


# -- what happens then -------------------------------------------------------------------------
def _expire_session(world: World, session: Obj) -> None:
    checkout.expire(world, session["id"])


def _step(world: World, subscription: Obj) -> None:
    """The one step that is due now; when several are, the end of a subscription comes first."""
    subscription_id, now = subscription["id"], world.now
    pause = subscription["pause_collection"]
    if subscription["status"] == "incomplete":
        billing.end(world, subscription_id, reason="", status="incomplete_expired")
    elif subscription["cancel_at"] and subscription["cancel_at"] <= now:
        cancellations.at_planned_time(world, subscription_id)
    elif (expiry := pending_updates.due(subscription)) is not None and expiry <= now:
        pending_updates.expire(world, subscription_id)
    elif (expiry := resumptions.due(subscription)) is not None and expiry <= now:
        resumptions.expire(world, subscription_id)
    elif (schedule := world.objects.get(subscription["schedule"] or "")) and _is_due(
        world, schedule
    ):
        # A phase that begins with the period, or a pause, comes before the renewal.
        schedule_clock.step(world, schedule)
    elif pause and pause["resumes_at"] and pause["resumes_at"] <= now:
        with world.changing(subscription_id, "customer.subscription.updated") as changed:
            changed["pause_collection"] = None
    elif subscription["status"] == "trialing":
        trials.end(world, subscription_id)
    else:
        with world.changing(subscription_id, "customer.subscription.updated") as changed:
            billing.bill(world, changed, renewal(world, changed))


def _is_due(world: World, schedule: Obj) -> bool:
    moment = schedule_clock.due(world, schedule)
    return moment is not None and moment <= world.now


def renewal(world: World, subscription: Obj) -> Demand:
    """The period that follows the current one, whole."""
    billing.set_period(world, subscription, billing.period_end(subscription))
    return Demand("subscription_cycle", waits=True)


_DUE: dict[str, Callable[[World, Obj], int | None]] = {
    "subscription": _subscription_due,
    "subscription_schedule": schedule_clock.due,
    "invoice": dunning.due,
    "checkout.session": _session_due,
    "payment_intent": intents.due,
    "dispute": disputes.due,
}
_STEPS: dict[str, Callable[[World, Obj], None]] = {
    "subscription": _step,
    "subscription_schedule": schedule_clock.step,
    "invoice": dunning.step,
    "checkout.session": _expire_session,
    "payment_intent": intents.settle,
    "dispute": disputes.step,
}


def _forget_old_events(world: World) -> None:
    for event_id in list(world.kinds.get("event", {})):
        if world.objects[event_id]["created"] >= world.now - EVENT_RETENTION:
            break
        world.remove(event_id)
