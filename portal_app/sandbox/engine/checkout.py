"""Checkout sessions in payment mode, completed through a control route instead of a browser."""

from typing import Any

from portal_app.sandbox.engine import (
    setup_intents,
)
from portal_app.sandbox.engine.calendar import DAY
from portal_app.sandbox.engine.errors import invalid, not_implemented, required
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def create(world: World, params: Params) -> Obj:
    mode = params.get("mode", "payment")
    if mode == "subscription":
        raise not_implemented("Checkout sessions with mode=subscription")
    if mode == "setup":
        return _create_setup(world, params)
    if not params.get("line_items"):
        raise required("line_items")
    _require_return(params)
    if params.get("customer"):
        world.get("customer", params["customer"], param="customer")
    session_id = f"cs_test_{world.token(58)}"
    items = [_item(world, number, i) for number, i in enumerate(params["line_items"])]
    if len({item["currency"] for item in items}) > 1:
        raise invalid("All prices in a session must have the same currency.", param="line_items")
    total = sum(item["amount_total"] for item in items)
    session = _session(world, session_id, params, currency=items[0]["currency"], total=total)
    session["_items"] = items
    return world.add(session)


def _create_setup(world: World, params: Params) -> Obj:
    """A session that saves a payment method (docs.stripe.com/payments/checkout/save-and-reuse)."""
    if params.get("line_items"):
        raise invalid("`line_items` can't be passed in `setup` mode.", param="line_items")
    _require_return(params)
    if not params.get("currency"):
        raise required(
            "currency"
        )  # "required in `setup` mode" unless the kinds of method are given
    if params.get("customer"):
        world.get("customer", params["customer"], param="customer")
    session_id = f"cs_test_{world.token(58)}"
    data = params.get("setup_intent_data") or {}
    intent = setup_intents.create(world, {**data, "customer": params.get("customer")})
    session = _session(world, session_id, params, currency=params.get("currency", "usd"), total=0)
    session.update(
        amount_subtotal=None,
        amount_total=None,
        currency=params.get("currency"),
        mode="setup",
        payment_status="no_payment_required",
        setup_intent=intent["id"],
        total_details=None,
    )
    return world.add(session)


def _require_return(params: Params) -> None:
    """Where Stripe's own page, the only kind here, sends the customer when all is done."""
    if not params.get("success_url"):
        raise required("success_url")


def _item(world: World, number: int, given: Params) -> Obj:
    param = f"line_items[{number}][price]"
    if not given.get("price"):
        raise required(param)
    price = world.get("price", given["price"], param=param)
    if price["recurring"] is not None:
        raise invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to "
            "`subscription` mode or use only one-time prices.",
            param=param,
        )
    quantity = given.get("quantity", 1)
    amount = price["unit_amount"] * quantity
    return {
        "id": world.new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": world.objects[price["product"]]["name"],
        "price": price["id"],
        "quantity": quantity,
    }


def _session(world: World, session_id: str, params: Params, *, currency: str, total: int) -> Obj:
    invoice_creation = params.get("invoice_creation") or {}
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": None,
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": world.now,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": params.get("customer"),
        "customer_creation": None
        if params.get("customer")
        else params.get("customer_creation", "if_required"),
        "customer_details": None,
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "expires_at": params.get("expires_at") or world.now + DAY,
        "invoice": None,
        "invoice_creation": {
            "enabled": invoice_creation.get("enabled", False),
            "invoice_data": {
                "account_tax_ids": None,
                "custom_fields": None,
                "description": None,
                "footer": None,
                "issuer": None,
                "metadata": (invoice_creation.get("invoice_data") or {}).get("metadata", {}),
                "rendering_options": None,
            },
        },
        "livemode": False,
        "locale": None,
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "mode": "payment",
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "success_url": params.get("success_url"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"/pages/checkout/{session_id}",
        "wallet_options": None,
        "_intent_metadata": (params.get("payment_intent_data") or {}).get("metadata", {}),
        "_items": [],
    }


def expire(world: World, session_id: str) -> Obj:
    if world.get("checkout.session", session_id)["status"] != "open":
        raise invalid('Only Checkout Sessions with a status in ["open"] can be expired.')
    with world.changing(session_id, "checkout.session.expired") as session:
        session.update(status="expired", url=None)
    return session
