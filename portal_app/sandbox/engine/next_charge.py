"""A charge that fails on request, so that a demo can show what follows without another card."""

from typing import Any

from portal_app.sandbox.engine import declines
from portal_app.sandbox.engine.declines import Decline
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import Obj, World

_ID = "next_charge"
DECLINES: dict[str, Decline] = {
    "generic_decline": declines.GENERIC,
    "insufficient_funds": declines.FUNDS,
    "expired_card": declines.EXPIRED,
    "lost_card": declines.LOST,
    "processing_error": declines.PROCESSING,
    "authentication_required": declines.AUTHENTICATION,
}


def read(world: World) -> Obj | None:
    """`{"decline", "customer"}` of the charge that is to fail; None when none is."""
    planned = world.objects.get(_ID)
    return planned and {"customer": planned["customer"], "decline": planned["decline"]}


def plan(world: World, given: dict[str, Any]) -> Obj:
    """Any customer's next charge, or one customer's; without a `decline` none fails.

    Raises 400 for a word that is no decline, and for an unknown customer.
    """
    word, customer = given.get("decline"), given.get("customer")
    if word is not None and word not in DECLINES:
        raise invalid(f"Invalid decline: must be one of {', '.join(DECLINES)}", param="decline")
    if customer is not None:
        world.get("customer", customer, param="customer")
    if _ID in world.objects:
        world.remove(_ID)
    if word is not None:
        world.add({"id": _ID, "object": _ID, "customer": customer, "decline": word})
    return {"next_charge": read(world)}


def take(world: World, customer: str | None) -> Decline | None:
    """The decline that was planned for this charge, which uses it up."""
    planned = world.objects.get(_ID)
    if planned is None or planned["customer"] not in (None, customer):
        return None
    world.remove(_ID)
    return DECLINES[planned["decline"]]
