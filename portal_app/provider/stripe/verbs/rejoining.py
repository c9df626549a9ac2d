"""Beginning a subscription with the customer there."""

from __future__ import annotations

from typing import Any

from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts
from portal_app.provider.handover import NewSubscription
from portal_app.provider.stripe.verbs.posting import Posting
from portal_app.provider.stripe.verbs.subscriptions import creation_params

# What a preview takes beside the subscription's own details
# (docs.stripe.com/api/invoices/create_preview).
_BESIDE = ("customer", "discounts", "automatic_tax")
_DETAILS = ("items", "default_tax_rates")


class RejoinVerbs(Posting):
    """The verbs of `SubscriptionWriter` that need somebody to be there."""

    async def preview_new(self, wanted: NewSubscription) -> InvoiceFacts:
        given = creation_params(wanted)
        beside = {name: given[name] for name in _BESIDE if name in given}
        details = {name: given[name] for name in _DETAILS if name in given}
        return await self._preview({**beside, "subscription_details": details})

    async def begin_subscription(self, wanted: NewSubscription, *, key: str) -> SubscriptionFacts:
        params: dict[str, Any] = {
            **creation_params(wanted),
            "off_session": False,
            "payment_behavior": "allow_incomplete",
            "expand": ["schedule"],
        }
        return await self._whole_subscription(await self._post("/v1/subscriptions", params, key))
