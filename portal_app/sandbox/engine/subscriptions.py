"""What the API does to subscriptions; what time does to them is in `lifecycle`."""

from typing import Any

from portal_app.sandbox.engine import billing
from portal_app.sandbox.engine.calendar import DAY
from portal_app.sandbox.engine.errors import invalid, missing, not_implemented, required
from portal_app.sandbox.engine.subscription_objects import new_item, new_subscription
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def create(world: World, params: Params) -> Obj:
    """Start a subscription; a failing first charge leaves it `incomplete` for 23 hours.

    Raises 400 for prices that do not fit each other or the customer's currency, and the card's
    402 with `payment_behavior=error_if_incomplete`.
    """
    customer = _customer(world, params)
    prices = _prices(world, customer, params)
    currency = prices[0]["currency"]
    subscription = new_subscription(world, customer["id"], currency, params)
    items = [new_item(world, subscription, given) for given in params["items"]]
    subscription["items"]["data"] = items
    _schedule(world, subscription, params)
    billing.set_period(world, subscription, world.now)
    _set_cancel(world, subscription, params)
    _check_payable(world, subscription, params, amount=prices[0]["unit_amount"])
    world.edit(customer["id"])["currency"] = currency
    world.add(subscription)
    if subscription["trial_end"]:
        subscription["status"] = "trialing"
        billing.bill(world, subscription, reason="subscription_create", share=None, charge=True)
    else:
        _start(world, subscription, params)
    world.emit("customer.subscription.created", subscription)
    return subscription


def _customer(world: World, params: Params) -> Obj:
    if not params.get("customer"):
        raise required("customer")
    if not params.get("items"):
        raise required("items")
    customer = world.get("customer", params["customer"], param="customer")
    if method_id := params.get("default_payment_method"):
        _own_method(world, customer["id"], method_id)
    if params.get("collection_method") == "send_invoice" and "days_until_due" not in params:
        raise required("days_until_due")
    return customer


def _own_method(world: World, customer_id: str, method_id: str) -> None:
    param = "default_payment_method"
    if world.get("payment_method", method_id, param=param)["customer"] != customer_id:
        raise invalid(
            f"The customer does not have a payment method with the ID {method_id}. "
            "The payment method must be attached to the customer.",
            param=param,
            code="resource_missing",
        )


def _prices(world: World, customer: Obj, params: Params) -> list[Obj]:
    prices = []
    for number, item in enumerate(params["items"]):
        if not item.get("price"):
            raise required(f"items[{number}][price]")
        param = f"items[{number}][price]"
        price = world.get("price", item["price"], param=param)
        if not price["active"]:
            raise invalid(
                "The price specified is inactive. This field only accepts active prices.",
                param=param,
            )
        if price["recurring"] is None:
            raise invalid(
                f"The price specified is set to `type=one_time` but this field only accepts prices "
                f"with `type=recurring`: {price['id']}.",
                param=param,
            )
        prices.append(price)
    if len({(p["recurring"]["interval"], p["recurring"]["interval_count"]) for p in prices}) > 1:
        raise not_implemented("subscriptions whose items have different intervals")
    currencies = {price["currency"] for price in prices} | {customer["currency"]} - {None}
    if len(currencies) > 1 and _is_active(world, customer, prices[0]["currency"]):
        raise invalid(
            "You cannot combine currencies on a single customer. This customer has an active "
            "subscription, subscription schedule, discount, quote, or invoice item with currency "
            f"{customer['currency']}"
        )
    return prices


def _is_active(world: World, customer: Obj, currency: str) -> bool:
    return any(
        other["currency"] != currency and other["status"] not in billing.ENDED
        for other in world.where("subscription", customer=customer["id"])
    )


def _schedule(world: World, subscription: Obj, params: Params) -> None:
    """Trial and anchor: the end of a trial is the anchor of everything after it."""
    trial_end = params.get("trial_end")
    if days := params.get("trial_period_days"):
        trial_end = world.now + days * DAY
    if trial_end == "now":
        trial_end = None
    if trial_end:
        if trial_end <= world.now:
            raise invalid(
                "Invalid timestamp: must be an integer Unix timestamp in the future.",
                param="trial_end",
            )
        subscription.update(
            trial_start=world.now, trial_end=trial_end, billing_cycle_anchor=trial_end
        )
    elif anchor := params.get("billing_cycle_anchor"):
        if anchor <= world.now:
            raise invalid(
                "`billing_cycle_anchor` must be in the future.", param="billing_cycle_anchor"
            )
        subscription["billing_cycle_anchor"] = anchor
        if anchor > billing.next_boundary(world, subscription, world.now):
            raise invalid(
                "`billing_cycle_anchor` cannot be later than next natural billing date.",
                param="billing_cycle_anchor",
            )


def _check_payable(world: World, subscription: Obj, params: Params, *, amount: int) -> None:
    automatic = subscription["collection_method"] == "charge_automatically"
    behavior = params.get("payment_behavior", "allow_incomplete")
    if not automatic or subscription["trial_end"] or not amount or behavior == "default_incomplete":
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


