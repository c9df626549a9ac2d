"""Charges: one attempt to move money, whatever came of it."""

from portal_app.sandbox.engine.declines import Decline
from portal_app.sandbox.engine.world import Obj, World


def create(
    world: World, intent: Obj, method: Obj, refusal: Decline | None, *, pending: bool = False
) -> Obj:
    """`pending` while a debit is on its way: its outcome is known later."""
    charge_id = world.new_id("ch")
    amount = intent["amount"]
    charge: Obj = {
        "id": charge_id,
        "object": "charge",
        "amount": amount,
        "amount_captured": 0 if refusal or pending else amount,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": refusal is None and not pending,
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
        "paid": refusal is None and not pending,
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
        "status": "failed" if refusal else "pending" if pending else "succeeded",
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


def conclude(world: World, charge_id: str, refusal: Decline | None) -> Obj:
    """A pending debit has arrived, or come back."""
    charge = world.edit(charge_id)
    charge.update(
        amount_captured=0 if refusal else charge["amount"],
        captured=refusal is None,
        failure_code=refusal.code if refusal else None,
        failure_message=refusal.message if refusal else None,
        outcome=_outcome(refusal),
        paid=refusal is None,
        receipt_url=None if refusal else charge["receipt_url"],
        status="failed" if refusal else "succeeded",
    )
    world.emit("charge.failed" if refusal else "charge.succeeded", charge)
    return charge
