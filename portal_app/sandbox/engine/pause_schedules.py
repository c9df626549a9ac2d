"""`pause_schedules` of a subscription schedule: when a subscription pauses, and when it resumes.

docs.stripe.com/billing/subscriptions/pause/schedules, since 2026-09-30.endive. There is one entry
at most; `settings` are those of the pause and resume endpoints under other names.
"""

from typing import Any

from portal_app.sandbox.engine import billing, pausing, phases, resumptions, trials
from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]

PAUSABLE = ("active", "past_due", "trialing")


# -- reading what was asked for ----------------------------------------------------------------
def read(world: World, schedule: Obj, given: list[Params]) -> list[Obj]:
    """The entries after a request; an entry of the same `key` is changed, not replaced.

    Raises 400 for a second entry, for moments in the past and for a part that has happened.
    """
    if len(given) > 1:
        raise invalid("Only one pause schedule is supported.", param="pause_schedules")
    if given and schedule["default_settings"]["collection_method"] == "send_invoice":
        raise invalid(
            "Pause schedules need `collection_method=charge_automatically`.",
            param="pause_schedules",
        )
    return [_entry(world, schedule, wanted) for wanted in given]


def _entry(world: World, schedule: Obj, wanted: Params) -> Obj:
    held = next(iter(schedule["pause_schedules"]), None)
    if held and wanted.get("key", held["key"]) != held["key"]:
        held = None
    pause = _pause(world, schedule, wanted.get("pause"), held and held["pause"])
    resume = held["resume"] if held and "resume" not in wanted else None
    if wanted.get("resume"):
        resume = _resume(world, pause, wanted["resume"], held and held["resume"])
    key = wanted.get("key") or (held["key"] if held else world.token(16))
    return {"key": key, "pause": pause, "resume": resume}


def _pause(world: World, schedule: Obj, wanted: Params | None, held: Obj | None) -> Obj:
    if wanted is None:
        return held or _already(world, schedule)
    if held and held["status"]["type"] != "scheduled":
        raise invalid("This pause has already happened.", param="pause_schedules[0][pause]")
    param = "pause_schedules[0][pause][pause_at]"
    at = _moment(
        world, wanted.get("pause_at"), world.now, held["pause_at"] if held else None, param
    )
    kept = (held and held["settings"]) or {}
    given = wanted.get("settings") or {}
    bill = {**(kept.get("bill_for") or {}), **(given.get("bill_for") or {})}
    settings = {
        "bill_for": {
            "outstanding_usage_through": {
                "type": (bill.get("outstanding_usage_through") or {}).get("type", "pause_at")
            },
            "unused_time_from": {
                "type": (bill.get("unused_time_from") or {}).get("type", "pause_at")
            },
        },
        "invoicing_behavior": given.get("invoicing_behavior")
        or kept.get("invoicing_behavior", "pending_invoice_item"),
        "type": "subscription",
    }
    return {"pause_at": at, "settings": settings, "status": _status("scheduled")}


def _already(world: World, schedule: Obj) -> Obj:
    """A subscription that is paused gets a resume date."""
    subscription = world.objects.get(schedule["subscription"] or "")
    if subscription is None or subscription["status"] != "paused":
        raise required("pause_schedules[0][pause]")
    since = subscription["status_details"]["paused"]["transitioned_at"]
    return {"pause_at": since, "settings": None, "status": _status("succeeded")}


def _resume(world: World, pause: Obj, wanted: Params, held: Obj | None) -> Obj:
    if held and held["status"]["type"] not in ("scheduled", "error"):
        raise invalid("This resume has already begun.", param="pause_schedules[0][resume]")
    param = "pause_schedules[0][resume][resume_at]"
    before = held["resume_at"] if held else None
    at = _moment(world, wanted.get("resume_at"), pause["pause_at"], before, param)
    if at <= pause["pause_at"]:
        raise invalid("A subscription resumes after it has paused.", param=param)
    settings = {
        "billing_cycle_anchor": "resume_at",
        "payment_behavior": "resume_on_payment_success",
        "proration_behavior": "create_prorations",
        **(held["settings"] if held else {}),
        **(wanted.get("settings") or {}),
    }
    return {"resume_at": at, "settings": settings, "status": _status("scheduled")}


