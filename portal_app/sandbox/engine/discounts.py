"""Discounts: a coupon redeemed for a subscription or an invoice, and what it takes off.

docs.stripe.com/billing/subscriptions/coupons. Several apply one after the other, each to what
the ones before it left.
"""

from fractions import Fraction
from typing import Any

from portal_app.sandbox.engine.amounts import allocated, portion
from portal_app.sandbox.engine.calendar import boundary
from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.presentation import is_redeemable
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]


def replace(
    world: World, owner: Obj, given: list[Params], *, worth: int, field: str = "discounts"
) -> None:
    """Set the discounts of a subscription or an invoice. Those not named again are taken away.

    `worth` is what the owner costs, for promotion codes that ask for a minimum.
    """
    before = list(owner["discounts"])
    after = []
    for number, wanted in enumerate(given):
        if kept := wanted.get("discount"):
            if kept not in before:
                raise invalid(f"No such discount: '{kept}'", param=field, code="resource_missing")
            after.append(kept)
        else:
            param = f"{field}[{number}]"
            after.append(_redeem(world, owner, wanted, param=param, worth=worth)["id"])
    owner["discounts"] = after
    for gone in before:
        if gone not in after:
            world.emit("customer.discount.deleted", world.objects[gone])


def _redeem(world: World, owner: Obj, wanted: Params, *, param: str, worth: int) -> Obj:
    coupon, code = redeemable(world, owner, wanted, param=param, worth=worth)
    for used in (coupon, code):
        if used:
            world.edit(used["id"])["times_redeemed"] += 1
    return world.add(_discount(world, owner, coupon, code), "customer.discount.created")


def redeemable(
    world: World, owner: Obj, wanted: Params, *, param: str, worth: int
) -> tuple[Obj, Obj | None]:
    """The coupon, and the code it came by. Raises 400 when the owner can't have it now."""
    code = None
    if code_id := wanted.get("promotion_code"):
        code = world.get("promotion_code", code_id, param=f"{param}[promotion_code]")
        _check_code(world, owner, code, param=f"{param}[promotion_code]", worth=worth)
    coupon_id = code["promotion"]["coupon"] if code else wanted.get("coupon")
    if not coupon_id:
        raise required(f"{param}[coupon]")
    coupon = world.get("coupon", coupon_id, param=f"{param}[coupon]")
    _check_coupon(world, owner, coupon, param=f"{param}[coupon]")
    return coupon, code


def _check_coupon(world: World, owner: Obj, coupon: Obj, *, param: str) -> None:
    if not is_redeemable(world, coupon):
        raise invalid(f"Coupon expired: {coupon['id']}", param=param, code="coupon_expired")
    if coupon["amount_off"] and coupon["currency"] != owner["currency"]:
        raise invalid(
            f"The coupon is in {coupon['currency']} and can't be redeemed in {owner['currency']}.",
            param=param,
        )


def _check_code(world: World, owner: Obj, code: Obj, *, param: str, worth: int) -> None:
    limit, last = code["max_redemptions"], code["expires_at"]
    used_up = limit is not None and code["times_redeemed"] >= limit
    if not code["active"] or used_up or (last is not None and world.now > last):
        raise invalid(f"This promotion code is not active: {code['code']}", param=param)
    if code["customer"] not in (None, owner["customer"]):
        raise invalid("This promotion code belongs to another customer.", param=param)
    rules = code["restrictions"]
    if rules["first_time_transaction"] and _has_paid(world, owner["customer"]):
        raise invalid(
            "This promotion code cannot be redeemed because the associated customer has prior "
            "transactions.",
            param=param,
        )
    if rules["minimum_amount"] and worth < rules["minimum_amount"]:
        raise invalid("This promotion code asks for a higher amount.", param=param)


def _has_paid(world: World, customer: str) -> bool:
    return any(charge["paid"] for charge in world.where("charge", customer=customer))


def _discount(world: World, owner: Obj, coupon: Obj, code: Obj | None) -> Obj:
    months = coupon["duration_in_months"]
    of_invoice = owner["object"] == "invoice"
    return {
        "id": world.new_id("di"),
        "object": "discount",
        "checkout_session": None,
        "customer": owner["customer"],
        "end": boundary(world.now, "month", months, 1) if months else None,
        "invoice": owner["id"] if of_invoice else None,
        "invoice_item": None,
        "promotion_code": code["id"] if code else None,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": world.now,
        "subscription": None if of_invoice else owner["id"],
        "subscription_item": None,
    }


def running(world: World, subscription: Obj) -> list[str]:
    """The discounts that an invoice made now takes."""
    return [i for i in subscription["discounts"] if not _is_over(world, world.objects[i])]


def lasting(world: World, subscription: Obj) -> list[str]:
    """Those of them that one invoice does not use up."""
    return [i for i in running(world, subscription) if _coupon(world, i)["duration"] != "once"]


def _coupon(world: World, discount_id: str) -> Obj:
    found: Obj = world.objects[world.objects[discount_id]["source"]["coupon"]]
    return found


def _is_over(world: World, discount: Obj) -> bool:
    return discount["end"] is not None and discount["end"] <= world.now


def taken_off(world: World, discount_ids: list[str], amounts: list[int]) -> list[list[int]]:
    """What each discount takes off each of the positive `amounts`; one row per discount."""
    left = [max(0, amount) for amount in amounts]
    rows = []
    for discount_id in discount_ids:
        coupon = _coupon(world, discount_id)
        if coupon["percent_off"] is not None:
            share = Fraction(str(coupon["percent_off"])) / 100
            row = [portion(amount, share) for amount in left]
        else:
            row = allocated(min(coupon["amount_off"], sum(left)), left)
        left = [amount - part for amount, part in zip(left, row, strict=True)]
        rows.append(row)
    return rows


def use_up(world: World, subscription: Obj, invoice: Obj) -> None:
    """After an invoice: `once` is used up when it took something off, others by their end."""
    taken = {total["discount"]: total["amount"] for total in invoice["total_discount_amounts"]}
    kept = []
    for discount_id in subscription["discounts"]:
        discount = world.objects[discount_id]
        once = _coupon(world, discount_id)["duration"] == "once" and taken.get(discount_id, 0) > 0
        if once or _is_over(world, discount):
            world.emit("customer.discount.deleted", discount)
        else:
            kept.append(discount_id)
    subscription["discounts"] = kept
