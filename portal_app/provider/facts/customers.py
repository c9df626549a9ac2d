"""Customers and what they pay with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxIdFacts:
    """*kind* is Stripe's `type` (`eu_vat`, …), *status* its verification's, empty without one."""

    id: str
    kind: str
    value: str
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """*currency* is set once something was billed: Stripe allows one per customer.

    *name* is what invoices are addressed to. *address* has Stripe's keys, those that are filled.
    """

    id: str
    email: str
    name: str
    currency: str | None
    default_payment_method_id: str | None
    default_source_id: str | None
    created_at: datetime
    business_name: str = ""
    individual_name: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    tax_ids: tuple[TaxIdFacts, ...] = ()


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