def _start(world: World, subscription: Obj, params: Params) -> None:
    behavior = params.get("payment_behavior", "allow_incomplete")
    share = billing.first_share(world, subscription)
    if params.get("proration_behavior") == "none" and share < 1:
        share = 0.0
    refusal = billing.bill(
        world,
        subscription,
        reason="subscription_create",
        share=share,
        charge=behavior != "default_incomplete",
    )
    if refusal and behavior == "error_if_incomplete":
        raise refusal.error()


def update(world: World, subscription_id: str, params: Params) -> Obj:
    subscription = world.get("subscription", subscription_id)
    if subscription["status"] in billing.ENDED:
        allowed = {"metadata", "cancellation_details"}
        if set(params) - allowed:
            raise invalid(
                "A canceled subscription can only update its cancellation_details and metadata.",
                code="invalid_canceled_subscription_fields",
            )
    if params.get("default_payment_method"):
        _own_method(world, subscription["customer"], params["default_payment_method"])
    trial_end = params.pop("trial_end", None)
    with world.changing(subscription_id, "customer.subscription.updated") as subscription:
        if "metadata" in params:
            merged = merge_metadata(subscription["metadata"], params.pop("metadata"))
            subscription["metadata"] = merged
        for group in ("cancellation_details", "payment_settings"):
            subscription[group].update(params.pop(group, None) or {})
        _set_cancel(world, subscription, params)
        for gone in ("payment_behavior", "proration_behavior", "off_session"):
            params.pop(gone, None)
        if pause := params.get("pause_collection"):
            params["pause_collection"] = {"resumes_at": None, **pause}
        subscription.update(params)
        if trial_end is not None:
            _set_trial_end(world, subscription, trial_end)
    return subscription


def _set_trial_end(world: World, subscription: Obj, trial_end: int | str) -> None:
    """Extend a trial, start one in a running subscription, or end it now."""
    if trial_end == "now":
        if subscription["status"] == "trialing":
            billing.end_trial(world, subscription["id"])
        return
    if int(trial_end) <= world.now:
        raise invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end"
        )
    subscription.update(
        status="trialing",
        trial_start=subscription["trial_start"] or world.now,
        trial_end=int(trial_end),
        billing_cycle_anchor=int(trial_end),
    )
    billing.set_period(
        world, subscription, subscription["items"]["data"][0]["current_period_start"]
    )


def _set_cancel(world: World, subscription: Obj, params: Params) -> None:
    """`cancel_at_period_end` and `cancel_at`; either shows when it was asked for."""
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


def cancel(world: World, subscription_id: str, params: Params) -> Obj:
    """At once. A subscription that has already ended is a 404, as at Stripe."""
    subscription = world.get("subscription", subscription_id)
    if subscription["status"] in billing.ENDED:
        raise missing("subscription", subscription_id)
    for option in ("invoice_now", "prorate"):
        if params.get(option):
            raise not_implemented(f"{option}=true when canceling a subscription")
    details = params.get("cancellation_details") or {}
    world.edit(subscription_id)["cancellation_details"].update(details)
    billing.end(world, subscription_id, reason="cancellation_requested")
    return subscription


def pause(world: World, subscription_id: str, params: Params) -> Obj:
    """`status: paused`: no access is paid for and nothing renews until it is resumed."""
    subscription = world.get("subscription", subscription_id)
    if subscription["status"] not in ("active", "trialing", "past_due"):
        raise invalid(
            f"Only active, trialing or past_due subscriptions can be paused; this one is "
            f"{subscription['status']}."
        )
    if params.get("invoicing_behavior") == "invoice":
        raise not_implemented("invoicing_behavior=invoice when pausing a subscription")
    unused = ((params.get("bill_for") or {}).get("unused_time_from") or {}).get("type", "now")
    if unused != "none" and subscription["status"] == "active":
        since = world.now if unused == "now" else billing.period_start(subscription)
        billing.credit_unused(world, subscription, since)
    billing.become_paused(world, subscription_id, "pause_requested")
    return subscription


def resume(world: World, subscription_id: str, params: Params) -> Obj:
    subscription = world.get("subscription", subscription_id)
    if subscription["status"] != "paused":
        raise invalid("Only paused subscriptions can be resumed.")
    if params.get("payment_behavior") == "resume_on_payment_success":
        raise not_implemented("payment_behavior=resume_on_payment_success")
    anchor = (params.get("billing_cycle_anchor") or {}).get("type", "now")
    events = ("customer.subscription.updated", "customer.subscription.resumed")
    with world.changing(subscription_id, *events) as subscription:
        subscription.update(status="active", status_details=None)
        if subscription["trial_end"]:
            # A trial does not outlive a pause.
            subscription["trial_end"] = min(subscription["trial_end"], world.now)
        if anchor == "now":
            subscription["billing_cycle_anchor"] = world.now
        billing.set_period(world, subscription, world.now)
        free = anchor != "now" and params.get("proration_behavior") == "none"
        share = 0.0 if free else billing.first_share(world, subscription)
        billing.bill(world, subscription, reason="subscription_update", share=share, charge=True)
    return subscription
