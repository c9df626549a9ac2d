"""Subscriptions: what is charged, until when, and what with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal_app.provider.errors import UnknownAtProvider
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.handover import NewSubscription
from portal_app.provider.stripe.verbs.posting import Posting, unix
from portal_app.provider.stripe_objects import named


class SubscriptionVerbs(Posting):
    """`SubscriptionWriter`."""

    async def set_subscription_payment_method(
        self, subscription_id: str, method_id: str, *, key: str
    ) -> SubscriptionFacts:
        params = {"default_payment_method": method_id}
        return await self._subscription_after(subscription_id, params, key)

    async def cancel_at_period_end(
        self,
        subscription_id: str,
        *,
        feedback: str = "",
        comment: str = "",
        metadata: Mapping[str, str] | None = None,
        key: str,
    ) -> SubscriptionFacts:
        params = {"cancel_at_period_end": True, **_why(feedback, comment), **_marked(metadata)}
        return await self._subscription_after(subscription_id, params, key)

    async def keep_subscription(
        self, subscription_id: str, *, metadata: Mapping[str, str] | None = None, key: str
    ) -> SubscriptionFacts:
        params = {"cancel_at_period_end": False, **_marked(metadata)}
        return await self._subscription_after(subscription_id, params, key)

    async def cancel_subscription(
        self,
        subscription_id: str,
        *,
        prorate: bool,
        invoice_now: bool,
        feedback: str = "",
        comment: str = "",
        key: str,
    ) -> SubscriptionFacts:
        timing = {"prorate": prorate, "invoice_now": invoice_now, "expand": ["schedule"]}
        path = f"/v1/subscriptions/{named(subscription_id)}"
        try:
            ended = await self._delete(path, {**timing, **_why(feedback, comment)}, key)
        except UnknownAtProvider:
            # Repeated after an answer that was lost: Stripe says 404 of what it has ended.
            return await self._ended(subscription_id)
        return await self._whole_subscription(ended)

    async def _ended(self, subscription_id: str) -> SubscriptionFacts:
        found = await self.subscription(subscription_id)
        if found.ended_at is None:
            raise UnknownAtProvider("The payment provider doesn't know that.")
        return found

    async def extend_period(
        self, subscription_id: str, until: datetime, *, key: str
    ) -> SubscriptionFacts:
        # The anchor moves along (docs.stripe.com/billing/subscriptions/billing-cycle#api-trials).
        params = {"trial_end": unix(until), "proration_behavior": "none"}
        return await self._subscription_after(subscription_id, params, key)

    async def set_metadata(
        self, subscription_id: str, metadata: Mapping[str, str], *, key: str
    ) -> SubscriptionFacts:
        return await self._subscription_after(subscription_id, {"metadata": dict(metadata)}, key)

    async def create_subscription(self, wanted: NewSubscription, *, key: str) -> SubscriptionFacts:
        params = {**creation_params(wanted), "expand": ["schedule"]}
        return await self._whole_subscription(await self._post("/v1/subscriptions", params, key))


def creation_params(wanted: NewSubscription) -> dict[str, Any]:
    """What it takes to create it, without the customer being there."""
    params: dict[str, Any] = {
        "customer": wanted.customer_id,
        "items": [{"price": price, "quantity": quantity} for price, quantity in wanted.items],
        "metadata": dict(wanted.metadata),
        "off_session": True,
        "payment_behavior": "error_if_incomplete",
    }
    if wanted.method_id:
        params["default_payment_method"] = wanted.method_id
    if wanted.coupon_ids:
        params["discounts"] = [{"coupon": one} for one in wanted.coupon_ids]
    if wanted.tax_rate_ids:
        params["default_tax_rates"] = list(wanted.tax_rate_ids)
    if wanted.trial_ends_at is not None:
        params["trial_end"] = unix(wanted.trial_ends_at)
    elif wanted.starts_at is not None:
        params |= {"proration_behavior": "none", **_anchor(wanted.starts_at, wanted)}
    if wanted.automatic_tax:
        params["automatic_tax"] = {"enabled": True}
    return params


def _anchor(starts_at: datetime, wanted: NewSubscription) -> dict[str, Any]:
    if wanted.anchor_day is None:
        return {"billing_cycle_anchor": unix(starts_at)}
    at = {"hour": starts_at.hour, "minute": starts_at.minute, "second": starts_at.second}
    month = {"month": wanted.anchor_month} if wanted.anchor_month else {}
    return {"billing_cycle_anchor_config": {"day_of_month": wanted.anchor_day, **month, **at}}


def _marked(metadata: Mapping[str, str] | None) -> dict[str, Any]:
    return {"metadata": dict(metadata)} if metadata else {}


def _why(feedback: str, comment: str) -> dict[str, Any]:
    said = {"feedback": feedback, "comment": comment}
    details = {name: text for name, text in said.items() if text}
    return {"cancellation_details": details} if details else {}
