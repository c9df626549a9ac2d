"""Invoices, payments, refunds and disputes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from portal_app.invoices.models import InvoiceStatus, PaymentStatus
from portal_app.kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """Who sold or who bought, as it was when the invoice was issued.

    *address* has Stripe's keys (`line1`, `postal_code`, `country`, …), those that are filled in;
    *tax_ids* are (type, value).
    """

    name: str = ""
    email: str = ""
    country: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    tax_ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxFacts:
    """One tax of an invoice. *inclusive* ones are part of the lines' amounts.

    *label* and *percentage* are known for rates that were set by hand, *reason* is Stripe's word
    for why it is what it is (`standard_rated`, `reverse_charge`, …).
    """

    label: str
    percentage: str
    reason: str
    inclusive: bool
    amount: Money
    taxable: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLineFacts:
    """*amount* is before *discount* and before *tax* that is added; an included tax is not here."""

    id: str
    price_id: str | None
    product_id: str | None
    description: str
    quantity: int
    amount: Money
    discount: Money
    tax: Money
    proration: bool
    period_start: datetime | None
    period_end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    """The period is what is being paid for (the lines'), not Stripe's period of usage before it.

    *payment_ids* are the payment intents that were made to pay it, newest last. *balance_applied*
    is what the customer's balance added to what is due: negative where credit was used. *credited*
    is what credit notes took away, before or after it was paid.
    """

    id: str
    customer_id: str
    subscription_id: str | None
    number: str
    status: InvoiceStatus
    billing_reason: str
    description: str
    subtotal: Money
    discount: Money
    tax: Money
    total: Money
    balance_applied: Money
    credited: Money
    amount_due: Money
    amount_paid: Money
    amount_remaining: Money
    period_start: datetime | None
    period_end: datetime | None
    due_at: datetime | None
    finalized_at: datetime | None
    paid_at: datetime | None
    attempt_count: int
    next_attempt_at: datetime | None
    hosted_url: str
    footer: str
    seller: PartyFacts
    buyer: PartyFacts
    taxes: tuple[TaxFacts, ...]
    lines: tuple[InvoiceLineFacts, ...]
    payment_ids: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """A payment intent with its last charge; the method as it was when it paid."""

    id: str
    customer_id: str | None
    charge_id: str | None
    status: PaymentStatus
    description: str
    amount: Money
    refunded: Money
    method_kind: str
    method_brand: str
    method_last4: str
    failure_code: str
    paid_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts:
    id: str
    payment_id: str | None
    charge_id: str | None
    status: str
    reason: str
    amount: Money
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFacts:
    """A payment that somebody's bank questions, or took back.

    *status* is Stripe's; *funds_withdrawn* while the account is without the money. *respond_by* is
    empty where no evidence is awaited.
    """

    id: str
    payment_id: str | None
    charge_id: str
    status: str
    reason: str
    amount: Money
    funds_withdrawn: bool
    respond_by: datetime | None
    created_at: datetime
