"""Products, prices and purchases of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from portal_app.catalog.models import Interval
from portal_app.kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """*company_id* is what the metadata `portal_company` says, ours or not."""

    id: str
    name: str
    description: str
    active: bool
    company_id: str | None
    metadata: Mapping[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFacts:
    """*amount* is the price of one unit and empty where Stripe computes it (tiers, free amount).

    *interval* is empty for a one-time price; *metered* prices bill usage.
    """

    id: str
    product_id: str
    title: str
    currency: str
    amount: Money | None
    interval: Interval | None
    interval_count: int
    metered: bool
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutLineFacts:
    price: PriceFacts
    description: str
    quantity: int
    paid: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutFacts:
    """A Checkout Session. *one_time* is mode `payment`; *paid* includes nothing-to-pay.

    A guest's session has no customer. *invoice_id* is the invoice that the session itself made.
    """

    id: str
    one_time: bool
    complete: bool
    paid: bool
    customer_id: str | None
    invoice_id: str | None
    payment_id: str | None
    created_at: datetime
    lines: tuple[CheckoutLineFacts, ...] = field(default=())
    metadata: Mapping[str, str] = field(default_factory=dict)
