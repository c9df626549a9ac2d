"""Customers and what they pay with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """*currency* is set once something was billed: Stripe allows one per customer."""

    id: str
    email: str
    name: str
    currency: str | None
    default_payment_method_id: str | None
    default_source_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeletedCustomer:
    """All that Stripe tells about a customer that was deleted there."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodFacts:
    """*customer_id* is empty once detached; *account* is an address or cashtag."""

    id: str
    customer_id: str | None
    kind: str
    brand: str
    last4: str
    exp_month: int | None
    exp_year: int | None
    funding: str
    fingerprint: str
    wallet: str
    account: str
    country: str
    created_at: datetime
