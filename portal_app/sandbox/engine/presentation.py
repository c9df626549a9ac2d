"""What an object looks like from outside: embedded prices, absolute links, nothing private."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from portal_app.sandbox.engine.world import World

_LINKS = ("hosted_invoice_url", "invoice_pdf", "receipt_url", "url")
_LINKED_KINDS = frozenset({"invoice", "charge", "checkout.session"})


def copied(obj: dict[str, Any]) -> dict[str, Any]:
    """A deep copy of JSON; through orjson, because copy.deepcopy was two thirds of an advance."""
    copy: dict[str, Any] = orjson.loads(orjson.dumps(obj))
    return copy


def present(world: World, obj: dict[str, Any]) -> dict[str, Any]:
    """A deep copy that the caller may keep: Stripe's default (unexpanded) representation."""
    if obj.get("deleted"):
        return {key: obj[key] for key in ("id", "object", "deleted")}
    shown = copied({key: value for key, value in obj.items() if key[0] != "_"})
    _embed(world, obj, shown)
    if shown.get("next_action"):
        _link_action(world, shown["next_action"])
    if obj["object"] in _LINKED_KINDS:
        for link in _LINKS:
            if (shown.get(link) or "").startswith("/"):
                shown[link] = world.base + shown[link]
    return shown


def _embed(world: World, obj: dict[str, Any], shown: dict[str, Any]) -> None:
    """What Stripe sends inside an object and the account keeps beside it."""
    if obj["object"] == "subscription":
        waiting = (shown["pending_update"] or {}).get("subscription_items") or []
        for item in (*shown["items"]["data"], *waiting):
            _embed_price(world, item)
    elif obj["object"] == "subscription_item":
        _embed_price(world, shown)
    elif obj["object"] == "coupon":
        shown["valid"] = is_redeemable(world, obj)
    elif obj["object"] == "item":
        shown["price"] = present(world, world.objects[shown["price"]])


def _link_action(world: World, action: dict[str, Any]) -> None:
    target, key = (
        (action["redirect_to_url"], "url")
        if action["type"] == "redirect_to_url"
        else (action["use_stripe_sdk"], "stripe_js")
    )
    target[key] = world.base + target[key]


def is_redeemable(world: World, coupon: dict[str, Any]) -> bool:
    """Whether a coupon can be redeemed now: `valid`, which changes with the clock."""
    limit, last = coupon["max_redemptions"], coupon["redeem_by"]
    return (limit is None or coupon["times_redeemed"] < limit) and (
        last is None or world.now <= last
    )


def listed(objects: list[dict[str, Any]], url: str, *, has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": objects, "has_more": has_more, "url": url}


def _embed_price(world: World, item: dict[str, Any]) -> None:
    item.pop("_billed", None)
    price = present(world, world.objects[item["price"]])
    item["price"] = price
    item["plan"] = _plan(price)


def _plan(price: dict[str, Any]) -> dict[str, Any]:
    """The older view of a recurring price, which items still carry."""
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """`previous_attributes`: the old values of what changed; hashes only in the changed keys."""
    previous: dict[str, Any] = {}
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            previous[key] = difference(old, new)
        else:
            previous[key] = old
    return previous
