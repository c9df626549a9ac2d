"""What the portal changes at the payment provider, in our words.

Every verb takes the idempotency *key* of the attempt it belongs to: repeated with the same key, it
happens once and answers the same. What it answers is the object as it is afterwards, whole.

All raise ProviderUnavailable when nobody knows whether it happened (repeat with the same key),
ProviderFailed for an error of the provider's own (repeat with another), RefusedByProvider or one
of its kinds when it said no, UnknownAtProvider and ProviderMisconfigured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from portal_app.kit.money import Money
from portal_app.provider.answers import PromotionFacts
from portal_app.provider.coupons import CouponReader
from portal_app.provider.documents import DocumentSource
from portal_app.provider.facts import (
    InvoiceFacts,
    RefundFacts,
    SubscriptionFacts,
)
from portal_app.provider.marked import MarkedObjects
from portal_app.provider.methods import MethodWriter
from portal_app.provider.objects import ObjectSource

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
class NewSubscription:
    """A subscription that goes on where another one ends: nothing is charged before *starts_at*.

    *items* are (price id, quantity). *anchor_day* keeps the 29th to 31st, which *starts_at* in a
    short month would lose. With *trial_ends_at* the rest of a trial goes on, and needs no anchor.
    """

    customer_id: str
    items: tuple[tuple[str, int], ...]
    starts_at: datetime | None = None
    anchor_day: int | None = None
    trial_ends_at: datetime | None = None
    method_id: str | None = None
    coupon_ids: tuple[str, ...] = ()
    tax_rate_ids: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


class SubscriptionWriter(Protocol):
    async def set_subscription_payment_method(
        self, subscription_id: str, method_id: str, *, key: str
    ) -> SubscriptionFacts: ...

    async def cancel_at_period_end(
        self, subscription_id: str, *, feedback: str = "", comment: str = "", key: str
    ) -> SubscriptionFacts:
        """*feedback* is one of Stripe's words, *comment* the customer's own."""
        ...

    async def keep_subscription(self, subscription_id: str, *, key: str) -> SubscriptionFacts:
        """Take an arranged cancellation back."""
        ...

    async def cancel_subscription(
        self,
        subscription_id: str,
        *,
        prorate: bool,
        invoice_now: bool,
        feedback: str = "",
        comment: str = "",
        key: str,
    ) -> SubscriptionFacts:
        """At once. What has ended already is answered as it is: keys don't cover deletions."""
        ...

    async def pause_subscription(self, subscription_id: str, *, key: str) -> SubscriptionFacts:
        """Now, without credit for the rest of the period."""
        ...

    async def resume_subscription(self, subscription_id: str, *, key: str) -> SubscriptionFacts:
        """A new period begins now and is charged at once."""
        ...

    async def pause_collection(
        self, subscription_id: str, *, resumes_at: datetime | None, key: str
    ) -> SubscriptionFacts:
        """Invoices are voided until *resumes_at*, or until it is taken back."""
        ...

    async def resume_collection(self, subscription_id: str, *, key: str) -> SubscriptionFacts: ...

    async def change_plan(
        self, subscription_id: str, change: PlanChange, *, key: str
    ) -> SubscriptionFacts: ...

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

    async def set_metadata(
        self, subscription_id: str, metadata: Mapping[str, str], *, key: str
    ) -> SubscriptionFacts: ...

    async def release_schedule(self, schedule_id: str, *, key: str) -> None:
        """Let a subscription go on without its schedule; one that is over is no error."""
        ...

    async def create_subscription(
        self, wanted: NewSubscription, *, key: str
    ) -> SubscriptionFacts: ...

    async def begin_subscription(self, wanted: NewSubscription, *, key: str) -> SubscriptionFacts:
        """With the customer there: it waits (`incomplete`) where the bank wants to ask them."""
        ...

    async def preview_new(self, wanted: NewSubscription) -> InvoiceFacts:
        """What `create_subscription` would charge at once."""
        ...


class InvoiceWriter(Protocol):
    async def pay_invoice(
        self, invoice_id: str, *, method_id: str | None, key: str, off_session: bool = False
    ) -> InvoiceFacts:
        """*off_session* when the customer is not there to be asked by the bank.

        Raises CardDeclined and AuthenticationRequired.
        """
        ...

    async def confirmation_secret(self, invoice_id: str) -> str:
        """With which a browser can confirm the payment of an open invoice; may be empty."""
        ...

    async def finalize_invoice(self, invoice_id: str, *, key: str) -> InvoiceFacts: ...

    async def void_invoice(self, invoice_id: str, *, key: str) -> InvoiceFacts: ...

    async def mark_uncollectible(self, invoice_id: str, *, key: str) -> InvoiceFacts: ...

    async def preview_renewal(self, subscription_id: str) -> InvoiceFacts:
        """What the next invoice will say as things stand."""
        ...

    async def preview_change(self, subscription_id: str, change: PlanChange) -> InvoiceFacts:
        """What `change_plan` would charge."""
        ...

    async def preview_resume(self, subscription_id: str) -> InvoiceFacts: ...

    async def delete_pending_items(
        self, customer_id: str, subscription_id: str, *, key: str
    ) -> int:
        """Prorations of this subscription that wait for its next invoice; how many there were."""
        ...

    async def create_refund(
        self, payment_id: str, *, amount: Money | None, metadata: Mapping[str, str], key: str
    ) -> RefundFacts:
        """Of a payment intent; all that is left of it without an *amount*."""
        ...

    async def find_promotion(self, code: str) -> PromotionFacts | None:
        """The active promotion code that customers type as *code*."""
        ...


class PaymentWriter(
    MethodWriter,
    SubscriptionWriter,
    InvoiceWriter,
    CouponReader,
    MarkedObjects,
    ObjectSource,
    DocumentSource,
    Protocol,
):
    """All that is written, and single objects read."""

    async def close(self) -> None:
        """Close the connections."""
        ...
