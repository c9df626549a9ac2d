"""Completed Checkout Sessions."""

from __future__ import annotations

from portal_app.provider.facts import CheckoutFacts, CheckoutLineFacts
from portal_app.provider.stripe.catalog import read_price
from portal_app.provider.stripe.fields import Fields


def checkout_facts(obj: object) -> CheckoutFacts:
    """Lines without a price (Stripe deletes those of some ad-hoc ones) are nothing of ours."""
    session = Fields(obj, "checkout.session")
    lines = [line for line in session.parts_or_none("line_items") if line.raw("price") is not None]
    return CheckoutFacts(
        id=session.text("id"),
        one_time=session.text("mode") == "payment",
        complete=session.text_or_none("status") == "complete",
        paid=session.text("payment_status") in {"paid", "no_payment_required"},
        customer_id=session.ref_or_none("customer"),
        invoice_id=session.ref_or_none("invoice"),
        payment_id=session.ref_or_none("payment_intent"),
        created_at=session.moment("created"),
        lines=tuple(_line(line) for line in lines),
        metadata=session.metadata(),
    )


def _line(line: Fields) -> CheckoutLineFacts:
    quantity = line.count_or_none("quantity")
    return CheckoutLineFacts(
        price=read_price(line.part("price")),
        description=line.text_or_empty("description"),
        quantity=1 if quantity is None else quantity,
        paid=line.money("amount_total", line.currency()),
    )
