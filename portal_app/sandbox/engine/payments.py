"""Payment intents, charges and refunds."""

from typing import Any

from portal_app.sandbox.engine import amounts, payment_methods
from portal_app.sandbox.engine.cards import Decline
from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def create_intent(
    world: World,
    *,
    amount: int,
    currency: str,
    customer: str | None,
    description: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Obj:
    intent_id = world.new_id("pi")
    intent: Obj = {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{intent_id}_secret_{world.token()}",
        "confirmation_method": "automatic",
        "created": world.now,
        "currency": currency,
        "customer": customer,
        "description": description,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": metadata or {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card", "sepa_debit"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    return world.add(intent, "payment_intent.created")


def confirm(world: World, intent_id: str, method: Obj) -> Decline | None:
    """Charge the method now. A SEPA debit settles at once here, at Stripe after days."""
    intent = world.edit(intent_id)
    refusal = payment_methods.refusal(world, method)
    charge = _charge(world, intent, method, refusal)
    intent["latest_charge"] = charge["id"]
    if refusal:
        intent["payment_method"] = None
        intent["status"] = "requires_payment_method"
        intent["last_payment_error"] = last_error(world, charge, method, refusal)
        world.emit("charge.failed", charge)
        world.emit("payment_intent.payment_failed", intent)
        return refusal
    intent.update(
        amount_received=intent["amount"],
        last_payment_error=None,
        payment_method=method["id"],
        status="succeeded",
    )
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)
    return None


def last_error(world: World, charge: Obj, method: Obj, refusal: Decline) -> Obj:
    return {
        "charge": charge["id"],
        "code": refusal.code,
        "decline_code": refusal.decline_code,
        "message": refusal.message,
        "payment_method": present(world, method),
        "type": "card_error",
    }


def cancel_intent(world: World, intent_id: str, reason: str) -> None:
    with world.changing(intent_id, "payment_intent.canceled") as intent:
        intent.update(status="canceled", canceled_at=world.now, cancellation_reason=reason)


def _charge(world: World, intent: Obj, method: Obj, refusal: Decline | None) -> Obj:
    charge_id = world.new_id("ch")
    amount = intent["amount"]
    charge: Obj = {
        "id": charge_id,
        "object": "charge",
        "amount": amount,
        "amount_captured": 0 if refusal else amount,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": refusal is None,
        "created": world.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": refusal.code if refusal else None,
        "failure_message": refusal.message if refusal else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(refusal),
        "paid": refusal is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _method_details(method),
        "radar_options": {},
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None if refusal else f"/pages/receipts/{charge_id}",
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "failed" if refusal else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }
    return world.add(charge)


def _outcome(refusal: Decline | None) -> Obj:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if refusal else "approved_by_network",
        "reason": refusal.decline_code if refusal else None,
        "risk_level": "normal",
        "seller_message": "The bank declined the payment." if refusal else "Payment complete.",
        "type": "issuer_declined" if refusal else "authorized",
    }


def _method_details(method: Obj) -> Obj:
    if method["type"] == "sepa_debit":
        names = ("bank_code", "branch_code", "country", "fingerprint", "last4")
        bank = {key: method["sepa_debit"][key] for key in names}
        return {"type": "sepa_debit", "sepa_debit": {**bank, "mandate": None}}
    kept = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding")
    card = {key: method["card"][key] for key in (*kept, "last4", "wallet")}
    return {
        "type": "card",
        "card": {
            **card,
            "installments": None,
            "mandate": None,
            "network": card["brand"],
            "three_d_secure": None,
        },
    }


def refund(world: World, params: Params) -> Obj:
    """Refund a charge in full or in part. Raises `charge_already_refunded` and amount errors."""
    charge = _refundable(world, params)
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
