"""Pure: who may hand a membership on, what stands in the way, and what the recipient takes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, Self

from portal_app.catalog.configuration import TransferMode
from portal_app.catalog.models import Interval
from portal_app.kit.money import Money
from portal_app.memberships.rules import (
    NEEDS_ATTENTION,
    OVER,
    MembershipStatus,
    StripeFacts,
    is_canceling,
    is_paused,
    status_of,
)
from portal_app.provider.answers import CouponFacts, SubscriptionTerms, TaxRateFacts
from portal_app.transfers.models import Transfer, TransferState

LIFETIME: Final = timedelta(days=7)
# So long before a renewal nothing is handed on: its invoice may be made already.
RENEWAL_GUARD: Final = timedelta(hours=2)
# Whoever has just changed how they sign in has to wait, and so has whoever took an account over.
CHANGED_WITHIN: Final = timedelta(hours=72)
COOLING_OFF: Final = timedelta(hours=24)
# An account that another service made has its first address and that service at once.
_MADE_WITHIN: Final = timedelta(minutes=1)
LONGEST_NOTE: Final = 300

# Waiting for somebody; each of these can still be stopped.
STOPPABLE: Final = frozenset({TransferState.REQUESTED, TransferState.OFFERED, TransferState.OPENED})
ACCEPTABLE: Final = frozenset({TransferState.OFFERED, TransferState.OPENED})
OPEN: Final = STOPPABLE | {TransferState.ACCEPTED}


class Blocked(StrEnum):
    """Why a membership can't be handed on now; the words are in `views`."""

    OFF = "off"
    OVER = "over"
    UNPAID = "unpaid"
    DISPUTED = "disputed"
    INVOICE_OPEN = "invoice_open"
    CANCELING = "canceling"
    PAUSED = "paused"
    CHANGE_PENDING = "change_pending"
    BUSY = "busy"
    INVOICED = "invoiced"
    UNPRICED = "unpriced"
    RENEWS_SOON = "renews_soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What else is known of a membership than its own facts."""

    mode: TransferMode
    automatic: bool
    priced: bool = True
    invoice_open: bool = False
    disputed: bool = False
    change_pending: bool = False
    busy: bool = False


def blocked(facts: StripeFacts, given: Circumstances, now: datetime) -> Blocked | None:
    """What stands in the way, the most important first; None when nothing does."""
    reasons = (
        (Blocked.OFF, given.mode is TransferMode.OFF),
        (Blocked.OVER, status_of(facts) in OVER),
        (Blocked.UNPAID, status_of(facts) in NEEDS_ATTENTION),
        (Blocked.DISPUTED, given.disputed),
        (Blocked.INVOICE_OPEN, given.invoice_open),
        (Blocked.CANCELING, is_canceling(facts)),
        (Blocked.PAUSED, is_paused(facts)),
        (Blocked.CHANGE_PENDING, given.change_pending),
        (Blocked.BUSY, given.busy),
        (Blocked.INVOICED, facts.recurring and not given.automatic),
        (Blocked.UNPRICED, facts.recurring and not given.priced),
        (Blocked.RENEWS_SOON, renews_soon(facts, now)),
    )
    return next((reason for reason, applies in reasons if applies), None)


def next_charge(facts: StripeFacts) -> datetime | None:
    """When the recipient is charged first; None for what was paid once."""
    if not facts.recurring:
        return None
    if status_of(facts) is MembershipStatus.TRIALING:
        return facts.trial_end_at or facts.current_period_end
    return facts.current_period_end


def renews_soon(facts: StripeFacts, now: datetime) -> bool:
    due = next_charge(facts)
    return due is not None and due - now < RENEWAL_GUARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a recipient takes on: *amount* a period, with taxes that are known, after *kept*.

    *kept* and *ended* name discounts that go on and that don't. With *plus_tax* a tax comes on
    top that depends on where the recipient lives.
    """

    product_id: str
    plan_id: str
    amount_minor: int
    currency: str
    interval: str
    interval_count: int
    kept: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    plus_tax: bool = False

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        lists = {name: tuple(stored[name]) for name in ("kept", "ended")}
        return cls(**{**stored, **lists})

    def stored(self) -> dict[str, Any]:
        return {**asdict(self), "kept": list(self.kept), "ended": list(self.ended)}


def digest_of(**shown: object) -> str:
    """Of exactly what somebody was shown, to be sent back with their answer."""
    canonical = json.dumps(shown, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def agreed_amount(
    subtotal: Money, discounts: Sequence[CouponFacts], rates: Sequence[TaxRateFacts]
) -> Money:
    """What a period costs after discounts that last, one after the other, with set taxes.

    Source: docs.stripe.com/billing/subscriptions/coupons, docs.stripe.com/billing/taxes/tax-rates.
    """
    left = subtotal.minor
    for discount in discounts:
        left -= min(left, _off(left, discount)) if discount.lasts else 0
    included = sum((_percent(rate) for rate in rates if rate.inclusive), start=Fraction())
    net = left - _portion(left, included / (100 + included))
    added = sum(_portion(net, _percent(rate) / 100) for rate in rates if not rate.inclusive)
    return Money(left + added, subtotal.currency)


def price_at_provider(found: SubscriptionTerms) -> Money:
    """What its next period will cost, as far as the recipient's will; of known prices only."""
    items = (found.subscription.plan, *found.subscription.extras)
    known = [item.price.amount * item.quantity for item in items if item.price.amount is not None]
    subtotal = sum(known, start=Money(0, found.subscription.currency))
    return agreed_amount(subtotal, found.discounts, found.tax_rates)


