"""Customers."""

from typing import Any

from portal_app.sandbox.engine import balances, billing, payment_methods, schedules
from portal_app.sandbox.engine.errors import invalid
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]

ADDRESS_KEYS = ("city", "country", "line1", "line2", "postal_code", "state")


def create(world: World, params: Params) -> Obj:
    customer_id = world.new_id("cus")
    customer: Obj = {
        "id": customer_id,
        "object": "customer",
        "address": address(params.get("address")),
        "balance": params.get("balance", 0),
        "business_name": params.get("business_name"),
        "created": world.now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": params.get("description"),
        "discount": None,
        "email": params.get("email"),
        "individual_name": params.get("individual_name"),
        "invoice_prefix": params.get("invoice_prefix") or world.token(8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "name": params.get("name"),
        "next_invoice_sequence": 1,
        "phone": params.get("phone"),
        "preferred_locales": params.get("preferred_locales", []),
        "shipping": None,
        "tax_exempt": params.get("tax_exempt", "none"),
        "test_clock": _clock(world, params),
    }
    world.add(customer, "customer.created")
    method = params.get("payment_method")
    if method:
        method = payment_methods.attach(world, method, customer_id)["id"]
    default = (params.get("invoice_settings") or {}).get("default_payment_method")
    if default:
        # A customer may be created with `pm_card_visa` in both places: the attached copy is meant.
        same = default == params.get("payment_method")
        _set_default(world, customer_id, method if same else default)
    return customer


def _clock(world: World, params: Params) -> str | None:
    given = params.get("test_clock")
    return world.get("test_helpers.test_clock", given, param="test_clock")["id"] if given else None


def update(world: World, customer_id: str, params: Params) -> Obj:
    world.get("customer", customer_id)
    settings = params.pop("invoice_settings", {}) or {}
    with world.changing(customer_id, "customer.updated") as customer:
        if "metadata" in params:
            customer["metadata"] = merge_metadata(customer["metadata"], params.pop("metadata"))
        if "address" in params:
            customer["address"] = address(params.pop("address"))
        balance = params.pop("balance", customer["balance"])
        customer.update(params)
        if "default_payment_method" in settings:
            _set_default(world, customer_id, settings["default_payment_method"])
    if balance != customer["balance"]:
        balances.move(world, customer_id, balance - customer["balance"], "adjustment")
    return customer


def _set_default(world: World, customer_id: str, method_id: str | None) -> None:
    param = "invoice_settings[default_payment_method]"
    if method_id is not None:
        method = world.get("payment_method", method_id, param=param)
        if method["customer"] != customer_id:
            raise invalid(
                "The customer does not have a payment method with the ID "
                f"{method_id}. The payment method must be attached to the customer.",
                param=param,
                code="resource_missing",
            )
    world.edit(customer_id)["invoice_settings"]["default_payment_method"] = method_id


def delete(world: World, customer_id: str) -> Obj:
    """Cancels the customer's subscriptions at once, as Stripe does."""
    customer = world.get("customer", customer_id)
    for subscription in world.where("subscription", customer=customer_id):
        if subscription["status"] not in ("canceled", "incomplete_expired"):
            billing.end(world, subscription["id"], reason="cancellation_requested")
    for schedule in world.where(
        "subscription_schedule", customer=customer_id, status="not_started"
    ):
        schedules.cancel(world, schedule["id"], {})
    for method in world.where("payment_method", customer=customer_id):
        payment_methods.detach(world, method["id"])
    world.emit("customer.deleted", customer)
    world.edit(customer_id)["deleted"] = True
    return customer


def address(given: Params | None) -> Obj | None:
    return {key: given.get(key) for key in ADDRESS_KEYS} if given else None
