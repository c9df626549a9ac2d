"""Products and prices."""

from typing import Any

from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def create_product(world: World, params: Params) -> Obj:
    if not params.get("name"):
        raise required("name")
    if params.get("id") in world.objects:
        raise invalid("Product already exists.", param="id", code="resource_already_exists")
    product: Obj = {
        "id": params.get("id") or world.new_id("prod"),
        "object": "product",
        "active": params.get("active", True),
        "created": world.now,
        "default_price": None,
        "description": params.get("description"),
        "images": params.get("images", []),
        "livemode": False,
        "marketing_features": [],
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "name": params["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": params.get("statement_descriptor"),
        "tax_code": None,
        "type": "service",
        "unit_label": params.get("unit_label"),
        "updated": world.now,
        "url": params.get("url"),
    }
    return world.add(product, "product.created")


def update_product(world: World, product_id: str, params: Params) -> Obj:
    world.get("product", product_id)
    if params.get("default_price"):
        world.get("price", params["default_price"], param="default_price")
    with world.changing(product_id, "product.updated") as product:
        if "metadata" in params:
            product["metadata"] = merge_metadata(product["metadata"], params.pop("metadata"))
        product.update(params)
        product["updated"] = world.now
    return product


def create_price(world: World, params: Params) -> Obj:
    for name in ("currency", "unit_amount", "product"):
        if params.get(name) is None:
            raise required(name)
    world.get("product", params["product"], param="product")
    if params["unit_amount"] < 0:
        raise invalid("Invalid non-negative integer", param="unit_amount")
    price: Obj = {
        "id": world.new_id("price"),
        "object": "price",
        "active": params.get("active", True),
        "billing_scheme": "per_unit",
        "created": world.now,
        "currency": params["currency"].lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": params.get("lookup_key"),
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "nickname": params.get("nickname"),
        "product": params["product"],
        "recurring": _recurring(params.get("recurring")),
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if params.get("recurring") else "one_time",
        "unit_amount": params["unit_amount"],
        "unit_amount_decimal": str(params["unit_amount"]),
    }
    return world.add(price, "price.created")


def _recurring(given: Params | None) -> Obj | None:
    if not given:
        return None
    if "interval" not in given:
        raise required("recurring[interval]")
    count = given.get("interval_count", 1)
    longest = {"day": 1095, "week": 156, "month": 36, "year": 3}[given["interval"]]
    if not 1 <= count <= longest:
        raise invalid(
            f"Invalid interval_count: must be between 1 and {longest}.",
            param="recurring[interval_count]",
        )
    return {
        "interval": given["interval"],
        "interval_count": count,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def update_price(world: World, price_id: str, params: Params) -> Obj:
    world.get("price", price_id)
    with world.changing(price_id, "price.updated") as price:
        if "metadata" in params:
            price["metadata"] = merge_metadata(price["metadata"], params.pop("metadata"))
        price.update(params)
    return price
