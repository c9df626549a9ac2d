"""The customer's balance: negative is credit, positive is owed with the next invoice.

docs.stripe.com/billing/customer/balance. Every movement leaves a transaction.
"""

from typing import Any

from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def move(
    world: World,
    customer_id: str,
    amount: int,
    kind: str,
    *,
    invoice: Obj | None = None,
    description: str | None = None,
) -> Obj:
    """Add `amount` minor units to the balance. `kind` is Stripe's type of the transaction."""
    with world.changing(customer_id, "customer.updated") as customer:
        customer["balance"] += amount
    currency = invoice["currency"] if invoice else customer["currency"] or "usd"
    return world.add(
        {
            "id": world.new_id("cbtxn"),
            "object": "customer_balance_transaction",
            "amount": amount,
            "created": world.now,
            "credit_note": None,
            "currency": currency,
            "customer": customer_id,
            "description": description,
            "ending_balance": customer["balance"],
            "invoice": invoice["id"] if invoice else None,
            "livemode": False,
            "metadata": {},
            "type": kind,
        }
    )


def adjust(world: World, customer_id: str, params: Params) -> Obj:
    """`POST /v1/customers/{id}/balance_transactions`."""
    customer = world.get("customer", customer_id)
    for name in ("amount", "currency"):
        if name not in params:
            raise required(name)
    currency = params["currency"].lower()
    if customer["currency"] not in (None, currency):
        raise invalid(
            f"The customer's currency is {customer['currency']}, not {currency}.", param="currency"
        )
    world.edit(customer_id)["currency"] = currency
    given = params.get("description")
    made = move(world, customer_id, params["amount"], "adjustment", description=given)
    made["metadata"] = merge_metadata({}, params.get("metadata", {}))
    return made


def apply_to(world: World, invoice: Obj) -> None:
    """What the finalized invoice took from the balance, or put onto it."""
    moved = invoice["ending_balance"] - invoice["starting_balance"]
    if moved:
        move(world, invoice["customer"], moved, "applied_to_invoice", invoice=invoice)


def give_back(world: World, invoice: Obj) -> None:
    """A voided invoice returns what it had taken."""
    moved = (invoice["ending_balance"] or 0) - invoice["starting_balance"]
    if moved:
        move(world, invoice["customer"], -moved, "unapplied_from_invoice", invoice=invoice)
