"""Subscriptions and money: periods, the invoice of a period, and what its payment changes."""

from dataclasses import dataclass
from fractions import Fraction

from portal_app.sandbox.engine import (
    anchors,
    discounts,
    drafts,
    invoices,
    pending_updates,
    prorations,
    resumptions,
    schedule_links,
    settings,
    totals,
)
from portal_app.sandbox.engine.calendar import DAY, boundary_after
from portal_app.sandbox.engine.declines import Decline
from portal_app.sandbox.engine.invoice_objects import new_invoice, subscription_line
from portal_app.sandbox.engine.world import Obj, World

ENDED = ("canceled", "incomplete_expired")
WHOLE = Fraction(1)


@dataclass(frozen=True)
class Demand:
    """What a subscription is to be invoiced for at this moment.

    `share` is the billed part of the current period, None for a free trial. `lines` is False
    when only waiting items are invoiced. `waits` lets the invoice stay a draft for a while.
    """

    reason: str
    share: Fraction | None = WHOLE
    lines: bool = True
    waits: bool = False

    @property
    def off_session(self) -> bool:
        """Only what the clock does happens without the customer."""
        return self.reason == "subscription_cycle"


def next_boundary(world: World, subscription: Obj, moment: int) -> int:
    recurring = world.objects[subscription["items"]["data"][0]["price"]]["recurring"]
    return boundary_after(
        anchors.of(subscription),
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


def first_share(world: World, subscription: Obj) -> Fraction:
    """1 for a full period; less when the first one is cut short by a given anchor."""
    start, end = period_start(subscription), period_end(subscription)
    whole = prorations.full_length(world, subscription)
    return Fraction(min(end - start, whole), whole)


def bill(world: World, subscription: Obj, demand: Demand, *, charge: bool = True) -> Decline | None:
    """Invoice the demand, and collect it unless it waits, is paused, sent or left incomplete.

    Returns why the charge was declined. An invoice without a line is not made at all.
    """
    invoice = compose(world, subscription, demand)
    if not invoice["lines"]["data"]:
        return None
    world.add(invoice, "invoice.created")
    discounts.use_up(world, subscription, invoice)
    subscription["latest_invoice"] = invoice["id"]
    pause, wait = subscription["pause_collection"], settings.read(world)["draft_seconds"]
    if subscription["status"] == "unpaid" or (pause and pause["behavior"] == "keep_as_draft"):
        world.edit(invoice["id"])["auto_advance"] = False
        return None
    if demand.waits and wait and invoice["total"] != 0:
        world.edit(invoice["id"])["automatically_finalizes_at"] = world.now + wait
        return None
    return issue(world, subscription, invoice, charge=charge, off_session=demand.off_session)


def issue(
    world: World, subscription: Obj, invoice: Obj, *, charge: bool, off_session: bool = True
) -> Decline | None:
    """Finalize a draft of the subscription and do with it what the subscription says."""
    pause = subscription["pause_collection"]
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
        refusal = None
    else:
        refusal = invoices.collect(world, invoice["id"], off_session=off_session)
    if charge and refusal is None:
        settle(world, subscription["id"])
    elif subscription["status"] in ("active", "trialing"):
        subscription["status"] = "past_due"
    return refusal


def compose(world: World, subscription: Obj, demand: Demand) -> Obj:
    """The draft for a demand, which previews and charges share. Takes the waiting items."""
    customer = world.objects[subscription["customer"]]
    invoice = new_invoice(world, customer, currency=subscription["currency"], reason=demand.reason)
    _head(world, invoice, subscription)
    items = subscription["items"]["data"] if demand.lines else []
    invoice["discounts"] = discounts.running(world, subscription)
    invoice["default_tax_rates"] = subscription["default_tax_rates"]
    lines = [subscription_line(world, subscription, item, share=demand.share) for item in items]
    invoice["lines"]["data"] = list(lines)
    drafts.take_pending(world, invoice, subscription=subscription["id"])
    totals.set_totals(world, invoice)
    for item, line in zip(items, lines, strict=True):
        # What later credits are a share of: the amount without taxes, which come on top again.
        item["_billed"] = {"amount": totals.after_discounts(line), **line["period"]}
    return invoice


def _head(world: World, invoice: Obj, subscription: Obj) -> None:
    previous = world.objects.get(subscription["latest_invoice"] or "")
    if previous and previous["lines"]["data"]:
        # The invoice's own period is the one that ended; its lines carry the new one.
        started = previous["lines"]["data"][0]["period"]["start"]
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


def of_invoice(world: World, invoice: Obj) -> Obj | None:
    """The subscription behind an invoice, unless it has ended."""
    details = (invoice["parent"] or {}).get("subscription_details")
    found: Obj | None = world.objects[details["subscription"]] if details else None
    return None if found is None or found["status"] in ENDED else found


def settle(world: World, subscription_id: str) -> None:
    """After a payment: a subscription that owes nothing more is active again."""
    subscription = world.edit(subscription_id)
    pending_updates.conclude(world, subscription)
    resumptions.conclude(world, subscription)
    still_open = [i for i in subscription["_open"] if world.objects[i]["status"] == "open"]
    subscription["_open"] = still_open
    owed = [i for i in still_open if not invoices.is_processing(world, world.objects[i])]
    if not owed and subscription["status"] in ("incomplete", "past_due", "unpaid"):
        subscription["status"] = "active"


def follow_payment(world: World, invoice: Obj) -> None:
    """What became of an invoice's payment, for the subscription behind it."""
    subscription = of_invoice(world, invoice)
    if subscription is None:
        return
    with world.changing(subscription["id"], "customer.subscription.updated") as subscription:
        settle(world, subscription["id"])
        owed = invoice["status"] == "open" and invoice["id"] in subscription["_open"]
        late = owed and not invoices.is_processing(world, invoice)
        if late and subscription["status"] == "active":
            subscription["status"] = "past_due"


def end(world: World, subscription_id: str, *, reason: str, status: str = "canceled") -> None:
    """The end of a subscription. Open invoices stay open, without further retries."""
    pending_updates.expire(world, subscription_id)
    resumptions.expire(world, subscription_id)
    event = "customer.subscription.deleted"
    if status == "incomplete_expired":
        event = "customer.subscription.updated"
    with world.changing(subscription_id, event) as subscription:
        subscription.update(status=status, ended_at=world.now)
        subscription["canceled_at"] = subscription["canceled_at"] or world.now
        details = subscription["cancellation_details"]
        details["reason"] = reason if status == "canceled" else None
        latest = world.objects.get(subscription["latest_invoice"] or "")
        waiting = [latest["id"]] if latest and latest["status"] == "draft" else []
        for invoice_id in [*subscription["_open"], *waiting]:
            if world.objects[invoice_id]["status"] in ("open", "draft"):
                _stop(world, invoice_id, void=status == "incomplete_expired")
        subscription["_open"] = []
    schedule_links.follow_end(world, subscription, reason)


def _stop(world: World, invoice_id: str, *, void: bool) -> None:
    if void:
        invoices.close(world, invoice_id, "void")
        return
    with world.changing(invoice_id, "invoice.updated") as invoice:
        invoice.update(
            auto_advance=False, next_payment_attempt=None, automatically_finalizes_at=None
        )
