"""Going on with a subscription under another customer: whom it belongs to can't be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from portal_app.provider.answers import SubscriptionTerms
from portal_app.provider.facts import PriceFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """A subscription that goes on where another one ends: nothing is charged before *starts_at*.

    *items* are (price id, quantity). *anchor_day* keeps the 29th to 31st, which *starts_at* in a
    short month would lose; *anchor_month* names the month for periods longer than one. With
    *trial_ends_at* the rest of a trial goes on, and needs no anchor.
    """

    customer_id: str
    items: tuple[tuple[str, int], ...]
    starts_at: datetime | None = None
    anchor_day: int | None = None
    anchor_month: int | None = None
    trial_ends_at: datetime | None = None
    method_id: str | None = None
    coupon_ids: tuple[str, ...] = ()
    tax_rate_ids: tuple[str, ...] = ()
    automatic_tax: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)


class HandoverWriter(Protocol):
    async def subscription_terms(self, subscription_id: str) -> SubscriptionTerms:
        """The subscription with its discounts and taxes, as another one can go on with them."""
        ...

    async def twin_price(self, price: PriceFacts, *, key: str) -> str:
        """The id of a new active price that costs the same as one that is no longer sold."""
        ...

    async def archive_price(self, price_id: str, *, key: str) -> None:
        """Nobody can buy it any more; what runs on it goes on."""
        ...
