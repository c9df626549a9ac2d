"""Every golden mail of a notice: its kind, and what happened before it is written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.unit.notifications.notice_scenes import (
    Payload,
    Shop,
    cancelled,
    card_expiring,
    ended,
    kept,
    last_payment_failed,
    payment_failed,
    payment_failed_and_over,
    price_change,
    price_changed,
    receipt,
    refund,
    renewal,
    renewal_short,
    trial_ending,
)

Scene = Callable[[Shop], Awaitable[Payload]]
# Name of the golden file → kind of notice and what happened.
SCENES: dict[str, tuple[str, Scene]] = {
    "receipt": ("receipt", receipt),
    "payment_failed": ("payment_failed", payment_failed),
    "payment_failed_last": ("payment_failed", last_payment_failed),
    "payment_failed_over": ("payment_failed", payment_failed_and_over),
    "refund": ("refund", refund),
    "renewal": ("renewal", renewal),
    "renewal_short": ("renewal_short", renewal_short),
    "trial_ending": ("trial_ending", trial_ending),
    "card_expiring": ("card_expiring", card_expiring),
    "price_change": ("price_change", price_change),
    "price_changed": ("price_change", price_changed),
    "cancelled": ("cancelled", cancelled),
    "kept": ("kept", kept),
    "ended": ("ended", ended),
    "yearly_reminder": ("yearly_reminder", kept),
    "tacit_renewal": ("tacit_renewal", renewal),
}
