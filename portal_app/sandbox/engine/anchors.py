"""The moment that a subscription's periods are counted from.

`billing_cycle_anchor_config` wants a day of the month that the first month may not have: the
31st, asked for in February. Periods then count from an earlier month that has it, so that the
31st returns in March (docs.stripe.com/billing/subscriptions/billing-cycle).
"""

from calendar import monthrange
from datetime import UTC, datetime
from typing import Any

from portal_app.sandbox.engine.errors import invalid, required
from portal_app.sandbox.engine.world import Obj, World

Params = dict[str, Any]

_MONTHS = {"month": 1, "year": 12}
_RANGES = {
    "day_of_month": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
    "month": (1, 12),
    "second": (0, 59),
}


def of(subscription: Obj) -> int:
    """What boundaries are counted from."""
    return int(subscription.get("_anchor") or subscription["billing_cycle_anchor"])


def move(subscription: Obj, moment: int) -> None:
    """A new anchor, which ends what a configuration said."""
    subscription.update(billing_cycle_anchor=moment, billing_cycle_anchor_config=None, _anchor=None)


def configure(world: World, subscription: Obj, config: Params) -> None:
    """The next occurrence of the configured day becomes the anchor."""
    price = world.objects[subscription["items"]["data"][0]["price"]]
    interval, count = price["recurring"]["interval"], price["recurring"]["interval_count"]
    _check(config, interval)
    now = datetime.fromtimestamp(world.now, UTC)
    month = _first_month(now, config)
    first = _moment(month, now, config)
    subscription.update(
        billing_cycle_anchor=first,
        billing_cycle_anchor_config={key: config.get(key) for key in _RANGES},
        _anchor=_moment(_counted_from(month, count * _MONTHS[interval], config), now, config),
    )


def _check(config: Params, interval: str) -> None:
    if "day_of_month" not in config:
        raise required("billing_cycle_anchor_config[day_of_month]")
    for key, (low, high) in _RANGES.items():
        if not low <= config.get(key, low) <= high:
            raise invalid(
                f"{key} must be between {low} and {high}.",
                param=f"billing_cycle_anchor_config[{key}]",
            )
    if interval not in _MONTHS:
        raise invalid(
            "`billing_cycle_anchor_config` is only valid with monthly and yearly prices.",
            param="billing_cycle_anchor_config",
        )


def _first_month(now: datetime, config: Params) -> int:
    """Months since year 0 of the first occurrence after `now`."""
    month = now.year * 12 + now.month - 1
    while _moment(month, now, config) <= now.timestamp() or (
        config.get("month") not in (None, month % 12 + 1)
    ):
        month += 1
    return month


def _moment(month: int, now: datetime, config: Params) -> int:
    year, number = month // 12, month % 12 + 1
    day = min(config["day_of_month"], monthrange(year, number)[1])
    # What is not configured is the time of day at which the subscription was made.
    given = {key: config.get(key, getattr(now, key)) for key in ("hour", "minute", "second")}
    return int(now.replace(year=year, month=number, day=day, **given).timestamp())


def _counted_from(month: int, step: int, config: Params) -> int:
    """The latest month of the same rhythm that has the day; within eight years there is one."""
    earlier = (month - number * step for number in range(8 * 12))
    for candidate in earlier:
        if monthrange(candidate // 12, candidate % 12 + 1)[1] >= config["day_of_month"]:
            return candidate
    return month
