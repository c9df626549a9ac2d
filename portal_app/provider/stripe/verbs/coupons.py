"""Coupons, and which of them run on a subscription."""

from __future__ import annotations

from collections.abc import Mapping

from portal_app.provider.answers import CouponFacts
from portal_app.provider.stripe.fields import Fields
from portal_app.provider.stripe.promotions import coupon_facts
from portal_app.provider.stripe.verbs.posting import Posting
from portal_app.provider.stripe_objects import named


class CouponVerbs(Posting):
    """`CouponReader`."""

    async def coupon(self, coupon_id: str) -> CouponFacts:
        return coupon_facts(Fields(await self._one(f"/v1/coupons/{named(coupon_id)}"), "coupon"))

    async def running_coupons(self, subscription_id: str) -> Mapping[str, str]:
        path = f"/v1/subscriptions/{named(subscription_id)}"
        sub = Fields(await self._one(path, "discounts"), "subscription")
        found = sub.parts_or_none("discounts")
        return {one.text("id"): one.part("source").ref("coupon") for one in found}
