"""Confirmation tokens: what a customer entered, to be confirmed by a server.

docs.stripe.com/payments/finalize-payments-on-the-server. A browser makes them of its form; here
only the test helper does, of a documented token or of what a method is made of.
"""

from typing import Any

from portal_app.sandbox.engine import payment_methods
from portal_app.sandbox.engine.errors import invalid, missing
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]
_LIFETIME = 12 * 3600  # api/confirmation_tokens: "expires 12 hours after it is created"


def create(world: World, params: Params) -> Obj:
    method = _described(world, params)
    shown = {key: value for key, value in present(world, method).items() if key in _shown(method)}
    return world.add(
        {
            "id": world.new_id("ctoken"),
            "object": "confirmation_token",
            "created": world.now,
            "expires_at": world.now + _LIFETIME,
            "livemode": False,
            "mandate_data": None,
            "payment_intent": None,
            "payment_method_options": None,
            "payment_method_preview": shown,
            "return_url": params.get("return_url"),
            "setup_future_usage": params.get("setup_future_usage"),
            "setup_intent": None,
            "shipping": None,
            "use_stripe_sdk": True,
            "_method": method["id"],
        }
    )


def _described(world: World, params: Params) -> Obj:
    if described := params.get("payment_method_data"):
        return payment_methods.create(world, described)
    token = params.get("payment_method") or ""
    if payment_methods.is_token(token):
        return payment_methods.create_from_token(world, token)
    return world.get("payment_method", token, param="payment_method")


def _shown(method: Obj) -> tuple[str, ...]:
    return ("billing_details", "customer", "type", method["type"])


def use(world: World, token_id: str, intent: Obj) -> Obj:
    """The method that a token stands for, once; a used or expired one is refused."""
    token = world.objects.get(token_id, {})
    if token.get("object") != "confirmation_token":
        raise missing("confirmation_token", token_id, param="confirmation_token")
    if token["setup_intent"] is not None or token["expires_at"] <= world.now:
        raise invalid(
            "This ConfirmationToken has expired or was used already.", param="confirmation_token"
        )
    world.edit(token_id)["setup_intent"] = intent["id"]
    return world.objects[token["_method"]]
