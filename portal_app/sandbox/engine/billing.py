"""Subscriptions and money: periods, the invoice of a period, and what its payment changes."""

from typing import Any

from portal_app.sandbox.engine import drafts, invoices
from portal_app.sandbox.engine.calendar import DAY, HOUR, boundary, boundary_after
from portal_app.sandbox.engine.cards import Decline
from portal_app.sandbox.engine.invoice_objects import new_invoice, subscription_line
from portal_app.sandbox.engine.world import Obj, World

# docs.stripe.com/billing/subscriptions/overview: "the customer has 23 hours".
INCOMPLETE_LIFE = 23 * HOUR
ENDED = ("canceled", "incomplete_expired")


def next_boundary(world: World, subscription: Obj, moment: int) -> int:
    recurring = world.objects[subscription["items"]["data"][0]["price"]]["recurring"]
    return boundary_after(
        subscription["billing_cycle_anchor"],
        recurring["interval"],
        recurring["interval_count"],
        moment,
    )


def period_start(subscription: Obj) -> int:
    return int(subscription["items"]["data"][0]["current_period_start"])


def period_end(subscription: Obj) -> int:
    return int(subscription["items"]["data"][0]["current_period_end"])


def set_period(world: World, subscription: Obj, start: int) -> None:
    """The period that begins at `start`; a trial is one period of its own."""
    trial_end = subscription["trial_end"]
    in_trial = trial_end is not None and trial_end > start
    end = trial_end if in_trial else next_boundary(world, subscription, start)
    for item in subscription["items"]["data"]:
        item["current_period_start"], item["current_period_end"] = start, end
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = end


def first_share(world: World, subscription: Obj) -> float:
    """1.0 for a full period; less when the first one is cut short by a given anchor."""
    start, end = period_start(subscription), period_end(subscription)
    recurring = world.objects[subscription["items"]["data"][0]["price"]]["recurring"]
    full = boundary(end, recurring["interval"], recurring["interval_count"], -1)
    natural = boundary(start, recurring["interval"], recurring["interval_count"], 1)
    return 1.0 if end == natural else min(1.0, (end - start) / (end - full))


def bill(
    world: World, subscription: Obj, *, reason: str, share: float | None, charge: bool
) -> Decline | None:
    """Invoice the current period, and collect it unless it is paused, sent or left incomplete.

    `share` is the billed part of the period, None for a free trial. Returns the decline.
    """
    invoice = _draft(world, subscription, reason=reason, share=share)
    subscription["latest_invoice"] = invoice["id"]
    pause = subscription["pause_collection"]
    if pause and pause["behavior"] == "keep_as_draft":
        world.edit(invoice["id"])["auto_advance"] = False
        return None
    invoices.finalize(world, invoice["id"])
    if invoice["status"] == "paid":
        settle(world, subscription["id"])
        return None
    if pause:
        closed = "void" if pause["behavior"] == "void" else "uncollectible"
        invoices.close(world, invoice["id"], closed)
        return None
    subscription["_open"].append(invoice["id"])
    if invoice["collection_method"] == "send_invoice":
        world.emit("invoice.sent", invoice)
        if subscription["status"] == "incomplete":
            subscription["status"] = "active"
        return None
    if not charge:
        return None
    refusal = invoices.collect(world, invoice["id"])
    if refusal is None:
        settle(world, subscription["id"])
    elif subscription["status"] in ("active", "trialing"):
        subscription["status"] = "past_due"
    return refusal


def _draft(world: World, subscription: Obj, *, reason: str, share: float | None) -> Obj:
    customer = world.objects[subscription["customer"]]
    invoice = new_invoice(world, customer, currency=subscription["currency"], reason=reason)
    previous = subscription["latest_invoice"]
    if previous:
        # The invoice's own period is the one that ended; its lines carry the new one.
        started = world.objects[previous]["lines"]["data"][0]["period"]["start"]
        invoice["period_start"] = min(started, world.now)
    invoice.update(
        collection_method=subscription["collection_method"],
        description=subscription["description"],
        parent={
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        },
    )
    if invoice["collection_method"] == "send_invoice":
        invoice["due_date"] = world.now + subscription["days_until_due"] * DAY
    invoice["lines"]["data"] = [
        subscription_line(world, subscription, item, share=share)
        for item in subscription["items"]["data"]
    ]
    drafts.take_pending(world, invoice, subscription=subscription["id"])
    drafts.set_totals(invoice)
    return world.add(invoice, "invoice.created")


