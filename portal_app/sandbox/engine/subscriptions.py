"""What the API does to subscriptions; what time does to them is in `lifecycle`."""

from fractions import Fraction
from typing import Any

from portal_app.sandbox.engine import (
    anchors,
    billing,
    currencies,
    discounts,
    subscription_items,
    taxes,
)
from portal_app.sandbox.engine.billing import Demand
from portal_app.sandbox.engine.calendar import DAY
from portal_app.sandbox.engine.errors import invalid, not_implemented, required
from portal_app.sandbox.engine.subscription_objects import new_item, new_subscription
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]


def create(world: World, params: Params) -> Obj:
    """Start a subscription; a failing first charge leaves it `incomplete` for 23 hours.

    Raises 400 for prices that do not fit each other or the customer's currency, and the card's
    402 with `payment_behavior=error_if_incomplete`.
    """
    subscription = build(world, params)
    demand = first_demand(world, subscription, params)
    _check_payable(world, subscription, params, demand)
    world.add(subscription)
    behavior = params.get("payment_behavior", "allow_incomplete")
    charge = behavior != "default_incomplete" or demand.share is None
    refusal = billing.bill(world, subscription, demand, charge=charge)
    if refusal and behavior == "error_if_incomplete":
        raise refusal.error()
    world.emit("customer.subscription.created", subscription)
    return subscription


def build(world: World, params: Params) -> Obj:
    """The subscription with its first period, not yet part of the account and not invoiced."""
    customer = _customer(world, params)
    subscription = new_subscription(world, customer["id"], "", params)
    _items(world, customer, subscription, params["items"])
    _schedule(world, subscription, params)
    billing.set_period(world, subscription, world.now)
    if params.get("cancel_at"):
        wanted = params.get("proration_behavior", "create_prorations")
        subscription["_cancel_proration"] = wanted
    set_cancel(world, subscription, params)
    set_extras(world, subscription, params)
    return subscription


def set_extras(world: World, subscription: Obj, params: Params) -> None:
    """Takes `discounts` and `default_tax_rates` out of `params`."""
    if "default_tax_rates" in params:
        subscription["default_tax_rates"] = taxes.rates(world, params.pop("default_tax_rates"))
    if "discounts" in params:
        items = subscription["items"]["data"]
        worth = sum(world.objects[i["price"]]["unit_amount"] * i["quantity"] for i in items)
        discounts.replace(world, subscription, params.pop("discounts") or [], worth=worth)


def first_demand(world: World, subscription: Obj, params: Params) -> Demand:
    if subscription["trial_end"]:
        subscription["status"] = "trialing"
        return Demand("subscription_create", share=None)
    share = billing.first_share(world, subscription)
    # The time before an anchor that was asked for is free then, be it a whole period.
    anchored = params.get("billing_cycle_anchor") or params.get("billing_cycle_anchor_config")
    if params.get("proration_behavior") == "none" and (share < 1 or anchored):
        share = Fraction(0)
    return Demand("subscription_create", share=share)


def _customer(world: World, params: Params) -> Obj:
    if not params.get("customer"):
        raise required("customer")
    if not params.get("items"):
        raise required("items")
    customer = world.get("customer", params["customer"], param="customer")
    if method_id := params.get("default_payment_method"):
        own_method(world, customer["id"], method_id)
    if params.get("collection_method") == "send_invoice" and "days_until_due" not in params:
        raise required("days_until_due")
    return customer


def own_method(world: World, customer_id: str, method_id: str) -> None:
    param = "default_payment_method"
    if world.get("payment_method", method_id, param=param)["customer"] != customer_id:
        raise invalid(
            f"The customer does not have a payment method with the ID {method_id}. "
            "The payment method must be attached to the customer.",
            param=param,
            code="resource_missing",
        )


