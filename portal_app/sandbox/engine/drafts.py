"""Draft invoices and the invoice items that wait for them."""

from typing import Any

from portal_app.sandbox.engine import currencies, discounts, taxes, totals
from portal_app.sandbox.engine.calendar import DAY, HOUR
from portal_app.sandbox.engine.errors import required
from portal_app.sandbox.engine.invoice_objects import item_line, new_invoice, pricing
from portal_app.sandbox.engine.invoices import require_status
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def create(world: World, params: Params) -> Obj:
    """A one-off draft that takes the customer's pending invoice items."""
    if not params.get("customer"):
        raise required("customer")
    customer = world.get("customer", params["customer"], param="customer")
    currency = (params.get("currency") or customer["currency"] or "usd").lower()
    invoice = new_invoice(world, customer, currency=currency, reason="manual")
    currencies.claim(world, customer, currency)
    if method := params.get("default_payment_method"):
        world.get("payment_method", method, param="default_payment_method")
    invoice.update(
        auto_advance=params.get("auto_advance", False),
        collection_method=params.get("collection_method", "charge_automatically"),
        default_payment_method=params.get("default_payment_method"),
        description=params.get("description"),
        footer=params.get("footer"),
        metadata=merge_metadata({}, params.get("metadata", {})),
    )
    _plan(world, invoice)
    if invoice["collection_method"] == "send_invoice":
        if "days_until_due" not in params:
            raise required("days_until_due")
        invoice["due_date"] = world.now + params["days_until_due"] * DAY
    if params.get("pending_invoice_items_behavior") == "include":
        take_pending(world, invoice, subscription=None)
    invoice["default_tax_rates"] = taxes.rates(world, params.get("default_tax_rates"))
    lines = invoice["lines"]["data"]
    worth = sum(line["amount"] for line in lines)
    discounts.replace(world, invoice, params.get("discounts") or [], worth=worth)
    totals.set_totals(world, invoice)
    return world.add(invoice, "invoice.created")


def update(world: World, invoice_id: str, params: Params) -> Obj:
    world.get("invoice", invoice_id)
    with world.changing(invoice_id, "invoice.updated") as invoice:
        if "metadata" in params:
            invoice["metadata"] = merge_metadata(invoice["metadata"], params.pop("metadata"))
        invoice.update(params)
        _plan(world, invoice)
    return invoice


def _plan(world: World, invoice: Obj) -> None:
    """A one-off draft with `auto_advance` is finalized about an hour later.

    What is open is collected by itself with it only (…/invoicing/automatic-charging).
    """
    if invoice["status"] == "open" and not invoice["auto_advance"]:
        invoice["next_payment_attempt"] = None
    if invoice["status"] == "draft" and invoice["parent"] is None:
        planned = invoice["automatically_finalizes_at"] or world.now + HOUR
        invoice["automatically_finalizes_at"] = planned if invoice["auto_advance"] else None


def create_item(world: World, params: Params) -> Obj:
    """An amount that waits for the customer's next invoice, or goes onto a given draft."""
    if not params.get("customer"):
        raise required("customer")
    customer = world.get("customer", params["customer"], param="customer")
    price = None
    if price_id := (params.get("pricing") or {}).get("price"):
        price = world.get("price", price_id, param="pricing[price]")
    quantity = params.get("quantity", 1)
    if price is None and "amount" not in params:
        raise required("amount")
    amount = price["unit_amount"] * quantity if price else params["amount"]
    currency = price["currency"] if price else params.get("currency") or customer["currency"]
    if currency is None:
        raise required("currency")
    currencies.claim(world, customer, currency.lower())
    item = new_item(world, customer["id"], amount, currency, description=params.get("description"))
    item.update(quantity=quantity, quantity_decimal=str(quantity), pricing=pricing(price))
    item.update(metadata=merge_metadata({}, params.get("metadata", {})))
    item["_price"] = price and price["id"]
    if price and not item["description"]:
        item["description"] = world.objects[price["product"]]["name"]
    if invoice_id := params.get("invoice"):
        invoice = world.get("invoice", invoice_id, param="invoice")
        require_status(invoice, "draft", "modified")
        item["invoice"] = invoice_id
        invoice = world.edit(invoice_id)
        invoice["lines"]["data"].append(item_line(world, item))
        totals.set_totals(world, invoice)
    return world.add(item, "invoiceitem.created")


def delete_item(world: World, item_id: str) -> Obj:
    """Only while it waits, or stands on a draft."""
    item = world.get("invoiceitem", item_id)
    if item["invoice"]:
        invoice = world.edit(item["invoice"])
        require_status(invoice, "draft", "modified")
        lines = invoice["lines"]["data"]
        invoice["lines"]["data"] = [line for line in lines if not _is_of(line, item_id)]
        totals.set_totals(world, invoice)
    world.emit("invoiceitem.deleted", item)
    world.remove(item_id)
    return {"id": item_id, "object": "invoiceitem", "deleted": True}


def _is_of(line: Obj, item_id: str) -> bool:
    details = line["parent"]["invoice_item_details"] or {}
    return bool(details.get("invoice_item") == item_id)


def new_item(
    world: World, customer: str, amount: int, currency: str, *, description: str | None
) -> Obj:
    return {
        "id": world.new_id("ii"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": currency.lower(),
        "customer": customer,
        "date": world.now,
        "description": description,
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "net_amount": amount,
        "parent": None,
        "period": {"start": world.now, "end": world.now},
        "pricing": None,
        "proration": False,
        "quantity": 1,
        "quantity_decimal": "1",
        "tax_rates": [],
        "test_clock": world.objects[customer]["test_clock"],
        "_price": None,
    }


def take_pending(world: World, invoice: Obj, *, subscription: str | None) -> None:
    """Move the waiting items onto the draft: those of this subscription, and those of none.

    Items of a subscription that has ended wait for the customer's next invoice.
    """
    for item in reversed(world.where("invoiceitem", customer=invoice["customer"], invoice=None)):
        if item["currency"] != invoice["currency"] or _waits_for_other(world, item, subscription):
            continue
        world.edit(item["id"])["invoice"] = invoice["id"]
        invoice["lines"]["data"].append(item_line(world, item))


def _waits_for_other(world: World, item: Obj, subscription: str | None) -> bool:
    details = (item["parent"] or {}).get("subscription_details") or {}
    owner = details.get("subscription")
    if owner in (None, subscription):
        return False
    return world.objects[owner]["status"] not in ("canceled", "incomplete_expired")
