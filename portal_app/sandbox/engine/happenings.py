"""What an advance of the clock has brought, in the words of its events."""

from collections.abc import Iterable, Iterator

from portal_app.sandbox.engine.upcoming import said, whose
from portal_app.sandbox.engine.world import Obj, World

# The events of one kind that count as something a person would say has happened.
_KINDS = {
    "charge.dispute.closed": "dispute_closed",
    "customer.subscription.deleted": "ended",
    "customer.subscription.paused": "paused",
    "customer.subscription.resumed": "resumed",
    "invoice.paid": "paid",
    "invoice.payment_failed": "failed",
}


def told(world: World, events: Iterable[Obj]) -> list[Obj]:
    """`{"at", "kind", "customer", "email", "subscription", "title", "amount", "currency"}` each."""
    return list(_told(world, events))


def _told(world: World, events: Iterable[Obj]) -> Iterator[Obj]:
    for event in events:
        obj, kind = event["data"]["object"], _KINDS.get(event["type"])
        if kind is None or (kind == "paid" and not obj["amount_paid"]):
            continue
        yield {**_line(world, obj), "at": event["created"], "kind": kind}


def _line(world: World, obj: Obj) -> Obj:
    if obj["object"] == "subscription":
        return said(world, world.objects[obj["id"]])
    line = {"subscription": None, "title": ""}
    if obj["object"] == "dispute":
        line.update(whose(world, world.objects[obj["charge"]]["customer"]))
        return {**line, "amount": obj["amount"], "currency": obj["currency"]}
    details = (obj["parent"] or {}).get("subscription_details")
    if details:
        line = said(world, world.objects[details["subscription"]])
    line.update(whose(world, obj["customer"]))
    return {**line, "amount": obj["amount_due"], "currency": obj["currency"]}
