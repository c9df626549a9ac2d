"""`payment_behavior=pending_if_incomplete`: a change that holds only once it is paid.

docs.stripe.com/billing/subscriptions/pending-updates. The invoice waits for 23 hours, at most
until the period ends; paid, the change takes effect as it was billed; otherwise it is forgotten.
"""

from typing import Any

from portal_app.sandbox.engine import invoices
from portal_app.sandbox.engine.calendar import HOUR
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.presentation import copied
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]

LIFE = 23 * HOUR
ALLOWED = frozenset(
    {
        "billing_cycle_anchor",
        "items",
        "off_session",
        "payment_behavior",
        "proration_behavior",
        "proration_date",
        "trial_end",
    }
)
_WAITING = (
    "_anchor",
    "billing_cycle_anchor",
    "billing_cycle_anchor_config",
    "items",
    "status",
    "trial_end",
    "trial_start",
)


def check(params: Params) -> None:
    for name in params:
        if name not in ALLOWED:
            raise invalid(
                f"`{name}` is not supported with `payment_behavior=pending_if_incomplete`.",
                param=name,
            )


def remember(subscription: Obj) -> Obj:
    """What the subscription was before the change."""
    return copied({key: subscription.get(key) for key in _WAITING})


def hold(world: World, subscription: Obj, before: Obj) -> None:
    """The charge failed: the subscription is as before, the change waits for its invoice."""
    after = {**remember(subscription), "status": "active"}
    subscription.update(before)
    invoice_id = subscription["latest_invoice"]
    subscription["_open"].remove(invoice_id)
    world.edit(invoice_id).update(auto_advance=False, next_payment_attempt=None)
    ends = before["items"]["data"][0]["current_period_end"]
    subscription["pending_update"] = {
        "billing_cycle_anchor": _changed("billing_cycle_anchor", before, after),
        "expires_at": min(world.now + LIFE, ends),
        "subscription_items": after["items"]["data"],
        "trial_end": _changed("trial_end", before, after),
        "trial_from_plan": None,
    }
    subscription["_pending"] = {"invoice": invoice_id, "after": after}


def _changed(key: str, before: Obj, after: Obj) -> Any:  # noqa: ANN401 - JSON
    return after[key] if after[key] != before[key] else None


def due(subscription: Obj) -> int | None:
    pending = subscription["pending_update"]
    return int(pending["expires_at"]) if pending else None


def conclude(world: World, subscription: Obj) -> None:
    """After anything that happened to the invoice: apply what was paid, forget what was closed."""
    pending = subscription.get("_pending")
    if not pending:
        return
    status = world.objects[pending["invoice"]]["status"]
    if status == "paid":
        subscription.update(pending["after"], pending_update=None, _pending=None)
        world.emit("customer.subscription.pending_update_applied", subscription)
    elif status in ("void", "uncollectible"):
        _forget(world, subscription)


def expire(world: World, subscription_id: str) -> None:
    """Its time is over, or another change takes its place: the invoice is voided."""
    subscription = world.objects[subscription_id]
    pending = subscription.get("_pending")
    if not pending:
        return
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        if world.objects[pending["invoice"]]["status"] == "open":
            invoices.close(world, pending["invoice"], "void")
        _forget(world, subscription)


def _forget(world: World, subscription: Obj) -> None:
    subscription.update(pending_update=None, _pending=None)
    world.emit("customer.subscription.pending_update_expired", subscription)
