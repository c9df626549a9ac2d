"""Billing periods.

Every boundary is computed from the anchor and never from the previous boundary, so that a
subscription anchored on 31 January renews on 28 February and then on 31 March
(docs.stripe.com/billing/subscriptions/billing-cycle). Times are Unix seconds, calendar is UTC.
"""

from calendar import monthrange
from datetime import UTC, datetime
from typing import Literal

Interval = Literal["day", "week", "month", "year"]

HOUR = 3600
DAY = 24 * HOUR
_SECONDS: dict[str, int] = {"day": DAY, "week": 7 * DAY}
_MONTHS: dict[str, int] = {"month": 1, "year": 12}


def boundary(anchor: int, interval: Interval, count: int, number: int) -> int:
    """The `number`-th boundary counted from the anchor (number 0), also backwards."""
    if interval in _SECONDS:
        return anchor + number * count * _SECONDS[interval]
    start = datetime.fromtimestamp(anchor, UTC)
    months = start.year * 12 + start.month - 1 + number * count * _MONTHS[interval]
    year, month = months // 12, months % 12 + 1
    day = min(start.day, monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def boundary_after(anchor: int, interval: Interval, count: int, moment: int) -> int:
    """The first boundary strictly later than `moment`."""
    return boundary(anchor, interval, count, _number_after(anchor, interval, count, moment))


def boundary_before(anchor: int, interval: Interval, count: int, moment: int) -> int:
    """The last boundary strictly earlier than `moment`: where a whole period would have begun."""
    # The first boundary at or after the moment is one step too far.
    number = _number_after(anchor, interval, count, moment - 1) - 1
    return boundary(anchor, interval, count, number)


def _number_after(anchor: int, interval: Interval, count: int, moment: int) -> int:
    if interval in _SECONDS:
        return (moment - anchor) // (count * _SECONDS[interval]) + 1
    start, then = datetime.fromtimestamp(anchor, UTC), datetime.fromtimestamp(moment, UTC)
    months = (then.year - start.year) * 12 + then.month - start.month
    # One step early, because clipped days make the month difference off by one at most.
    number = months // (count * _MONTHS[interval]) - 1
    while boundary(anchor, interval, count, number) <= moment:
        number += 1
    return number


def month_end(year: int, month: int) -> int:
    """The first second at which a card that expires in this month is refused."""
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return int(following.timestamp())
