"""Single values as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from portal_app.api.shapes import Money as MoneyJson
from portal_app.catalog.models import Interval
from portal_app.kit.money import Money, iso_exponent
from portal_app.settings import get_settings

_DAYS: Final = {Interval.DAY: 1, Interval.WEEK: 7, Interval.MONTH: 30, Interval.YEAR: 365}


def money_json(money: Money) -> MoneyJson:
    """Whop's Money: `{"amount": "29.00", "currency": "usd", "decimals": 2, …}`."""
    return price_json(money.minor, money.currency)


@lru_cache(maxsize=4096)
def price_json(minor: int, currency: str) -> MoneyJson:
    """The same by minor units; prices are few and asked for again and again: don't change it."""
    money = Money(minor, currency)
    decimals = iso_exponent(currency)
    return {
        "amount": money.amount,
        "currency": money.currency.lower(),
        "decimals": decimals,
        "display_decimals": decimals,
    }


def moment_of(text: str) -> datetime:
    """ISO 8601; a time without a zone is UTC. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def timestamp(moment: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`; *moment* is UTC, as every stored one."""
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"


def timestamp_or_null(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)


def period_days(interval: Interval | str | None, count: int) -> int | None:
    """Whop's days between charges: a month is 30, a year 365; None for a one-time price."""
    return None if interval is None else _DAYS[Interval(interval)] * count


def formatted_price(price: Money, interval: Interval | str | None, count: int | None) -> str:
    """`$29.00 / month`, in English, as everything that only developers read."""
    if interval is None:
        return price.format("en")
    every = str(interval) if count in {None, 1} else f"{count} {interval}s"
    return f"{price.format('en')} / {every}"


def placeholder_picture() -> str:
    """Nobody uploads a picture here, and the field must have an address."""
    return f"{get_settings().origin}/favicon.svg"
