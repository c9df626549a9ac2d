"""Until when somebody can withdraw from a contract, and what of their money comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from portal_app.declarations.rules.statutes import withdrawal_days
from portal_app.kit.money import Money

_SATURDAY: Final = 5
# How far clocks within the EEA are ahead of UTC (UTC+3), and behind it (UTC-1).
_EASTERNMOST: Final = timedelta(hours=3)
_WESTERNMOST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Right:
    """*until* is the first moment after it; None where there is no such right."""

    until: datetime | None

    def covers(self, moment: datetime) -> bool:
        return self.until is not None and moment < self.until


def right_of(country: str, concluded_at: datetime) -> Right:
    """The right to withdraw from a contract of this moment, for a customer of *country*.

    The day of the contract is not counted; the period ends with its last day, and a last day at a
    weekend moves it on to the end of Monday (Regulation 1182/71 art. 3). Nobody knows in which
    time zone the customer lives, so that each day is read as late as it is anywhere in the EEA: it
    begins as in a summer of Cyprus or Finland and ends as in a winter of the Azores. Public
    holidays are not known here. It is counted from the contract, not from a renewal.
    """
    days = withdrawal_days(country)
    if days is None:
        return Right(None)
    last = (concluded_at.astimezone(UTC) + _EASTERNMOST).date() + timedelta(days=days)
    last += timedelta(days=max(0, 7 - last.weekday()) if last.weekday() >= _SATURDAY else 0)
    return Right(datetime.combine(last + timedelta(days=1), time.min, UTC) + _WESTERNMOST)


# How long the address on file has to say “that was not me”, before money moves by itself.
GRACE: Final = timedelta(hours=24)


def is_due(sums: Mapping[str, Any], now: datetime) -> bool:
    """Whether what was computed (`Declaration.refund`) goes back by itself at *now* (wall time)."""
    at = sums.get("automatic_at")
    return bool(at) and datetime.fromisoformat(str(at)) <= now


def without_automatic(sums: Mapping[str, Any]) -> dict[str, Any]:
    """What was computed, for whoever sells to decide about."""
    return {name: value for name, value in sums.items() if name != "automatic_at"}


@dataclass(frozen=True, slots=True)
class Refund:
    """What was *paid*, what of it may be *kept* for the time it was used, what goes *back*."""

    paid: Money
    kept: Money

    @property
    def back(self) -> Money:
        return self.paid - self.kept


def refund_of(
    paid: Money, *, began: datetime, ends: datetime | None, asked: datetime, pro_rata: bool
) -> Refund:
    """What withdrawing at *asked* brings back of what was *paid* for *began* until *ends*.

    All of it, unless the seller has agreed with its customers that a service which began within the
    period is paid for as long as it lasted (*pro_rata*; Directive 2011/83/EU art. 7(3), 14(3)):
    then the used share is kept, rounded down, in the customer's favour. Of what has no end, a
    purchase, no share was used.
    """
    if not pro_rata or ends is None or ends <= began:
        return Refund(paid, Money(0, paid.currency))
    used = min(max(asked, began), ends) - began
    kept = paid.minor * (used // timedelta(seconds=1)) // ((ends - began) // timedelta(seconds=1))
    return Refund(paid, Money(kept, paid.currency))
