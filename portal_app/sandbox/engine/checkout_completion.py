"""What a customer does on Stripe's own page: complete a checkout session."""

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
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.invoice_objects import item_line, new_invoice
from portal_app.sandbox.engine.world import Obj, World, merge_metadata


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
