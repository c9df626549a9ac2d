"""3D Secure: the action an intent waits for, and where the customer takes it.

docs.stripe.com/payments/3d-secure. The bank's page is one of the sandbox; its verdict comes
back through `intents.conclude`.
"""

from portal_app.sandbox.engine.world import Obj


def next_action(intent: Obj, return_url: str | None) -> Obj:
    """A redirect when the confirmation named a `return_url`, else one for Stripe.js."""
    page = f"/pages/authenticate/{intent['id']}?client_secret={intent['client_secret']}"
    if return_url:
        return {
            "redirect_to_url": {"return_url": return_url, "url": page},
            "type": "redirect_to_url",
        }
    return {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"stripe_js": page, "type": "three_d_secure_redirect"},
    }


def failure(intent: Obj, method: Obj) -> Obj:
    """The error of an intent whose customer did not prove to be the card's owner."""
    kind = "setup_intent" if intent["object"] == "setup_intent" else "payment_intent"
    return {
        "code": f"{kind}_authentication_failure",
        "message": "We are unable to authenticate your payment method. Please choose a different "
        "payment method and try again.",
        "payment_method": method,
        "type": "invalid_request_error" if kind == "setup_intent" else "card_error",
    }
