"""Pure: what stands beside the button that cancels, if anything, and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from portal_app.catalog.configuration import CancelPolicy
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
    """*discount* only where it is one."""

    kind: OfferKind
    discount: RetentionDiscount | None = None

    @property
    def key(self) -> str:
        """What a page showed, to be sent back with the answer to it."""
        return f"{self.kind}:{self.discount.key}" if self.discount else str(self.kind)


def choose_offer(
    exit_: Exit, facts: StripeFacts, policy: CancelPolicy, *, can: list[Offer]
) -> Offer | None:
    """The first that the company names among those that *can* be made."""
    if exit_.kind not in _OFFERED_AT or is_paused(facts):
        return None
    by_kind = {str(offer.kind): offer for offer in can}
    return next((by_kind[kind] for kind in policy.offers if kind in by_kind), None)


def reaches_a_charge(discount: RetentionDiscount, facts: StripeFacts, now: datetime) -> bool:
    """Whether it takes anything off: a year's renewal may lie behind the end of three months."""
    due = renewal_date(facts)
    if due is None:
        return False
    return not discount.months or due < now + discount.months * _SHORTEST_MONTH


def discounted(minor: int, percent_off: int) -> int:
    """What is left of a price; a half cent that is taken off is rounded up, as Stripe does."""
    return minor - (2 * minor * percent_off + 100) // 200
