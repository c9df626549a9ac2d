"""Beginning a subscription where another one ends: what that takes of prices and terms."""

from __future__ import annotations

from typing import Any

from portal_app.provider.answers import SubscriptionTerms
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.facts import PriceFacts
from portal_app.provider.stripe.fields import Fields
from portal_app.provider.stripe.terms import discounts_of, is_taxed_automatically, tax_rates_of
from portal_app.provider.stripe.verbs.posting import Posting
from portal_app.provider.stripe_objects import named


class HandoverVerbs(Posting):
    """`HandoverWriter`."""

    async def subscription_terms(self, subscription_id: str) -> SubscriptionTerms:
        path = f"/v1/subscriptions/{named(subscription_id)}"
        found = await self._one(path, "schedule", "discounts.source.coupon")
        sub = Fields(found, "subscription")
        return SubscriptionTerms(
            subscription=await self._whole_subscription(found),
            discounts=discounts_of(sub),
            tax_rates=tax_rates_of(sub),
            automatic_tax=is_taxed_automatically(sub),
        )

    async def twin_price(self, price: PriceFacts, *, key: str) -> str:
        """Tiers and free amounts have no single amount that could be repeated."""
        if price.amount is None or price.interval is None:
            raise RefusedByProvider
        params: dict[str, Any] = {
            "product": price.product_id,
            "currency": price.currency.lower(),
            "unit_amount": price.amount.to_stripe(),
            "recurring": {
                "interval": price.interval.value,
                "interval_count": price.interval_count,
            },
            "metadata": {"portal_twin_of": price.id},
        }
        if price.title:
            params["nickname"] = price.title
        return Fields(await self._post("/v1/prices", params, key), "price").text("id")

    async def archive_price(self, price_id: str, *, key: str) -> None:
        await self._post(f"/v1/prices/{named(price_id)}", {"active": False}, key)
