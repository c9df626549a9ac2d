"""What an account's owner sets in Stripe's Dashboard, and the API does not show.

`draft_seconds` is how long a renewal's invoice stays a draft (Stripe: about an hour),
`retry_days` are counted from the first failed charge, and `after_retries` says what becomes of
the subscription when the last of them fails (docs.stripe.com/billing/revenue-recovery).
"""

from typing import Any

from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import Obj, World

_ID = "settings"
AFTER_RETRIES = ("cancel", "unpaid", "past_due")
# Stripe's smart retries have no public days; and a demo should show a renewal when it is due.
DEFAULTS: dict[str, Any] = {
    "draft_seconds": 0,
    "retry_days": [1, 3, 5, 7],
    "after_retries": "cancel",
}


def read(world: World) -> dict[str, Any]:
    stored = world.objects.get(_ID, {})
    return {key: stored.get(key, value) for key, value in DEFAULTS.items()}


def change(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """Raises 400 for a name or value that is none of the above."""
    for key, value in given.items():
        if not _fits(key, value):
            raise invalid(f"Invalid setting: {key}", param=key)
    if _ID not in world.objects:
        world.add({"id": _ID, "object": "settings"})
    stored: Obj = world.edit(_ID)
    stored.update(given)
    return read(world)


def _fits(key: str, value: object) -> bool:
    if key == "draft_seconds":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if key == "retry_days":
        return isinstance(value, list) and all(isinstance(d, int) and d > 0 for d in value)
    return key == "after_retries" and value in AFTER_RETRIES
