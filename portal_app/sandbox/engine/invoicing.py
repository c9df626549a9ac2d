"""What the API does to an invoice by hand, and what that means for its subscription."""

from typing import Any

from portal_app.sandbox.engine import billing, invoices
from portal_app.sandbox.engine.calendar import HOUR
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]


def finalize(world: World, invoice_id: str, params: Params) -> Obj:
    """With `auto_advance`, the charge follows within the hour (…/invoicing/overview)."""
    invoice = invoices.finalize(world, invoice_id)
    if "auto_advance" in params:
        world.edit(invoice_id)["auto_advance"] = params["auto_advance"]
    automatic = invoice["collection_method"] == "charge_automatically"
    if invoice["status"] == "open" and invoice["auto_advance"] and automatic:
        world.edit(invoice_id)["next_payment_attempt"] = world.now + HOUR
    _join(world, invoice)
    return invoice


def pay(world: World, invoice_id: str, params: Params) -> Obj:
    """Pay an invoice by hand; the subscription behind it recovers with it."""
    if world.get("invoice", invoice_id)["status"] == "draft":
        _join(world, invoices.finalize(world, invoice_id))
    invoice = invoices.pay(world, invoice_id, params)
    if subscription := billing.of_invoice(world, invoice):
        with world.changing(subscription["id"], "customer.subscription.updated"):
            billing.settle(world, subscription["id"])
    return invoice


def _join(world: World, invoice: Obj) -> None:
    """A draft of a subscription that was finalized by hand is owed by it from now on."""
    subscription = billing.of_invoice(world, invoice)
    if subscription and invoice["status"] == "open" and invoice["id"] not in subscription["_open"]:
        world.edit(subscription["id"])["_open"].append(invoice["id"])


def send(world: World, invoice_id: str) -> Obj:
    """`POST /v1/invoices/{id}/send`: nothing is mailed, the event is what can be seen."""
    invoice = world.get("invoice", invoice_id)
    if invoice["collection_method"] != "send_invoice":
        raise invalid(
            "You can only manually send an invoice if its collection method is `send_invoice`."
        )
    if invoice["status"] == "draft":
        _join(world, invoices.finalize(world, invoice_id))
    elif invoice["status"] != "open":
        raise invalid(f"You can't send an invoice that is {invoice['status']}.")
    world.emit("invoice.sent", invoice)
    return invoice


def void(world: World, invoice_id: str) -> Obj:
    invoice = world.get("invoice", invoice_id)
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid(
            "You can only pass in open or uncollectible invoices. This invoice isn't open or "
            "uncollectible."
        )
    if invoices.is_processing(world, invoice):
        raise invalid("You can't void an invoice while a payment for it is processing.")
    return _close(world, invoice, "void")


def mark_uncollectible(world: World, invoice_id: str) -> Obj:
    invoice = world.get("invoice", invoice_id)
    if invoice["status"] != "open":
        raise invalid("You can only pass in open invoices. This invoice isn't open.")
    return _close(world, invoice, "uncollectible")


def _close(world: World, invoice: Obj, status: str) -> Obj:
    """A subscription that owes nothing any more recovers; one that never began ends with it."""
    invoices.close(world, invoice["id"], status)
    subscription = billing.of_invoice(world, invoice)
    if subscription is None:
        return invoice
    if subscription["status"] == "incomplete":
        billing.end(world, subscription["id"], reason="", status="incomplete_expired")
        return invoice
    with world.changing(subscription["id"], "customer.subscription.updated"):
        billing.settle(world, subscription["id"])
    return invoice


def delete(world: World, invoice_id: str) -> Obj:
    """Only a one-off draft; its items wait again."""
    invoice = world.get("invoice", invoice_id)
    if invoice["status"] != "draft" or invoice["parent"]:
        raise invalid("You can only delete draft invoices that belong to no subscription.")
    for item in world.where("invoiceitem", invoice=invoice_id):
        world.edit(item["id"])["invoice"] = None
    world.emit("invoice.deleted", invoice)
    world.remove(invoice_id)
    return {"id": invoice_id, "object": "invoice", "deleted": True}
