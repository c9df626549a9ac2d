"""Refunds, in full or in part."""

from typing import Any

from portal_app.sandbox.engine import amounts, disputes
from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def create(world: World, params: Params) -> Obj:
    """Refund a charge in full or in part. Raises `charge_already_refunded` and amount errors."""
    charge = _refundable(world, params)
    disputes.check_refundable(world, charge)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise invalid(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = params.get("amount", left)
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        money = [amounts.written(value, charge["currency"]) for value in (amount, left)]
        raise invalid(
            f"Refund amount ({money[0]}) is greater than unrefunded amount on charge ({money[1]})",
            param="amount",
        )
    made = world.add(_refund_object(world, charge, amount, params))
    world.emit("refund.created", made)
    with world.changing(charge["id"]) as changed:
        changed["amount_refunded"] += amount
        changed["refunded"] = changed["amount_refunded"] == changed["amount"]
    world.emit("charge.refunded", charge, {"amount_refunded": charge["amount_refunded"] - amount})
    return made


def _refundable(world: World, params: Params) -> Obj:
    if intent_id := params.get("payment_intent"):
        charge_id = world.get("payment_intent", intent_id, param="payment_intent")["latest_charge"]
        if charge_id is None or not world.objects[charge_id]["paid"]:
            raise invalid(
                f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        return world.objects[charge_id]
    if not params.get("charge"):
        raise required("charge")
    charge = world.get("charge", params["charge"], param="charge")
    if not charge["paid"]:
        raise invalid(f"Charge {charge['id']} was not successful and cannot be refunded.")
    return charge


def _refund_object(world: World, charge: Obj, amount: int, params: Params) -> Obj:
    return {
        "id": world.new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.now,
        "currency": charge["currency"],
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def update(world: World, refund_id: str, params: Params) -> Obj:
    world.get("refund", refund_id)
    with world.changing(refund_id, "refund.updated") as refund:
        if "metadata" in params:
            refund["metadata"] = merge_metadata(refund["metadata"], params["metadata"])
    return refund
