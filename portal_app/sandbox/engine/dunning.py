"""What time does to invoices: drafts are finalized, failed charges retried, due dates pass."""

from collections.abc import Iterator

from portal_app.sandbox.engine import billing, invoices, settings
from portal_app.sandbox.engine.world import Obj, World


def due(world: World, invoice: Obj) -> int | None:
    if invoice["status"] not in ("draft", "open"):
        return None
    return min(_moments(world, invoice), default=None)


def _moments(world: World, invoice: Obj) -> Iterator[int]:
    if invoice["status"] == "draft":
        if invoice["automatically_finalizes_at"] and invoice["auto_advance"]:
            yield invoice["automatically_finalizes_at"]
        return
    if invoice["next_payment_attempt"]:
        yield invoice["next_payment_attempt"]
    if invoice["due_date"] and not invoice.get("_overdue") and billing.of_invoice(world, invoice):
        yield invoice["due_date"]


def step(world: World, invoice: Obj) -> None:
    if invoice["status"] == "draft":
        _finalize(world, invoice)
    elif invoice["next_payment_attempt"]:
        _retry(world, invoice)
    else:
        _become_late(world, invoice)


def _finalize(world: World, invoice: Obj) -> None:
    subscription = billing.of_invoice(world, invoice)
    if subscription is None:
        invoices.finalize(world, invoice["id"])
        if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
            invoices.collect(world, invoice["id"])
        return
    with world.changing(subscription["id"], "customer.subscription.updated"):
        billing.issue(world, subscription, invoice, charge=True)


def _retry(world: World, invoice: Obj) -> None:
    """One more charge. The last failed retry does to the subscription what the settings say."""
    refusal = invoices.collect(world, invoice["id"])
    subscription = billing.of_invoice(world, invoice)
    if subscription is None:
        return
    if refusal is None:
        with world.changing(subscription["id"], "customer.subscription.updated"):
            billing.settle(world, subscription["id"])
    elif invoice["next_payment_attempt"] is None:
        _give_up(world, subscription)


def _give_up(world: World, subscription: Obj) -> None:
    if subscription["status"] == "paused":
        # It has begun nothing yet that could end.
        return
    ending = settings.read(world)["after_retries"]
    if ending == "cancel":
        billing.end(world, subscription["id"], reason="payment_failed")
    elif ending == "unpaid":
        with world.changing(subscription["id"], "customer.subscription.updated") as changed:
            changed["status"] = "unpaid"


def _become_late(world: World, invoice: Obj) -> None:
    """The due date of a sent invoice has passed."""
    world.edit(invoice["id"])["_overdue"] = True
    subscription = billing.of_invoice(world, invoice)
    if subscription and subscription["status"] == "active":
        with world.changing(subscription["id"], "customer.subscription.updated") as changed:
            changed["status"] = "past_due"
