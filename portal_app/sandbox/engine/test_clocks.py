"""Test clocks (docs.stripe.com/api/test_clocks).

An account here has one clock, so every test clock is that one: advancing it moves everybody's time.
"""

from typing import Any

from portal_app.sandbox.engine import customers, lifecycle
from portal_app.sandbox.engine.calendar import DAY
from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]

KIND = "test_helpers.test_clock"
LIFE = 30 * DAY  # docs.stripe.com/billing/testing/test-clocks: deleted after 30 days; here it stays


def create(world: World, params: Params) -> Obj:
    frozen = _moment(params)
    if frozen < world.now:
        raise invalid(
            f"The sandbox has one clock, which stands at {world.now} and never goes back.",
            param="frozen_time",
        )
    lifecycle.advance(world, frozen)
    return world.add(
        {
            "id": world.new_id("clock"),
            "object": KIND,
            "created": world.now,
            "deletes_after": world.now + LIFE,
            "frozen_time": frozen,
            "livemode": False,
            "name": params.get("name"),
            "status": "ready",
            "status_details": {},
        },
        f"{KIND}.created",
    )


def retrieve(world: World, clock_id: str, _params: Params) -> Obj:
    return {**world.get(KIND, clock_id, deleted=True), "frozen_time": world.now}


def advance(world: World, clock_id: str, params: Params) -> Obj:
    """Stripe answers `advancing` and takes its time; here it is done when it answers."""
    world.get(KIND, clock_id)
    frozen = _moment(params)
    if frozen <= world.now:
        raise invalid("frozen_time must be after the clock's own.", param="frozen_time")
    lifecycle.advance(world, frozen)
    clock = world.edit(clock_id)
    clock["frozen_time"] = frozen
    world.emit(f"{KIND}.ready", clock)
    return clock


def delete(world: World, clock_id: str) -> Obj:
    """With its customers, whose subscriptions end."""
    clock = world.get(KIND, clock_id)
    for customer in world.where("customer", test_clock=clock_id):
        if not customer.get("deleted"):
            customers.delete(world, customer["id"])
    world.emit(f"{KIND}.deleted", clock)
    world.edit(clock_id)["deleted"] = True
    return clock


def _moment(params: Params) -> int:
    if "frozen_time" not in params:
        raise required("frozen_time")
    return int(params["frozen_time"])
