"""Checkout sessions in payment mode, completed through a control route instead of a browser."""

from typing import Any

from portal_app.sandbox.engine import (
    cards,
    customers,
    drafts,
    invoices,
    payment_methods,
    payments,
    setup_intents,
    totals,
)
from portal_app.sandbox.engine.calendar import DAY
from portal_app.sandbox.engine.errors import invalid, not_implemented, required
from portal_app.sandbox.engine.invoice_objects import item_line, new_invoice
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


def complete(world: World, session_id: str, token: str) -> Obj:
    """What the customer does on Stripe's page: pay with a test card (`pm_card_…`).

    Raises the card's 402 and leaves the session open when the card declines.
    """
    session = world.get("checkout.session", session_id)
    if session["status"] != "open":
        raise invalid(f"This Checkout Session is {session['status']} and can't be completed.")
    debit = session["mode"] == "setup" and cards.account_by_token(token) is not None
    card = cards.by_token(token) if payment_methods.is_token(token) and not debit else None
    if card is None and not debit:
        raise invalid(
            "`payment_method` must be a documented pm_card_… token.", param="payment_method"
        )
    if card is None or session["mode"] == "setup":
        return _complete_setup(world, session, token)
    if refusal := card.attach or card.charge:
        raise refusal.error()
    with world.changing(session_id) as session:
        customer_id = _customer(world, session)
        method = payment_methods.create_from_token(world, token)
        intent = payments.create_intent(
            world,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=customer_id,
            metadata=merge_metadata({}, session["_intent_metadata"]),
        )
        payments.confirm(world, intent["id"], method)
        session.update(
            status="complete", payment_status="paid", payment_intent=intent["id"], url=None
        )
        if session["invoice_creation"]["enabled"]:
            session["invoice"] = _invoice(world, session, intent["id"])
    world.emit("checkout.session.completed", session)
    return session


def _complete_setup(world: World, session: Obj, token: str) -> Obj:
    """The customer is on the page, so a bank that asks for them gets its answer."""
    intent = setup_intents.confirm(world, session["setup_intent"], {"payment_method": token})
    if intent["status"] == "requires_action":
        setup_intents.conclude(world, intent, authenticated=True)
    with world.changing(session["id"]) as done:
        _customer(world, done)
        done.update(status="complete", url=None)
    world.emit("checkout.session.completed", done)
    return done


def _customer(world: World, session: Obj) -> str | None:
    email = session["customer_email"]
    wanted = session["customer_creation"] == "always" or session["invoice_creation"]["enabled"]
    if session["customer"] is None and wanted:
        session["customer"] = customers.create(world, {"email": email})["id"]
    customer = world.objects.get(session["customer"] or "", {})
    session["customer_details"] = {
        "address": customer.get("address"),
        "business_name": None,
        "email": customer.get("email") or email,
        "individual_name": None,
        "name": customer.get("name"),
        "phone": customer.get("phone"),
        "tax_exempt": "none",
        "tax_ids": [],
    }
    found: str | None = session["customer"]
    return found


def _invoice(world: World, session: Obj, intent_id: str) -> str:
    """A paid invoice for a payment that has already happened."""
    customer = world.objects[session["customer"]]
    invoice = new_invoice(world, customer, currency=session["currency"], reason="manual")
    invoice["metadata"] = dict(session["invoice_creation"]["invoice_data"]["metadata"])
    for line in session["_items"]:
        given = {"customer": customer["id"], "quantity": line["quantity"]}
        item = drafts.create_item(world, {**given, "pricing": {"price": line["price"]}})
        world.edit(item["id"])["invoice"] = invoice["id"]
        invoice["lines"]["data"].append(item_line(world, item))
    totals.set_totals(world, invoice)
    world.add(invoice, "invoice.created")
    invoices.finalize(world, invoice["id"], intent_id=intent_id)
    invoices.mark_paid(world, invoice["id"], counts=True)
    return str(invoice["id"])


def expire(world: World, session_id: str) -> Obj:
    if world.get("checkout.session", session_id)["status"] != "open":
        raise invalid('Only Checkout Sessions with a status in ["open"] can be expired.')
    with world.changing(session_id, "checkout.session.expired") as session:
        session.update(status="expired", url=None)
    return session
