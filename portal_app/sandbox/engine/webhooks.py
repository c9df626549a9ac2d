"""Which endpoints an event goes to, when, and how it is signed (docs.stripe.com/webhooks)."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from portal_app.sandbox.engine.world import Obj, World

# Seconds of wall time until each further attempt. Stripe's own test mode tries three times over a
# few hours; here the first ones come soon, for a portal that is being restarted.
RETRY_AFTER = (1.0, 5.0, 30.0, 300.0, 3600.0, 10800.0)


@dataclass(frozen=True)
class DeliveryFaults:
    """What goes wrong with deliveries: shares of events from 0 to 1, and seconds.

    `reorder` shuffles the events of one request; `delay` is the longest of random delays.
    """

    drop: float = 0.0
    duplicate: float = 0.0
    delay: float = 0.0
    reorder: bool = False
    seed: int = 0
    retry_after: tuple[float, ...] = RETRY_AFTER


@dataclass(frozen=True)
class Delivery:
    """One planned POST of an event; `due` is wall time, None for one that gets lost on the way."""

    event: Obj
    endpoint: str
    due: float | None


def register(world: World, name: str, url: str, secret: str) -> Obj:
    """An endpoint for all events with a secret that its owner chose, which Stripe doesn't offer.

    Registering a name again moves its endpoint.
    """
    endpoint_id = f"we_{name}"
    if endpoint_id in world.objects:
        endpoint = world.edit(endpoint_id)
        endpoint |= {"url": url, "_secret": secret, "status": "enabled", "deleted": False}
        return endpoint
    return world.add(
        {
            "id": endpoint_id,
            "object": "webhook_endpoint",
            "api_version": None,
            "application": None,
            "created": world.now,
            "description": None,
            "enabled_events": ["*"],
            "livemode": False,
            "metadata": {},
            "status": "enabled",
            "url": url,
            "_secret": secret,
        }
    )


def endpoints_for(world: World, event: Obj) -> list[Obj]:
    return [
        endpoint
        for endpoint in world.all("webhook_endpoint")
        if endpoint["status"] == "enabled"
        and not endpoint.get("deleted")
        and {"*", event["type"]} & set(endpoint["enabled_events"])
    ]


def plan(
    world: World, events: Iterable[Obj], faults: DeliveryFaults, chance: Random, *, wall: float
) -> list[Delivery]:
    """The deliveries of *events*, which come in the order they happened."""
    pairs = [(event, endpoint) for event in events for endpoint in endpoints_for(world, event)]
    if faults.reorder:
        chance.shuffle(pairs)
    planned: list[Delivery] = []
    for event, endpoint in pairs:
        copies = 2 if chance.random() < faults.duplicate else 1
        lost = chance.random() < faults.drop
        for _ in range(copies):
            due = None if lost else wall + chance.random() * faults.delay
            planned.append(Delivery(event, endpoint["id"], due))
    return planned


def signature(secret: str, body: bytes, *, at: int) -> str:
    """The header `Stripe-Signature`."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    return f"t={at},v1={signed}"
