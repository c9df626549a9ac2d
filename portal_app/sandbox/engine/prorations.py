"""Prorations: the unused time of what was billed, and the remaining time of what replaces it.

The subscription's billing mode is `flexible`, so a credit is a share of the amount that was
really billed for the item (docs.stripe.com/billing/subscriptions/prorations, "Credit
prorations"), never of its present price: credits can't exceed what they credit.
"""

from datetime import UTC, datetime
from fractions import Fraction

from portal_app.sandbox.engine import anchors, discounts, drafts
from portal_app.sandbox.engine.amounts import portion
from portal_app.sandbox.engine.calendar import boundary_before
from portal_app.sandbox.engine.invoice_objects import pricing
from portal_app.sandbox.engine.world import Obj, World


def full_length(world: World, subscription: Obj) -> int:
    """Seconds of the whole period that ends with the current one, which may have begun late."""
    item = subscription["items"]["data"][0]
    recurring = world.objects[item["price"]]["recurring"]
    end: int = item["current_period_end"]
    return end - boundary_before(
        anchors.of(subscription),
        recurring["interval"],
        recurring["interval_count"],
        end,
    )


def credit(item: Obj, at: int) -> int:
    """The part of what was billed for `item` that lies after `at`, in minor units, 0 or more."""
    billed = item.get("_billed")
    if not billed or billed["end"] <= billed["start"]:
        return 0
    left = billed["end"] - min(max(at, billed["start"]), billed["end"])
    return portion(billed["amount"], Fraction(left, billed["end"] - billed["start"]))


def credit_items(world: World, subscription: Obj, items: list[Obj], at: int) -> None:
    """Pending negative items for the unused time of `items`, which are billed up to `at` then."""
    for item in items:
        amount = credit(item, at)
        if amount:
            _pend(world, subscription, item, -amount, at)
        item["_billed"] = None


def debit_items(world: World, subscription: Obj, items: list[Obj], at: int) -> None:
    """Pending items for `items` from `at` to the end of the current period."""
    whole = full_length(world, subscription)
    for item, full in zip(items, _discounted(world, subscription, items), strict=True):
        end = item["current_period_end"]
        amount = portion(full, Fraction(min(end - at, whole), whole))
        item["_billed"] = {"amount": amount, "start": at, "end": end}
        if amount:
            _pend(world, subscription, item, amount, at)


def _discounted(world: World, subscription: Obj, items: list[Obj]) -> list[int]:
    """What a full period of each item costs; a proration includes the discounts of its item.

    A coupon that works once is kept for the next invoice of a whole period.
    """
    full = [world.objects[item["price"]]["unit_amount"] * item["quantity"] for item in items]
    rows = discounts.taken_off(world, discounts.lasting(world, subscription), full)
    return [amount - sum(row[n] for row in rows) for n, amount in enumerate(full)]


def _named(world: World, item: Obj) -> str:
    product = world.objects[world.objects[item["price"]]["product"]]["name"]
    return product if item["quantity"] == 1 else f"{item['quantity']} × {product}"


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%d %b %Y")


def _pend(world: World, subscription: Obj, item: Obj, amount: int, at: int) -> None:
    kind = "Remaining" if amount > 0 else "Unused"
    pending = drafts.new_item(
        world,
        subscription["customer"],
        amount,
        subscription["currency"],
        description=f"{kind} time on {_named(world, item)} after {_day(at)}",
    )
    price = world.objects[item["price"]]
    pending.update(
        discountable=False,
        parent={
            "subscription_details": {
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_details",
        },
        period={"start": at, "end": item["current_period_end"]},
        pricing=pricing(price),
        proration=True,
        quantity=item["quantity"],
        quantity_decimal=str(item["quantity"]),
        _price=price["id"],
    )
    world.add(pending, "invoiceitem.created")


def drop(world: World, subscription: Obj) -> None:
    """Forget the prorations of this subscription that no invoice has taken yet."""
    for item in world.where("invoiceitem", customer=subscription["customer"], invoice=None):
        details = (item["parent"] or {}).get("subscription_details") or {}
        if item["proration"] and details.get("subscription") == subscription["id"]:
            world.emit("invoiceitem.deleted", item)
            world.remove(item["id"])
