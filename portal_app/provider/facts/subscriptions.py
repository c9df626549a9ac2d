"""Subscriptions, their items, and what will change by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal_app.provider.facts.catalog import PriceFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """One item of a subscription. Periods stand on items since API 2025-03-31."""

    id: str
    price: PriceFacts
    quantity: int
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledChange:
    """A change that the provider will make by itself.

    *takes_effect_at* is empty while it waits for a payment, until *expires_at* at the latest.
    """

    price_id: str
    quantity: int
    takes_effect_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """*plan* is the first licensed recurring item, *extras* the others in Stripe's order.

    *discount_ids* run on the subscription itself; a change of discounts has to name them again.
    *membership_id* is what the metadata `portal_membership` says, ours or not. *paused_at* is
    known for a paused subscription only; pausing its collection leaves no time at Stripe.
    *more_phases* says that its schedule has another phase to come, whatever changes with it.
    *pauses_at* is when a schedule will pause it. *flexible* billing is what can be paused at all.
    """

    id: str
    customer_id: str
    status: str
    plan: ItemFacts
    extras: tuple[ItemFacts, ...]
    currency: str
    collection_method: str
    flexible: bool
    default_payment_method_id: str | None
    default_source_id: str | None
    latest_invoice_id: str | None
    started_at: datetime
    created_at: datetime
    billing_anchor_at: datetime
    trial_start_at: datetime | None
    trial_end_at: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    paused_at: datetime | None
    pauses_at: datetime | None
    pause_behavior: str
    resumes_at: datetime | None
    cancel_feedback: str
    cancel_comment: str
    cancel_reason: str
    scheduled: ScheduledChange | None
    schedule_id: str | None
    discount_ids: tuple[str, ...]
    membership_id: str | None
    metadata: Mapping[str, str]
    more_phases: bool = False
