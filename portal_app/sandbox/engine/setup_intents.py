"""Setup intents: a method is saved, and authenticated once for payments without the customer.

docs.stripe.com/payments/save-and-reuse. A success attaches the method to the customer.
"""

from typing import Any

from portal_app.sandbox.engine import (
    authentication,
    cards,
    confirmation_tokens,
    intents,
    payment_methods,
)
from portal_app.sandbox.engine.declines import Decline
from portal_app.sandbox.engine.errors import ApiError, invalid
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def create(world: World, params: Params) -> Obj:
    if params.get("customer"):
        world.get("customer", params["customer"], param="customer")
    intent = world.add(_object(world, params), "setup_intent.created")
    if method := intents.given_method(world, params):
        intents.check_owner(intent, method)
        intent.update(payment_method=method["id"], status="requires_confirmation")
    if params.get("confirmation_token") and not params.get("confirm"):
        raise invalid("You can only use a ConfirmationToken with confirm=true.", param="confirm")
    if params.get("confirm"):
        return confirm(world, intent["id"], params)
    return intent


def _object(world: World, params: Params) -> Obj:
    intent_id = world.new_id("seti")
    automatic = params.get("automatic_payment_methods")
    return {
        "id": intent_id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": automatic and {"allow_redirects": "always", **automatic},
        "cancellation_reason": None,
        "client_secret": f"{intent_id}_secret_{world.token()}",
        "created": world.now,
        "customer": params.get("customer"),
        "description": params.get("description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": params.get("allowed_payment_method_types")
        or ["card", "sepa_debit"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }


def update(world: World, intent_id: str, params: Params) -> Obj:
    intent = world.get("setup_intent", intent_id)
    if intent["status"] in ("succeeded", "canceled"):
        raise _unexpected(intent, "updated")
    intent = world.edit(intent_id)
    if "metadata" in params:
        intent["metadata"] = merge_metadata(intent["metadata"], params.pop("metadata"))
    if method := intents.given_method(world, params):
        intents.check_owner(intent, method)
        intent.update(payment_method=method["id"], status="requires_confirmation")
    intent["description"] = params.get("description", intent["description"])
    return intent


def confirm(world: World, intent_id: str, params: Params) -> Obj:
    """Raises the 402 of a card that can't be saved, with the failure remembered."""
    intent = world.get("setup_intent", intent_id)
    if intent["status"] not in intents.CONFIRMABLE:
        raise _unexpected(intent, "confirmed")
    method = _given(world, intent, params)
    method = method or world.objects.get(intent["payment_method"] or "")
    if method is None:
        raise invalid(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )
    intents.check_owner(intent, method)
    intent = world.edit(intent_id)
    intent["payment_method"] = method["id"]
    if refusal := _refusal(method):
        raise _refuse(world, intent, method, refusal)
    if _asks(method):
        intent["status"] = "requires_action"
        intent["next_action"] = authentication.next_action(intent, params.get("return_url"))
        world.emit("setup_intent.requires_action", intent)
        return intent
    return _succeed(world, intent, method)


def _given(world: World, intent: Obj, params: Params) -> Obj | None:
    if token := params.get("confirmation_token"):
        return confirmation_tokens.use(world, token, intent)
    return intents.given_method(world, params)


def _refusal(method: Obj) -> Decline | None:
    return cards.by_number(method["_number"]).attach if method["type"] == "card" else None


def _asks(method: Obj) -> bool:
    """Setting up is on session; a card that counts as set up already needs nothing more."""
    if method["type"] != "card":
        return False
    return cards.by_number(method["_number"]).challenge in ("unless_set_up", "always")


def _refuse(world: World, intent: Obj, method: Obj, refusal: Decline) -> ApiError:
    problem = {
        "code": refusal.code,
        "decline_code": refusal.decline_code,
        "message": refusal.message,
        "payment_method": present(world, method),
        "type": "card_error",
    }
    _fail(world, intent, problem)
    error = refusal.error(setup_intent=present(world, intent))
    error.keeps_changes = True
    return error


def _fail(world: World, intent: Obj, problem: Obj) -> None:
    intent.update(
        last_setup_error=problem,
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
    )
    world.emit("setup_intent.setup_failed", intent)


def _succeed(world: World, intent: Obj, method: Obj) -> Obj:
    intent.update(status="succeeded", next_action=None, last_setup_error=None)
    if intent["usage"] == "off_session":
        world.edit(method["id"])["_set_up"] = True
    if intent["customer"] and method["customer"] is None:
        payment_methods.attach(world, method["id"], intent["customer"])
    world.emit("setup_intent.succeeded", intent)
    return intent


def conclude(world: World, intent: Obj, *, authenticated: bool) -> None:
    """The bank's verdict on the customer."""
    if intent["status"] != "requires_action":
        raise _unexpected(intent, "authenticated")
    intent = world.edit(intent["id"])
    method = world.objects[intent["payment_method"]]
    if authenticated:
        _succeed(world, intent, method)
    else:
        _fail(world, intent, authentication.failure(intent, present(world, method)))


def cancel(world: World, intent_id: str, params: Params) -> Obj:
    intent = world.get("setup_intent", intent_id)
    if intent["status"] not in intents.CONFIRMABLE:
        raise _unexpected(intent, "canceled")
    with world.changing(intent_id, "setup_intent.canceled") as intent:
        intent.update(
            status="canceled",
            cancellation_reason=params.get("cancellation_reason"),
            next_action=None,
        )
    return intent


def _unexpected(intent: Obj, verb: str) -> ApiError:
    return invalid(
        f"This SetupIntent could not be {verb} because it has a status of {intent['status']}.",
        code="setup_intent_unexpected_state",
    )