def pay(world: World, invoice_id: str, params: dict[str, Any]) -> Obj:
    """Pay an invoice by hand; the subscription behind it recovers with it."""
    invoice = invoices.pay(world, invoice_id, params)
    details = (invoice["parent"] or {}).get("subscription_details")
    if details and world.objects[details["subscription"]]["status"] not in ENDED:
        with world.changing(details["subscription"], "customer.subscription.updated"):
            settle(world, details["subscription"])
    return invoice


def settle(world: World, subscription_id: str) -> None:
    """After a payment: a subscription that owes nothing more is active again."""
    subscription = world.edit(subscription_id)
    still_open = [i for i in subscription["_open"] if world.objects[i]["status"] == "open"]
    subscription["_open"] = still_open
    if not still_open and subscription["status"] in ("incomplete", "past_due", "unpaid"):
        subscription["status"] = "active"


def end_trial(world: World, subscription_id: str) -> None:
    """First real period, charged now. Without a payment method the trial's settings decide."""
    subscription = world.edit(subscription_id)
    behavior = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if behavior == "create_invoice" or _has_method(world, subscription):
        with world.changing(subscription_id, "customer.subscription.updated") as subscription:
            subscription["trial_end"] = min(subscription["trial_end"], world.now)
            subscription.update(status="active", billing_cycle_anchor=world.now)
            set_period(world, subscription, world.now)
            bill(world, subscription, reason="subscription_cycle", share=1.0, charge=True)
    elif behavior == "cancel":
        end(world, subscription_id, reason="payment_failed")
    else:
        become_paused(world, subscription_id, "trial_end_without_payment_method")


def _has_method(world: World, subscription: Obj) -> bool:
    settings = world.objects[subscription["customer"]]["invoice_settings"]
    return bool(subscription["default_payment_method"] or settings["default_payment_method"])


def become_paused(world: World, subscription_id: str, why: str) -> None:
    events = ("customer.subscription.updated", "customer.subscription.paused")
    with world.changing(subscription_id, *events) as subscription:
        paused = {"subscription": {"type": why}, "transitioned_at": world.now}
        subscription["status"] = "paused"
        subscription["status_details"] = {"paused": {**paused, "type": "subscription"}}


def credit_unused(world: World, subscription: Obj, since: int) -> None:
    """A pending negative item for the paid time after `since`; the next invoice takes it."""
    start, finish = period_start(subscription), period_end(subscription)
    share = max(0, finish - since) / (finish - start)
    for line in subscription["items"]["data"]:
        price = world.objects[line["price"]]
        amount = -round(price["unit_amount"] * line["quantity"] * share)
        if amount == 0:
            continue
        product = world.objects[price["product"]]["name"]
        item = drafts.new_item(
            world,
            subscription["customer"],
            amount,
            subscription["currency"],
            description=f"Unused time on {product}",
        )
        item.update(
            proration=True,
            discountable=False,
            period={"start": since, "end": finish},
            parent={
                "subscription_details": {
                    "subscription": subscription["id"],
                    "subscription_item": line["id"],
                },
                "type": "subscription_details",
            },
        )
        world.add(item, "invoiceitem.created")


def end(world: World, subscription_id: str, *, reason: str, status: str = "canceled") -> None:
    """The end of a subscription. Open invoices stay open, without further retries."""
    event = "customer.subscription.deleted"
    if status == "incomplete_expired":
        event = "customer.subscription.updated"
    with world.changing(subscription_id, event) as subscription:
        subscription.update(status=status, ended_at=world.now)
        subscription["canceled_at"] = subscription["canceled_at"] or world.now
        details = subscription["cancellation_details"]
        details["reason"] = reason if status == "canceled" else None
        for invoice_id in subscription["_open"]:
            if world.objects[invoice_id]["status"] == "open":
                _stop(world, invoice_id, void=status == "incomplete_expired")
        subscription["_open"] = []


def _stop(world: World, invoice_id: str, *, void: bool) -> None:
    if void:
        invoices.close(world, invoice_id, "void")
        return
    with world.changing(invoice_id, "invoice.updated") as invoice:
        invoice.update(auto_advance=False, next_payment_attempt=None)
