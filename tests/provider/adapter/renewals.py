"""What the next charge of every subscription at a sandbox will be taken from, by making it."""

from __future__ import annotations

from typing import Any

from portal_app.sandbox.engine import lifecycle
from portal_app.sandbox.engine.presentation import copied
from portal_app.sandbox.engine.world import World
from tests.provider.adapter.account import DAY

A_PERIOD = 33 * DAY


def forked(world: World) -> World:
    """The same account in another future; events are left out, as nobody hears them."""
    fork = World(now=world.now, seed=world.seed)
    fork.counter = world.counter
    for obj in sorted(world.objects.values(), key=lambda one: int(one["_seq"])):
        if obj["object"] != "event":
            fork.load(copied(obj))
    fork.begin()
    return fork


def next_charges(world: World) -> dict[str, str]:
    """Stripe's ids: subscription → payment method, for all that are charged within a period."""
    fork = forked(world)
    lifecycle.advance(fork, world.now + A_PERIOD)
    return charges_since(fork, world.counter)


def charges_since(world: World, counter: int) -> dict[str, str]:
    """The first charge of each subscription after the account's *counter* stood there."""
    found: dict[str, str] = {}
    for charge in world.all("charge"):  # newest first, so that the first one is what stays
        invoice = world.objects.get(_invoice_of(world, charge["payment_intent"]), {})
        subscription = _subscription_of(invoice)
        if charge["_seq"] > counter and subscription:
            found[subscription] = charge["payment_method"]
    return found


def _invoice_of(world: World, intent_id: str | None) -> str:
    return str(world.objects.get(intent_id or "", {}).get("_invoice") or "")


def _subscription_of(invoice: dict[str, Any]) -> str:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return str(details.get("subscription") or "")
