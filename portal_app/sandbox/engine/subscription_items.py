"""Which prices a subscription may have, and what an update makes of its items."""

from typing import Any

from portal_app.sandbox.engine.errors import invalid, not_implemented, required
from portal_app.sandbox.engine.presentation import copied
from portal_app.sandbox.engine.subscription_objects import new_item
from portal_app.sandbox.engine.world import Obj, World, merge_metadata

Params = dict[str, Any]


def check_price(world: World, price_id: str | None, param: str) -> Obj:
    """The active recurring price that a parameter names. Raises Stripe's 400 for any other."""
    if not price_id:
        raise required(param)
    price = world.get("price", price_id, param=param)
    if not price["active"]:
        raise invalid(
            "The price specified is inactive. This field only accepts active prices.", param=param
        )
    if price["recurring"] is None:
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices "
            f"with `type=recurring`: {price['id']}.",
            param=param,
        )
    return price


def check_together(world: World, items: list[Obj], currency: str) -> None:
    """Items of one subscription: one currency, one interval, each price once."""
    prices = [world.objects[item["price"]] for item in items]
    if not prices:
        raise invalid("A subscription must have at least one active item.", param="items")
    for price in prices:
        if price["currency"] != currency:
            raise invalid(
                f"The price specified only supports `{price['currency']}`. This doesn't match "
                f"the expected currency: `{currency}`.",
                param="items",
            )
    if len({price["id"] for price in prices}) < len(prices):
        raise invalid("Cannot add multiple subscription items with the same price.", param="items")
    if len({interval(price) for price in prices}) > 1:
        raise not_implemented("subscriptions whose items have different intervals")


def interval(price: Obj) -> tuple[str, int]:
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def changed(world: World, subscription: Obj, given: list[Params]) -> list[Obj]:
    """The items after an update: those named are changed or removed, new ones are added.

    The subscription's own items are left as they are.
    """
    items = [copied(item) for item in subscription["items"]["data"]]
    for number, wanted in enumerate(given):
        param = f"items[{number}]"
        if "id" in wanted:
            item = _named(items, wanted["id"], param)
            if wanted.get("deleted"):
                items.remove(item)
            else:
                _change(world, item, wanted, param)
        else:
            price = check_price(world, wanted.get("price"), f"{param}[price]")
            items.append(_added(world, subscription, {**wanted, "price": price["id"]}))
    check_together(world, items, subscription["currency"])
    return items


def _named(items: list[Obj], item_id: str, param: str) -> Obj:
    for item in items:
        if item["id"] == item_id:
            return item
    raise invalid(
        f"No such subscription item: '{item_id}'", param=f"{param}[id]", code="resource_missing"
    )


def _change(world: World, item: Obj, wanted: Params, param: str) -> None:
    if "price" in wanted:
        item["price"] = check_price(world, wanted["price"], f"{param}[price]")["id"]
    if "quantity" in wanted:
        item["quantity"] = check_quantity(wanted["quantity"], f"{param}[quantity]")
    if "metadata" in wanted:
        item["metadata"] = merge_metadata(item["metadata"], wanted["metadata"])


def check_quantity(quantity: int, param: str) -> int:
    if quantity < 0:
        raise invalid(
            f"Invalid non-negative integer: {quantity}",
            param=param,
            code="parameter_invalid_integer",
        )
    return quantity


def _added(world: World, subscription: Obj, wanted: Params) -> Obj:
    item = new_item(world, subscription, wanted)
    first = subscription["items"]["data"][0]
    for key in ("current_period_start", "current_period_end"):
        item[key] = first[key]
    return item
