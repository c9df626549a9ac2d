"""Pure: what stands beside the button that cancels, if anything, and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from portal_app.catalog.models import Plan
from portal_app.catalog.retention import RetentionDiscount
from portal_app.memberships.exits import Exit, ExitKind
from portal_app.memberships.rules import StripeFacts, is_paused, renewal_date

# What still runs and is paid for: nobody is held back from a debt, or from what ends at once.
_OFFERED_AT: Final = frozenset({ExitKind.AT_PERIOD_END, ExitKind.AT_TRIAL_END})
_SHORTEST_MONTH: Final = timedelta(days=28)


class OfferKind(StrEnum):
    """In a configuration's words."""

    DISCOUNT = "discount"
    PLAN = "plan"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """*discount* only where it is one, *plan* the cheapest of those that cost less."""

    kind: OfferKind
    discount: RetentionDiscount | None = None
    plan: Plan | None = None

    @property
    def key(self) -> str:
        """What a page showed, to be sent back with the answer to it."""
        return f"{self.kind}:{self.discount.key}" if self.discount else str(self.kind)


def may_be_offered(exit_: Exit, facts: StripeFacts) -> bool:
    """Whether anything stands beside the button at all."""
    return exit_.kind in _OFFERED_AT and not is_paused(facts)


def reaches_a_charge(discount: RetentionDiscount, facts: StripeFacts, now: datetime) -> bool:
    """Whether it takes anything off: a year's renewal may lie behind the end of three months."""
    due = renewal_date(facts)
    if due is None:
        return False
    return not discount.months or due < now + discount.months * _SHORTEST_MONTH


def discounted(minor: int, percent_off: int) -> int:
    """What is left of a price; a half cent that is taken off is rounded up, as Stripe does."""
    return minor - (2 * minor * percent_off + 100) // 200