def first_charge_of(found: SubscriptionTerms) -> datetime:
    sub = found.subscription
    trial_ends = sub.trial_end_at if sub.status == "trialing" else None
    return trial_ends or sub.plan.period_end


def _off(left: int, discount: CouponFacts) -> int:
    if discount.amount_off is not None:
        return discount.amount_off.minor
    return _portion(left, Fraction(discount.percent_off or 0) / 100)


def _percent(rate: TaxRateFacts) -> Fraction:
    return Fraction(rate.percentage)


def _portion(amount: int, share: Fraction) -> int:
    """Halves go up, as Stripe rounds."""
    exact = amount * share
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def refusal_at_provider(found: SubscriptionTerms, now: datetime) -> str:
    """Why the subscription can't be handed on as it stands at the provider; empty if it can."""
    sub = found.subscription
    if sub.status not in {"active", "trialing"} or sub.pause_behavior:
        return "not_running"
    if sub.cancel_at_period_end or sub.cancel_at is not None:
        return "canceling"
    if sub.schedule_id or sub.scheduled is not None or sub.pauses_at is not None:
        return "change_pending"
    if sub.collection_method != "charge_automatically":
        return "invoiced"
    if any(item.price.amount is None or item.price.metered for item in (sub.plan, *sub.extras)):
        return "unpriced"
    return "renews_soon" if sub.plan.period_end - now < RENEWAL_GUARD else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """From when the new subscription charges, and by which day its periods are counted."""

    starts_at: datetime | None = None
    anchor_day: int | None = None
    anchor_month: int | None = None
    trial_ends_at: datetime | None = None


_MONTHS: Final = {Interval.MONTH: 1, Interval.YEAR: 12}
_EVERY_MONTH_HAS: Final = 28


def continuation(found: SubscriptionTerms, now: datetime) -> Continuation:
    """So that the recipient is charged on the very days on which the sender would have been.

    A day that not every month has is named as such, or a short month would move it for good
    (docs.stripe.com/billing/subscriptions/billing-cycle). Which month is named too where a period
    is longer than one; no configuration reaches further than a year ahead, so that the rest of
    such a period is a trial at Stripe. When the period is over already (the provider was away for
    hours) it begins at once.
    """
    sub = found.subscription
    ends, anchor, price = first_charge_of(found), sub.billing_anchor_at, sub.plan.price
    if ends <= now:
        return Continuation()
    if sub.status == "trialing":
        return Continuation(trial_ends_at=ends)
    months = _MONTHS.get(price.interval, 0) * price.interval_count if price.interval else 0
    if not months or anchor.day <= _EVERY_MONTH_HAS:
        return Continuation(starts_at=ends)
    if months > 12:  # noqa: PLR2004 - a year
        return Continuation(trial_ends_at=ends)
    month = ends.month if months > 1 else None
    return Continuation(starts_at=ends, anchor_day=anchor.day, anchor_month=month)


def changed_lately(changes: Sequence[datetime], now: datetime) -> bool:
    """Whether how somebody signs in was changed within the last days; what made the account aside.

    Wall times of addresses and services that sign in, of their removals, and of changes of the
    first address.
    """
    made = min(changes, default=now)
    return any(moment - made > _MADE_WITHIN and now - moment < CHANGED_WITHIN for moment in changes)


def is_recipient(transfer: Transfer, keys: Collection[str]) -> bool:
    """Whether somebody who has proved these addresses is the one who was meant."""
    return not transfer.recipient_key or transfer.recipient_key in keys


def masked(address: str) -> str:
    """`a•••@example.com`: enough to recognise somebody by, and no address to collect."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••{at}{host}" if at else ""


def one_paragraph(typed: object) -> str:
    """A note as somebody typed it, short enough for a mail; empty for what is no text."""
    return " ".join(typed.split())[:LONGEST_NOTE] if isinstance(typed, str) else ""
