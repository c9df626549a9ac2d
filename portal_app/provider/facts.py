"""What the provider says, in our words: frozen values, money as Money, times as aware UTC.

Ids are the provider's own (`cus_…`, `sub_…`); rows of ours are never mentioned here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

from portal_app.catalog.models import Interval
from portal_app.invoices.models import InvoiceStatus, PaymentStatus
from portal_app.kit.money import Money
from portal_app.provider.errors import MalformedObject

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListParams:
    """Which part of a listing is wanted: what was made *since*, from behind the *after*th id on."""

    after: str | None = None
    since: datetime | None = None


WHOLE: Final = ListParams()


@dataclass(frozen=True, slots=True)
class Page(Generic[Fact]):
    """*observed_at* is wall time before the fetch began, *cursor* None on the last page."""

    facts: tuple[Fact, ...]
    malformed: tuple[MalformedObject, ...]
    observed_at: datetime
    cursor: str | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """One item of a subscription. Periods stand on items since API 2025-03-31."""

    id: str
    price: PriceFacts
    quantity: int
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledChange:
    """A change that the provider will make by itself.

    *takes_effect_at* is empty while it waits for a payment, until *expires_at* at the latest.
    """

    price_id: str
    quantity: int
    takes_effect_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """*plan* is the first licensed recurring item, *extras* the others in Stripe's order.

    *discount_ids* run on the subscription itself; a change of discounts has to name them again.
    *membership_id* is what the metadata `portal_membership` says, ours or not. *paused_at* is
    known for a paused subscription only; pausing its collection leaves no time at Stripe.
    """

    id: str
    customer_id: str
    status: str
    plan: ItemFacts
    extras: tuple[ItemFacts, ...]
    currency: str
    collection_method: str
    default_payment_method_id: str | None
    default_source_id: str | None
    latest_invoice_id: str | None
    started_at: datetime
    created_at: datetime
    billing_anchor_at: datetime
    trial_start_at: datetime | None
    trial_end_at: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    paused_at: datetime | None
    pause_behavior: str
    resumes_at: datetime | None
    cancel_feedback: str
    cancel_comment: str
    cancel_reason: str
    scheduled: ScheduledChange | None
    schedule_id: str | None
    discount_ids: tuple[str, ...]
    membership_id: str | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLineFacts:
    id: str
    price_id: str | None
    product_id: str | None
    description: str
    quantity: int
    amount: Money
    proration: bool
    period_start: datetime | None
    period_end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    """The period is what is being paid for (the lines'), not Stripe's period of usage before it.

    *payment_ids* are the payment intents that were made to pay it, newest last.
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
