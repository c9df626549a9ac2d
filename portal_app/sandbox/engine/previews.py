"""`POST /v1/invoices/create_preview`: the invoice that a change, or the next renewal, would make.

A preview takes the very steps of the real thing up to the draft, reads the draft and takes the
steps back, so that it can't differ from what is charged later (docs.stripe.com/api/invoices/
create_preview).
"""

from typing import Any

from portal_app.sandbox.engine import (
    billing,
    cancellations,
    lifecycle,
    pausing,
    schedule_previews,
    subscription_updates,
    subscriptions,
    totals,
    trials,
)
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.errors import ApiError, invalid, not_implemented, required
from portal_app.sandbox.engine.presentation import present
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]


def create(world: World, params: Params) -> Obj:
    """The draft as it would be, with its amount due. Raises `invoice_upcoming_none` without one."""
    details = params.get("subscription_details") or {}
    if "discounts" in params:
        details = {**details, "discounts": params["discounts"]}
    if "schedule" in params or "schedule_details" in params:
        subscription, demand = schedule_previews.subject(world, params)
    else:
        subscription = _subject(world, params, details)
        demand = _demand(world, subscription, params, details)
    if demand is None or params.get("preview_mode") == "recurring":
        demand = _next_renewal(world, subscription)
    invoice = billing.compose(world, subscription, demand)
    totals.apply_balance(invoice, world.objects[invoice["customer"]]["balance"])
    invoice["id"] = f"upcoming_{invoice['id']}"
    invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
    shown = present(world, invoice)
    world.rollback()
    return shown


def _subject(world: World, params: Params, details: Params) -> Obj:
    """The subscription, as an object that may be changed; without an id a new one."""
    if subscription_id := params.get("subscription"):
        subscription = world.get("subscription", subscription_id, param="subscription")
        if subscription["status"] in billing.ENDED:
            raise _nothing(subscription["customer"])
        return world.edit(subscription_id)
    if not params.get("customer"):
        raise required("customer")
    if not details.get("items"):
        raise not_implemented("previews without a subscription and without items")
    given = {**details, "customer": params["customer"]}
    return world.add(subscriptions.build(world, given))


def _demand(world: World, subscription: Obj, params: Params, details: Params) -> Demand | None:
    """What the change itself would invoice at once; None when it waits for the renewal."""
    if "subscription" not in params:
        return subscriptions.first_demand(world, subscription, details)
    if details.get("cancel_now"):
        behavior = details.get("proration_behavior", "create_prorations")
        wanted = {"prorate": behavior != "none", "invoice_now": True}
        return cancellations.settle_up(world, subscription, wanted)
    if details.get("resume_at"):
        if subscription["status"] != "paused":
            raise invalid("Only paused subscriptions can be resumed.")
        return pausing.wake(world, subscription, details)
    return subscription_updates.apply(world, subscription, dict(details))


def _next_renewal(world: World, subscription: Obj) -> Demand:
    """The clock goes to the end of the period, as `lifecycle` would let it."""
    if demand := schedule_previews.until_renewal(world, subscription):
        return demand
    end = billing.period_end(subscription)
    ends_before = subscription["cancel_at"] and subscription["cancel_at"] <= end
    if subscription["status"] in (*billing.ENDED, "paused", "incomplete") or ends_before:
        raise _nothing(subscription["customer"])
    world.now = max(world.now, end)
    if subscription["status"] == "trialing":
        return trials.begin_paying(world, subscription)
    return lifecycle.renewal(world, subscription)


def _nothing(customer: str) -> ApiError:
    return ApiError(
        404,
        "invalid_request_error",
        f"No upcoming invoices for customer: {customer}",
        code="invoice_upcoming_none",
    )
