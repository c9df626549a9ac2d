"""Payment intents: what is to be paid, and the way there."""

from portal_app.sandbox.engine import (
    authentication,
    charges,
    disputes,
    next_charge,
    payment_methods,
)
from portal_app.sandbox.engine.declines import ACTION, Decline
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World


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
        # The invoice that it pays, if any, and when a debit under way settles.
        "_invoice": None,
        "_settles_at": None,
    }
    return world.add(intent, "payment_intent.created")


def confirm(
    world: World,
    intent_id: str,
    method: Obj,
    *,
    off_session: bool = False,
    return_url: str | None = None,
) -> Decline | None:
    """Charge the method now.

    Returns the decline, or `ACTION` when the customer is needed first; None when it succeeded
    or, for a debit whose outcome takes time, is `processing`.
    """
    intent = world.edit(intent_id)
    intent["payment_method"] = method["id"]
    if payment_methods.asks(method, off_session=off_session):
        intent["status"] = "requires_action"
        intent["next_action"] = authentication.next_action(intent, return_url)
        intent["last_payment_error"] = None
        world.emit("payment_intent.requires_action", intent)
        return ACTION
    return charge(world, intent, method)


def charge(world: World, intent: Obj, method: Obj) -> Decline | None:
    """The attempt itself, when nothing more is asked of the customer."""
    refusal, delay = payment_methods.outcome(world, method)
    if planned := next_charge.take(world, intent["customer"]):
        refusal, delay = planned, 0
    if delay:
        made = charges.create(world, intent, method, None, pending=True)
        intent.update(status="processing", next_action=None, latest_charge=made["id"])
        intent.update(_settles_at=world.now + delay, last_payment_error=None)
        world.emit("payment_intent.processing", intent)
        world.emit("charge.pending", made)
        return None
    made = charges.create(world, intent, method, refusal)
    intent["latest_charge"] = made["id"]
    world.emit("charge.failed" if refusal else "charge.succeeded", made)
    if refusal is None:
        disputes.open_over(world, made, method)
    _conclude(world, intent, method, made, refusal)
    return refusal


def refuse(world: World, intent: Obj, method: Obj, refusal: Decline) -> None:
    """A charge that the bank declines whatever the card: the customer was not there to prove."""
    made = charges.create(world, intent, method, refusal)
    intent["latest_charge"] = made["id"]
    world.emit("charge.failed", made)
    _conclude(world, intent, method, made, refusal)


def conclude_processing(world: World, intent: Obj) -> Decline | None:
    """The moment at which a debit's outcome is known."""
    method = world.objects[intent["payment_method"]]
    refusal, _delay = payment_methods.outcome(world, method)
    intent = world.edit(intent["id"])
    intent["_settles_at"] = None
    made = charges.conclude(world, intent["latest_charge"], refusal)
    _conclude(world, intent, method, made, refusal)
    return refusal


def _conclude(world: World, intent: Obj, method: Obj, made: Obj, refusal: Decline | None) -> None:
    intent["next_action"] = None
    if refusal:
        intent["last_payment_error"] = last_error(world, made, method, refusal)
        _ask_again(world, intent)
        return
    intent.update(amount_received=intent["amount"], last_payment_error=None, status="succeeded")
    world.emit("payment_intent.succeeded", intent)


def _ask_again(world: World, intent: Obj) -> None:
    intent.update(payment_method=None, status="requires_payment_method", next_action=None)
    world.emit("payment_intent.payment_failed", intent)


def fail_authentication(world: World, intent: Obj) -> None:
    method = present(world, world.objects[intent["payment_method"]])
    intent["last_payment_error"] = authentication.failure(intent, method)
    _ask_again(world, intent)


def last_error(world: World, charge: Obj, method: Obj, refusal: Decline) -> Obj:
    return {
        "charge": charge["id"],
        "code": refusal.code,
        "decline_code": refusal.decline_code,
        "message": refusal.message,
        "payment_method": present(world, method),
        "type": "card_error",
    }


def cancel_intent(world: World, intent_id: str, reason: str | None) -> None:
    with world.changing(intent_id, "payment_intent.canceled") as intent:
        intent.update(status="canceled", canceled_at=world.now, cancellation_reason=reason)
        intent.update(next_action=None, _settles_at=None)
