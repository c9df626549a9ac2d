"""A subscription as the provider tells of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from portal_app.catalog.models import Interval
from portal_app.kit.money import Money
from portal_app.provider.answers import SubscriptionTerms
from portal_app.provider.facts import ItemFacts, PriceFacts, SubscriptionFacts

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
DUE = NOW + timedelta(days=10)


def price(**over: Any) -> PriceFacts:
    given: dict[str, Any] = {
        "id": "price_1",
        "product_id": "prod_1",
        "title": "",
        "currency": "USD",
        "amount": Money(2900, "USD"),
        "interval": Interval.MONTH,
        "interval_count": 1,
        "metered": False,
        "active": True,
        "created_at": NOW,
    }
    return PriceFacts(**{**given, **over})


def at(**over: Any) -> SubscriptionTerms:
    """A subscription whose `ends`, `anchor` and `price` are said; the rest runs as it should."""
    ends, anchor = over.pop("ends", DUE), over.pop("anchor", NOW - timedelta(days=20))
    item = ItemFacts(
        id="si_1",
        price=over.pop("price", price()),
        quantity=over.pop("quantity", 1),
        period_start=NOW,
        period_end=ends,
    )
    more = {name: over.pop(name) for name in ("discounts", "tax_rates") if name in over}
    given: dict[str, Any] = {
        "id": "sub_1",
        "customer_id": "cus_1",
        "status": "active",
        "plan": item,
        "extras": (),
        "currency": "USD",
        "collection_method": "charge_automatically",
        "default_payment_method_id": None,
        "default_source_id": None,
        "latest_invoice_id": None,
        "started_at": NOW,
        "created_at": NOW,
        "billing_anchor_at": anchor,
        "trial_start_at": None,
        "trial_end_at": None,
        "cancel_at_period_end": False,
        "cancel_at": None,
        "canceled_at": None,
        "ended_at": None,
        "paused_at": None,
        "pause_behavior": "",
        "resumes_at": None,
        "cancel_feedback": "",
        "cancel_comment": "",
        "cancel_reason": "",
        "scheduled": None,
        "schedule_id": None,
        "discount_ids": (),
        "membership_id": None,
        "metadata": {},
    }
    return SubscriptionTerms(subscription=SubscriptionFacts(**{**given, **over}), **more)
