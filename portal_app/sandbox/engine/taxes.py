"""Tax rates that somebody sets by hand, and the tax ids of customers.

docs.stripe.com/billing/taxes/tax-rates and docs.stripe.com/billing/customer/tax-ids. Stripe Tax
(`automatic_tax`) is not part of the sandbox.
"""

import re
from fractions import Fraction
from typing import Any

from portal_app.sandbox.engine.amounts import portion
from portal_app.sandbox.engine.errors import invalid, missing, required
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]

# docs.stripe.com/billing/customer/tax-ids, "Test mode": these values decide the verification.
_VERIFICATIONS = {"000000000": "verified", "111111111": "unverified", "222222222": "pending"}


def create_rate(world: World, params: Params) -> Obj:
    for name in ("display_name", "inclusive", "percentage"):
        if params.get(name) is None:
            raise required(name)
    if not 0 <= params["percentage"] <= 100:  # noqa: PLR2004 - percent
        raise invalid("percentage must be between 0 and 100.", param="percentage")
    rate: Obj = {
        "id": world.new_id("txr"),
        "object": "tax_rate",
        "active": params.get("active", True),
        "country": params.get("country"),
        "created": world.now,
        "description": params.get("description"),
        "display_name": params["display_name"],
        "effective_percentage": params["percentage"],
        "flat_amount": None,
        "inclusive": params["inclusive"],
        "jurisdiction": params.get("jurisdiction"),
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "percentage": params["percentage"],
        "rate_type": "percentage",
        "state": params.get("state"),
        "tax_type": params.get("tax_type"),
    }
    return world.add(rate, "tax_rate.created")


def update_rate(world: World, rate_id: str, params: Params) -> Obj:
    world.get("tax_rate", rate_id)
    with world.changing(rate_id, "tax_rate.updated") as rate:
        if "metadata" in params:
            rate["metadata"] = merge_metadata(rate["metadata"], params.pop("metadata"))
        rate.update(params)
    return rate


def rates(world: World, ids: list[str] | None) -> list[Obj]:
    """The rates as invoices and subscriptions carry them."""
    return [present(world, world.get("tax_rate", i, param="default_tax_rates")) for i in ids or []]


def of_line(rates_: list[Obj], amount: int, *, exempt: str) -> list[Obj]:
    """The taxes on `amount`, which is what a discount left."""
    inclusive = sum(_percent(rate) for rate in rates_ if rate["inclusive"])
    net = amount - portion(amount, Fraction(inclusive, 100 + inclusive))
    found = []
    for rate in rates_:
        share = _percent(rate) / (100 + inclusive) if rate["inclusive"] else _percent(rate) / 100
        tax = portion(amount if rate["inclusive"] else net, share)
        found.append(_tax(rate, tax, net, exempt))
    return found


def _percent(rate: Obj) -> Fraction:
    return Fraction(str(rate["percentage"]))


def _tax(rate: Obj, amount: int, net: int, exempt: str) -> Obj:
    reasons = {"exempt": "customer_exempt", "reverse": "reverse_charge"}
    return {
        "amount": 0 if exempt in reasons else amount,
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": reasons.get(exempt, "standard_rated"),
        "taxable_amount": net,
        "type": "tax_rate_details",
    }


def create_id(world: World, customer_id: str, params: Params) -> Obj:
    world.get("customer", customer_id)
    for name in ("type", "value"):
        if not params.get(name):
            raise required(name)
    kind, value = params["type"], params["value"].replace(" ", "")
    if kind == "eu_vat" and not re.fullmatch(r"[A-Z]{2}[0-9A-Z]{2,12}", value):
        raise invalid("Invalid value for eu_vat.", param="value", code="tax_id_invalid")
    status = _VERIFICATIONS.get(value[2:] if kind == "eu_vat" else value, "pending")
    made: Obj = {
        "id": world.new_id("txi"),
        "object": "tax_id",
        "country": value[:2] if kind == "eu_vat" else kind[:2].upper(),
        "created": world.now,
        "customer": customer_id,
        "livemode": False,
        "owner": {"customer": customer_id, "type": "customer"},
        "type": kind,
        "value": value,
        "verification": {"status": status, "verified_address": None, "verified_name": None},
    }
    return world.add(made, "customer.tax_id.created")


def own_id(world: World, customer_id: str, tax_id: str) -> Obj:
    found = world.get("tax_id", tax_id)
    if found["customer"] != customer_id:
        raise missing("tax_id", tax_id)
    return found


def delete_id(world: World, customer_id: str, tax_id: str, _params: Params) -> Obj:
    found = own_id(world, customer_id, tax_id)
    world.emit("customer.tax_id.deleted", found)
    world.remove(tax_id)
    return {"id": tax_id, "object": "tax_id", "deleted": True}
