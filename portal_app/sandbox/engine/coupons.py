"""Coupons and the promotion codes that stand for them.

docs.stripe.com/api/coupons, docs.stripe.com/api/promotion_codes.
"""

from typing import Any

from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def create(world: World, params: Params) -> Obj:
    _check(world, params)
    coupon: Obj = {
        "id": params.get("id") or world.token(8),
        "object": "coupon",
        "amount_off": params.get("amount_off"),
        "created": world.now,
        "currency": params["currency"].lower() if params.get("amount_off") else None,
        "duration": params.get("duration", "once"),
        "duration_in_months": params.get("duration_in_months"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "name": params.get("name"),
        "percent_off": params.get("percent_off"),
        "redeem_by": params.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }
    return world.add(coupon, "coupon.created")


def _check(world: World, params: Params) -> None:
    percent, amount = params.get("percent_off"), params.get("amount_off")
    if (percent is None) == (amount is None):
        raise invalid("Must provide either percent_off or amount_off, and not both.")
    if percent is not None and not 0 < percent <= 100:  # noqa: PLR2004 - percent
        raise invalid("percent_off must be above 0 and at most 100.", param="percent_off")
    if amount is not None and amount < 1:
        raise invalid(
            "Invalid positive integer", param="amount_off", code="parameter_invalid_integer"
        )
    if amount is not None and "currency" not in params:
        raise required("currency")
    if (params.get("duration") == "repeating") != bool(params.get("duration_in_months")):
        raise invalid(
            "duration_in_months is needed for duration=repeating, and for no other.",
            param="duration_in_months",
        )
    if params.get("id") in world.objects:
        raise invalid("Coupon already exists.", param="id", code="resource_already_exists")


def update(world: World, coupon_id: str, params: Params) -> Obj:
    world.get("coupon", coupon_id)
    with world.changing(coupon_id, "coupon.updated") as coupon:
        if "metadata" in params:
            coupon["metadata"] = merge_metadata(coupon["metadata"], params["metadata"])
        coupon["name"] = params.get("name", coupon["name"])
    return coupon


def delete(world: World, coupon_id: str) -> Obj:
    """It can be redeemed no more; discounts that came from it stay."""
    coupon = world.get("coupon", coupon_id)
    world.emit("coupon.deleted", coupon)
    world.edit(coupon_id)["deleted"] = True
    return coupon


def create_code(world: World, params: Params) -> Obj:
    coupon_id = (params.get("promotion") or {}).get("coupon")
    if not coupon_id:
        raise required("promotion[coupon]")
    world.get("coupon", coupon_id, param="promotion[coupon]")
    if params.get("customer"):
        world.get("customer", params["customer"], param="customer")
    code = params.get("code") or world.token(8).upper()
    if any(other["code"].lower() == code.lower() for other in _active(world)):
        raise invalid(f"An active promotion code with `code: {code}` already exists.", param="code")
    return world.add(_code(world, code, coupon_id, params), "promotion_code.created")


def _active(world: World) -> list[Obj]:
    return [code for code in world.all("promotion_code") if code["active"]]


def _code(world: World, code: str, coupon_id: str, params: Params) -> Obj:
    restrictions = {
        "first_time_transaction": False,
        "minimum_amount": None,
        "minimum_amount_currency": None,
        **(params.get("restrictions") or {}),
    }
    return {
        "id": world.new_id("promo"),
        "object": "promotion_code",
        "active": params.get("active", True),
        "code": code,
        "created": world.now,
        "customer": params.get("customer"),
        "expires_at": params.get("expires_at"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": merge_metadata({}, params.get("metadata", {})),
        "promotion": {"coupon": coupon_id, "type": "coupon"},
        "restrictions": restrictions,
        "times_redeemed": 0,
    }


def update_code(world: World, code_id: str, params: Params) -> Obj:
    world.get("promotion_code", code_id)
    with world.changing(code_id, "promotion_code.updated") as code:
        if "metadata" in params:
            code["metadata"] = merge_metadata(code["metadata"], params["metadata"])
        code["active"] = params.get("active", code["active"])
    return code
