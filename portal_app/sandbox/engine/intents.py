"""What the API and the customer do to payment intents, and what follows for an invoice."""

from typing import Any

from portal_app.sandbox.engine import billing, invoices, payment_methods, payments
from portal_app.sandbox.engine.declines import ACTION, AUTHENTICATION, Decline
from portal_app.sandbox.engine.errors import ApiError, invalid, required
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(world: World, params: Params) -> Obj:
    for name in ("amount", "currency"):
        if params.get(name) is None:
            raise required(name)
    if params["amount"] < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if params.get("customer"):
        world.get("customer", params["customer"], param="customer")
    intent = payments.create_intent(
        world,
        amount=params["amount"],
        currency=params["currency"].lower(),
        customer=params.get("customer"),
        description=params.get("description"),
        metadata=merge_metadata({}, params.get("metadata", {})),
    )
    intent["setup_future_usage"] = params.get("setup_future_usage")
    intent["receipt_email"] = params.get("receipt_email")
    if method := given_method(world, params):
        intent.update(payment_method=method["id"], status="requires_confirmation")
    if params.get("confirm"):
        return confirm(world, intent["id"], params)
    return intent


def given_method(world: World, params: Params) -> Obj | None:
    """The method that the parameters name, by id or token, or describe."""
    if described := params.get("payment_method_data"):
        return payment_methods.create(world, described)
    method_id = params.get("payment_method")
    if not method_id:
        return None
    if payment_methods.is_token(method_id):
        return payment_methods.create_from_token(world, method_id)
    return world.get("payment_method", method_id, param="payment_method")


def check_owner(intent: Obj, method: Obj) -> None:
    if method["customer"] not in (None, intent["customer"]):
        raise invalid(
            "The PaymentMethod belongs to another Customer. Make sure that the customer of the "
            "intent is the one it is attached to.",
            param="payment_method",
        )


def confirm(world: World, intent_id: str, params: Params) -> Obj:
    """Raises the 402 of a decline, with the failed attempt remembered."""
    intent = world.get("payment_intent", intent_id)
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, "confirmed")
    method = given_method(world, params) or world.objects.get(intent["payment_method"] or "")
    if method is None:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    check_owner(intent, method)
    off_session = params.get("off_session", False)
    url = params.get("return_url")
    refusal = payments.confirm(world, intent_id, method, off_session=off_session, return_url=url)
    if refusal is ACTION:
        if not off_session:
            return intent
        payments.refuse(world, intent, method, AUTHENTICATION)
        refusal = AUTHENTICATION
    _after(world, intent, method, refusal)
    if refusal:
        raise declined(world, intent, refusal)
    return intent


def declined(world: World, intent: Obj, refusal: Decline) -> ApiError:
    error = refusal.error(charge=intent["latest_charge"], payment_intent=present(world, intent))
    error.keeps_changes = True
    return error


def _unexpected(intent: Obj, verb: str) -> ApiError:
    return invalid(
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )


def _after(world: World, intent: Obj, method: Obj, refusal: Decline | None) -> None:
    """Keep the method if that was wanted, and tell the invoice."""
    wanted = intent["setup_future_usage"]
    if refusal is None and wanted and intent["customer"] and method["customer"] is None:
        payment_methods.attach(world, method["id"], intent["customer"])
    invoice = world.objects.get(intent["_invoice"] or "")
    if invoice is None or invoice["status"] != "open":
        return
    if refusal:
        invoices.failed(world, invoice["id"], refusal, counts=False)
    elif intent["status"] == "succeeded":
        invoices.mark_paid(world, invoice["id"])
    billing.follow_payment(world, invoice)


def conclude(world: World, intent: Obj, *, authenticated: bool) -> None:
    """The bank's verdict on a customer whom a payment waited for."""
    if intent["status"] != "requires_action":
        raise _unexpected(intent, "authenticated")
    intent = world.edit(intent["id"])
    method = world.objects[intent["payment_method"]]
    if not authenticated:
        payments.fail_authentication(world, intent)
        return
    if intent["setup_future_usage"] == "off_session" or intent["_invoice"]:
        # Billing sets its methods up for the renewals that follow.
        world.edit(method["id"])["_set_up"] = True
    _after(world, intent, method, payments.charge(world, intent, method))


def settle(world: World, intent: Obj) -> None:
    """A debit that was under way arrives, or comes back."""
    method = world.objects[intent["payment_method"]]
    _after(world, intent, method, payments.conclude_processing(world, intent))


def due(_world: World, intent: Obj) -> int | None:
    """When the outcome of a debit under way is known."""
    moment: int | None = intent.get("_settles_at")
    return moment if intent["status"] == "processing" else None


def cancel(world: World, intent_id: str, params: Params) -> Obj:
    intent = world.get("payment_intent", intent_id)
    if intent["status"] not in CONFIRMABLE or intent["_invoice"]:
        raise _unexpected(intent, "canceled")
    payments.cancel_intent(world, intent_id, params.get("cancellation_reason"))
    return intent
