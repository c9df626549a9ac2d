"""Coupons, as far as the portal has to know them before it gives one away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from portal_app.provider.answers import CouponFacts


class CouponReader(Protocol):
    """Both raise as `PaymentWriter` does."""

    async def coupon(self, coupon_id: str) -> CouponFacts: ...

    async def running_coupons(self, subscription_id: str) -> Mapping[str, str]:
        """The coupon behind each discount that runs on the subscription itself."""
        ...
