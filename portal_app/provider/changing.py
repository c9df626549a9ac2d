"""Changing what a subscription is of: plan, quantity and discounts, with previews of each.

Verbs and errors as `writing` has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from portal_app.catalog.models import Interval
from portal_app.provider.answers import PromotionFacts
from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts

Prorations = Literal["create_prorations", "always_invoice", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """Another price or quantity of one item, as previewed and as committed.

    *prorated_at* is the moment that preview and commit count from. *discount_ids* run on and have
    to be named. With *only_when_paid* nothing changes before its invoice is paid.
    """

    item_id: str
    price_id: str
    quantity: int
    prorations: Prorations = "always_invoice"
    prorated_at: datetime | None = None
    discount_ids: tuple[str, ...] = ()
    only_when_paid: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterPlan:
    """What a subscription is of from its next period on; that lasts *interval_count* intervals."""

    price_id: str
    quantity: int
    interval: Interval
    interval_count: int


class PlanWriter(Protocol):
    async def change_plan(
        self, subscription_id: str, change: PlanChange, *, key: str
    ) -> SubscriptionFacts:
        """Now. What waits for its payment is in the answer's `scheduled`."""
        ...

    async def preview_change(self, subscription_id: str, change: PlanChange) -> InvoiceFacts:
        """What `change_plan` would charge."""
        ...

    async def schedule_change(
        self, subscription_id: str, wanted: LaterPlan, *, key: str
    ) -> SubscriptionFacts:
        """With the next period, as the only change to come. Running discounts run on."""
        ...

    async def release_schedule(self, schedule_id: str, *, key: str) -> None:
        """Let a subscription go on without its schedule; one that is over is no error."""
        ...

    async def set_discounts(
        self,
        subscription_id: str,
        *,
        kept: Sequence[str] = (),
        coupons: Sequence[str] = (),
        promotions: Sequence[str] = (),
        key: str,
    ) -> SubscriptionFacts:
        """Exactly these run from now on; *kept* are discounts that run already."""
        ...

    async def preview_discounts(
        self, subscription_id: str, *, kept: Sequence[str], promotions: Sequence[str]
    ) -> InvoiceFacts:
        """What the next invoice will say with these."""
        ...

    async def running_promotions(self, subscription_id: str) -> tuple[str, ...]:
        """The promotion codes (ids) behind the discounts that run."""
        ...

    async def find_promotion(self, code: str) -> PromotionFacts | None:
        """The active promotion code that customers type as *code*."""
        ...
