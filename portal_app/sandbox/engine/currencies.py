"""One currency per customer (docs.stripe.com/billing/customer#currency)."""

from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import Obj, World


def claim(world: World, customer: Obj, currency: str) -> None:
    """From now on the customer pays in `currency`. Raises 400 while something runs in another."""
    if customer["currency"] not in (None, currency) and _is_bound(world, customer, currency):
        raise invalid(
            "You cannot combine currencies on a single customer. This customer has an active "
            "subscription, subscription schedule, discount, quote, or invoice item with currency "
            f"{customer['currency']}"
        )
    world.edit(customer["id"])["currency"] = currency


def _is_bound(world: World, customer: Obj, currency: str) -> bool:
    ended = ("canceled", "incomplete_expired")
    running = (
        other["currency"] != currency and other["status"] not in ended
        for other in world.where("subscription", customer=customer["id"])
    )
    waiting = (
        item["currency"] != currency
        for item in world.where("invoiceitem", customer=customer["id"], invoice=None)
    )
    return any(running) or any(waiting) or customer["balance"] != 0
