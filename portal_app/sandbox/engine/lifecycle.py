"""What time does: renewals, trial ends, retries, planned cancellations, expiries.

`advance` takes every due step in the order of time, with the clock standing at that step.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from portal_app.sandbox.engine import billing, checkout, invoices
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import EVENT_RETENTION, Obj, World


def advance(world: World, until: int) -> None:
    """Move the clock forward. Raises 400 when `until` is in the past of the account."""
    if until < world.now:
        raise invalid("The clock never goes back.", param="now")
    queue = [
        (due, obj["_seq"], obj["id"]) for obj in _living(world) if (due := next_due(world, obj))
    ]
    heapify(queue)
    while queue and queue[0][0] <= until:
        due, sequence, object_id = heappop(queue)
        obj = world.objects[object_id]
        current = next_due(world, obj)
        if current is None or current > due:
            if current is not None:
                heappush(queue, (current, sequence, object_id))
            continue
        world.now = max(world.now, due)
        step(world, obj)
        if (following := next_due(world, obj)) is not None:
            heappush(queue, (following, sequence, object_id))
    world.now = until
    _forget_old_events(world)


def _living(world: World) -> Iterator[Obj]:
    for kind in ("subscription", "checkout.session"):
        yield from world.all(kind)


def next_due(world: World, obj: Obj) -> int | None:
    """When something happens to this object by itself next."""
    if obj["object"] == "checkout.session":
        return int(obj["expires_at"]) if obj["status"] == "open" else None
    moments = list(_subscription_moments(world, obj))
    return min(moments) if moments else None


def _subscription_moments(world: World, subscription: Obj) -> Iterator[int]:
    status = subscription["status"]
    if status in ("canceled", "incomplete_expired"):
        return
    if status == "incomplete":
        yield subscription["created"] + billing.INCOMPLETE_LIFE
        return
    if subscription["cancel_at"]:
        yield subscription["cancel_at"]
    if status == "paused":
        return
    yield billing.period_end(subscription)
    if (pause := subscription["pause_collection"]) and pause["resumes_at"]:
        yield pause["resumes_at"]
    for invoice_id in subscription["_open"]:
        yield from _invoice_moments(world.objects[invoice_id], status)


def _invoice_moments(invoice: Obj, status: str) -> Iterator[int]:
    if invoice["status"] != "open":
        return
    if invoice["next_payment_attempt"]:
        yield invoice["next_payment_attempt"]
    if invoice["collection_method"] == "send_invoice" and status == "active":
        yield invoice["due_date"]


def step(world: World, obj: Obj) -> None:
    """The one step that is due now; when several are, the end of a subscription comes first."""
    if obj["object"] == "checkout.session":
        checkout.expire(world, obj["id"])
        return
    subscription, now = obj, world.now
    if subscription["status"] == "incomplete":
        billing.end(world, subscription["id"], reason="", status="incomplete_expired")
        return
    if subscription["cancel_at"] and subscription["cancel_at"] <= now:
        billing.end(world, subscription["id"], reason="cancellation_requested")
        return
    pause = subscription["pause_collection"]
    if pause and pause["resumes_at"] and pause["resumes_at"] <= now:
        with world.changing(subscription["id"], "customer.subscription.updated") as changed:
            changed["pause_collection"] = None
        return
    for invoice_id in list(subscription["_open"]):
        if any(m <= now for m in _invoice_moments(world.objects[invoice_id], obj["status"])):
            _dun(world, subscription["id"], invoice_id)
            return
    renew(world, subscription["id"])


def renew(world: World, subscription_id: str) -> None:
    if world.objects[subscription_id]["status"] == "trialing":
        billing.end_trial(world, subscription_id)
        return
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        billing.set_period(world, subscription, billing.period_end(subscription))
        billing.bill(world, subscription, reason="subscription_cycle", share=1.0, charge=True)


def _dun(world: World, subscription_id: str, invoice_id: str) -> None:
    """A retry, or the due date of a sent invoice. The last failed retry ends the subscription."""
    invoice = world.objects[invoice_id]
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        if invoice["collection_method"] == "send_invoice":
            subscription["status"] = "past_due"
            return
        if invoices.collect(world, invoice_id) is None:
            billing.settle(world, subscription_id)
            return
    if invoice["next_payment_attempt"] is None:
        billing.end(world, subscription_id, reason="payment_failed")


def _forget_old_events(world: World) -> None:
    for event_id in list(world.kinds.get("event", {})):
        if world.objects[event_id]["created"] >= world.now - EVENT_RETENTION:
            break
        world.remove(event_id)
