"""Calendar arithmetic and the account's clock, for a history that ends exactly now."""

from calendar import monthrange
from datetime import datetime, timedelta

from portal_app.demo.control import SandboxControl


def before(now: datetime, *, months: int = 0, days: float = 0) -> datetime:
    """`days` before now, then `months` back on the same day of the month, or its last.

    Negative counts lead to the future.
    """
    moment = now - timedelta(days=days)
    count = moment.year * 12 + moment.month - 1 - months
    year, month = count // 12, count % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def card_expiry(now: datetime, *, months: int) -> tuple[int, int]:
    """(month, year) of a card that is valid for `months` more whole months."""
    count = now.year * 12 + now.month - 1 + months
    return count % 12 + 1, count // 12


class Timeline:
    """Moves the account's clock forward from one story to the next."""

    def __init__(self, control: SandboxControl, now: datetime) -> None:
        self._control = control
        self.now = now

    async def at(self, *, months: int = 0, days: float = 0) -> None:
        """Go to this long before now. Raises httpx.HTTPStatusError when that has passed."""
        await self._control.set_clock(before(self.now, months=months, days=days))
