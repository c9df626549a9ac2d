"""The JSON of invoices, their lines and invoice items, before anything happens to them."""

from fractions import Fraction
from typing import Any

from portal_app.sandbox.engine import amounts
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]


def new_invoice(world: World, customer: Obj, *, currency: str, reason: str) -> Obj:
    """A draft without lines."""
    invoice_id = world.new_id("in")
    return {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Sandbox",
        "account_tax_ids": None,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": reason != "manual",
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": world.now,
        "currency": currency,
        "custom_fields": None,
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [
            {"type": tax_id["type"], "value": tax_id["value"]}
            for tax_id in reversed(world.where("tax_id", customer=customer["id"]))
        ],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/invoices/{invoice_id}/lines",
        },
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": None,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": world.now,
        "period_start": world.now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "test_clock": customer["test_clock"],
        "threshold_reason": None,
        "total": 0,
        "total_discount_amounts": [],
        "total_excluding_tax": 0,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": world.now,
        # The first failed attempt, from which the retry days are counted.
        "_first_failure": None,
        # What collects it: the payment intent and the invoice payment that links the two.
        "_intent": None,
        "_payment": None,
    }


def new_line(
    world: World,
    *,
    amount: int,
    currency: str,
    description: str,
    period: tuple[int, int],
    parent: Obj,
    price: Obj | None,
    quantity: int | None = 1,
    metadata: dict[str, str] | None = None,
) -> Obj:
    return {
        "id": world.new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "livemode": False,
        "metadata": dict(metadata or {}),
        "parent": parent,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": pricing(price),
        "quantity": quantity,
        "subtotal": amount,
        "taxes": [],
    }


def subscription_line(world: World, subscription: Obj, item: Obj, *, share: Fraction | None) -> Obj:
    """One item for its current period; `share` is the billed part, None means free (a trial)."""
    price = world.objects[item["price"]]
    product = world.objects[price["product"]]["name"]
    quantity = item["quantity"]
    if share is None:
        amount, description = 0, f"Trial period for {product}"
    else:
        amount = amounts.portion(price["unit_amount"] * quantity, share)
        recurring = price["recurring"]
        count, interval = recurring["interval_count"], recurring["interval"]
        every = interval if count == 1 else f"{count} {interval}s"
        each = amounts.written(price["unit_amount"], price["currency"])
        description = f"{quantity} × {product} (at {each} / {every})"
    return new_line(
        world,
        amount=amount,
        currency=price["currency"],
        description=description,
        period=(item["current_period_start"], item["current_period_end"]),
        parent={
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        price=price,
        quantity=quantity,
        metadata=item["metadata"],
    )


def item_line(world: World, item: Obj) -> Obj:
    """The line that an invoice item becomes."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    price = item["_price"] and world.objects[item["_price"]]
    line = new_line(
        world,
        amount=item["amount"],
        currency=item["currency"],
        description=item["description"] or "",
        period=(item["period"]["start"], item["period"]["end"]),
        parent={
            "invoice_item_details": {
                "invoice_item": item["id"],
                "proration": item["proration"],
                "proration_details": {"credited_items": None},
                "subscription": details.get("subscription"),
            },
            "subscription_item_details": None,
            "type": "invoice_item_details",
        },
        price=price or None,
        quantity=item["quantity"],
        metadata=item["metadata"],
    )
    line["discountable"] = item["discountable"]
    return line


def pricing(price: Obj | None) -> Obj | None:
    if price is None:
        return None
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": str(price["unit_amount"]),
    }