def _moment(world: World, wanted: Params | None, since: int, held: int | None, param: str) -> int:
    """`now`, a `timestamp`, or a `duration` counted from `since`; what was set if nothing is."""
    if not wanted:
        if held is None:
            raise required(param)
        return held
    kind = wanted.get("type")
    if kind == "now":
        return world.now
    if kind not in wanted:
        raise required(f"{param}[{kind}]")
    at = int(wanted["timestamp"]) if kind == "timestamp" else phases.after(since, wanted[kind])
    if at < world.now:
        raise invalid("A pause and its end lie in the future.", param=param)
    return at


def _status(word: str, error: Obj | None = None) -> Obj:
    return {"error": error, "type": word}


# -- what the clock does with it ---------------------------------------------------------------
def due(schedule: Obj) -> int | None:
    for entry in schedule["pause_schedules"]:
        if entry["pause"]["status"]["type"] == "scheduled":
            return int(entry["pause"]["pause_at"])
        if entry["resume"] and entry["resume"]["status"]["type"] == "scheduled":
            return int(entry["resume"]["resume_at"])
    return None


def is_outstanding(schedule: Obj) -> bool:
    """Whether a pause or a resume is still to come, or waits for its payment."""
    waiting = [
        entry["resume"] and entry["resume"]["status"]["type"] == "pending"
        for entry in schedule["pause_schedules"]
    ]
    return due(schedule) is not None or any(waiting)


def step(world: World, schedule_id: str) -> None:
    """The pause or the resume that is due."""
    with world.changing(schedule_id, "subscription_schedule.updated") as schedule:
        [entry] = schedule["pause_schedules"]
        subscription_id = schedule["subscription"]
        if entry["pause"]["status"]["type"] == "scheduled":
            entry["pause"]["status"] = _do_pause(world, subscription_id, entry["pause"])
        else:
            entry["resume"]["status"] = _do_resume(world, subscription_id, entry)


def pause_params(pause: Obj) -> Params:
    """The same settings under the names of the pause endpoint."""
    unused = pause["settings"]["bill_for"]["unused_time_from"]["type"]
    return {
        "bill_for": {"unused_time_from": {"type": "now" if unused == "pause_at" else unused}},
        "invoicing_behavior": pause["settings"]["invoicing_behavior"],
    }


def _do_pause(world: World, subscription_id: str, pause: Obj) -> Obj:
    status = world.objects[subscription_id]["status"]
    if status not in PAUSABLE:
        return _status("error", _error(f"The subscription is {status}."))
    subscription = world.edit(subscription_id)
    demand = pausing.rest(world, subscription, pause_params(pause))
    if demand:
        billing.bill(world, subscription, demand)
    trials.become_paused(world, subscription_id, "pause_requested")
    return _status("succeeded")


def _do_resume(world: World, subscription_id: str, entry: Obj) -> Obj:
    if entry["pause"]["status"]["type"] == "error":
        return _status("error", _error("The subscription was not paused."))
    if world.objects[subscription_id]["status"] != "paused":
        return _status("succeeded")
    settings = entry["resume"]["settings"]
    anchor = "unchanged" if settings["billing_cycle_anchor"] == "unchanged" else "now"
    params = {
        "billing_cycle_anchor": {"type": anchor},
        "proration_behavior": settings["proration_behavior"],
    }
    waits = settings["payment_behavior"] == "resume_on_payment_success"
    before = resumptions.remember(world.objects[subscription_id])
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        refusal = billing.bill(world, subscription, pausing.wake(world, subscription, params))
        if refusal and waits:
            resumptions.hold(subscription, before)
            return _status("pending")
        world.emit("customer.subscription.resumed", subscription)
    return _status("succeeded")


def _error(message: str) -> Obj:
    return {"code": "subscription_not_pausable", "message": message}