def _items(world: World, customer: Obj, subscription: Obj, given: list[Params]) -> None:
    for number, item in enumerate(given):
        param = f"items[{number}]"
        subscription_items.check_price(world, item.get("price"), f"{param}[price]")
        subscription_items.check_quantity(item.get("quantity", 1), f"{param}[quantity]")
    items = [new_item(world, subscription, item) for item in given]
    subscription["items"]["data"] = items
    subscription["currency"] = world.objects[items[0]["price"]]["currency"]
    subscription_items.check_together(world, items, subscription["currency"])
    currencies.claim(world, customer, subscription["currency"])


def _schedule(world: World, subscription: Obj, params: Params) -> None:
    """Trial and anchor: the end of a trial is the anchor of everything after it."""
    trial_end = params.get("trial_end")
    if days := params.get("trial_period_days"):
        trial_end = world.now + days * DAY
    config, anchor = params.get("billing_cycle_anchor_config"), params.get("billing_cycle_anchor")
    if config and anchor:
        raise invalid(
            "You may only specify one of `billing_cycle_anchor` and `billing_cycle_anchor_config`.",
            param="billing_cycle_anchor_config",
            code="parameters_exclusive",
        )
    if trial_end and trial_end != "now":
        if config or anchor:
            raise not_implemented("a billing cycle anchor other than the end of the trial")
        _begin_trial(world, subscription, trial_end)
    elif config:
        anchors.configure(world, subscription, config)
    elif anchor:
        _set_anchor(world, subscription, anchor)


def _begin_trial(world: World, subscription: Obj, trial_end: int) -> None:
    if trial_end <= world.now:
        raise invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end"
        )
    subscription.update(trial_start=world.now, trial_end=trial_end)
    anchors.move(subscription, trial_end)


def _set_anchor(world: World, subscription: Obj, anchor: int) -> None:
    if anchor <= world.now:
        raise invalid("`billing_cycle_anchor` must be in the future.", param="billing_cycle_anchor")
    subscription["billing_cycle_anchor"] = anchor
    if anchor > billing.next_boundary(world, subscription, world.now):
        raise invalid(
            "`billing_cycle_anchor` cannot be later than next natural billing date.",
            param="billing_cycle_anchor",
        )


def _check_payable(world: World, subscription: Obj, params: Params, demand: Demand) -> None:
    automatic = subscription["collection_method"] == "charge_automatically"
    behavior = params.get("payment_behavior", "allow_incomplete")
    first = world.objects[subscription["items"]["data"][0]["price"]]["unit_amount"]
    if not automatic or demand.share is None or not first or behavior == "default_incomplete":
        return
    customer = world.objects[subscription["customer"]]
    if not (
        subscription["default_payment_method"]
        or customer["invoice_settings"]["default_payment_method"]
    ):
        raise invalid(
            "This customer has no attached payment source or default payment method. "
            "Please consider adding a default payment method. For more information, visit "
            "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method"
            "-priority.",
            code="resource_missing",
        )


def set_cancel(world: World, subscription: Obj, params: Params) -> None:
    """Takes `cancel_at_period_end` and `cancel_at` out of `params`; shows when it was asked."""
    at_end, cancel_at = params.pop("cancel_at_period_end", None), params.pop("cancel_at", 0)
    if at_end and cancel_at:
        raise invalid(
            "You cannot set both `cancel_at` and `cancel_at_period_end`.",
            param="cancel_at",
            code="parameters_exclusive",
        )
    if cancel_at and cancel_at <= world.now:
        raise invalid("`cancel_at` must be in the future.", param="cancel_at")
    if at_end:
        cancel_at = billing.period_end(subscription)
    elif at_end is None and cancel_at == 0:
        return
    subscription["cancel_at_period_end"] = bool(at_end)
    subscription["cancel_at"] = cancel_at or None
    subscription["canceled_at"] = world.now if cancel_at else None
    reason = "cancellation_requested" if cancel_at else None
    subscription["cancellation_details"]["reason"] = reason
