"""What the portal changes at the payment provider, in our words.

Every verb takes the idempotency *key* of the attempt it belongs to: repeated with the same key, it
happens once and answers the same. What it answers is the object as it is afterwards, whole.

All raise ProviderUnavailable when nobody knows whether it happened (repeat with the same key),
ProviderFailed for an error of the provider's own (repeat with another), RefusedByProvider or one
of its kinds when it said no, UnknownAtProvider and ProviderMisconfigured.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from portal_app.kit.money import Money
from portal_app.provider.answers import (
    HostedPage,
    PageSetup,
    SetupFacts,
)
from portal_app.provider.changing import PlanWriter
from portal_app.provider.coupons import CouponReader
from portal_app.provider.documents import DocumentSource
from portal_app.provider.facts import (
    CustomerFacts,
    InvoiceFacts,
    PaymentMethodFacts,
    RefundFacts,
    SubscriptionFacts,
    TaxIdFacts,
)
from portal_app.provider.handover import HandoverWriter, NewSubscription
from portal_app.provider.marked import MarkedObjects
from portal_app.provider.objects import ObjectSource
from portal_app.provider.pausing import PauseWriter


class MethodWriter(Protocol):
    """Customers and what they pay with."""

    async def create_customer(
        self, *, email: str, name: str, metadata: Mapping[str, str], key: str
    ) -> CustomerFacts: ...

    async def update_customer(
        self, customer_id: str, details: Mapping[str, object], *, key: str
    ) -> CustomerFacts:
        """*details* are Stripe's: `name`, `business_name`, `individual_name`, `address`, ….

        An empty text takes a value away.
        """
        ...

    async def set_default_payment_method(
        self, customer_id: str, method_id: str, *, key: str
    ) -> CustomerFacts: ...

    async def attach_payment_method(
        self, method_id: str, customer_id: str, *, key: str
    ) -> PaymentMethodFacts: ...

    async def update_payment_method(
        self, method_id: str, details: Mapping[str, object], *, key: str
    ) -> PaymentMethodFacts:
        """*details* are Stripe's `billing_details`, `card` (expiry only) and `metadata`."""
        ...

    async def detach_payment_method(self, method_id: str, *, key: str) -> PaymentMethodFacts: ...

    async def create_setup_intent(
        self, customer_id: str, *, metadata: Mapping[str, str], key: str
    ) -> SetupFacts:
        """For charges without the customer (`usage=off_session`)."""
        ...

    async def confirm_setup(
        self,
        customer_id: str,
        *,
        method_id: str | None,
        token: str | None,
        return_url: str,
        metadata: Mapping[str, str],
        key: str,
    ) -> SetupFacts:
        """Save what a confirmation *token* describes, or verify a method that is on file.

        *return_url* is where the bank sends the customer back to. Raises CardDeclined.
        """
        ...

    async def cancel_setup_intent(self, intent_id: str, *, key: str) -> SetupFacts: ...

    async def create_setup_page(
        self,
        customer_id: str,
        *,
        currency: str,
        done_at: str,
        left_to: str,
        metadata: Mapping[str, str],
        key: str,
    ) -> HostedPage:
        """Checkout in mode `setup`; it returns to *done_at*, or *left_to* when it was given up.

        Stripe writes the page's id into *done_at* for `{CHECKOUT_SESSION_ID}`. *metadata* is the
        setup's.
        """
        ...

    async def setup_of_page(self, session_id: str) -> PageSetup:
        """What came of a page of `create_setup_page`."""
        ...

    async def tax_ids(self, customer_id: str) -> tuple[TaxIdFacts, ...]: ...

    async def create_tax_id(
        self, customer_id: str, kind: str, value: str, *, key: str
    ) -> TaxIdFacts: ...

    async def delete_tax_id(self, customer_id: str, tax_id: str, *, key: str) -> None:
        """One that is gone already is no error."""
        ...


class SubscriptionWriter(Protocol):
    async def set_subscription_payment_method(
        self, subscription_id: str, method_id: str, *, key: str
    ) -> SubscriptionFacts: ...

    async def cancel_at_period_end(
        self,
        subscription_id: str,
        *,
        feedback: str = "",
        comment: str = "",
        metadata: Mapping[str, str] | None = None,
        key: str,
    ) -> SubscriptionFacts:
        """*feedback* is one of Stripe's words, *comment* the customer's own."""
        ...

    async def keep_subscription(
        self, subscription_id: str, *, metadata: Mapping[str, str] | None = None, key: str
    ) -> SubscriptionFacts:
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

    async def extend_period(
        self, subscription_id: str, until: datetime, *, key: str
    ) -> SubscriptionFacts:
        """For free: at Stripe the time until then is a trial, and what is paid already goes on."""
        ...

    async def set_metadata(
        self, subscription_id: str, metadata: Mapping[str, str], *, key: str
    ) -> SubscriptionFacts: ...

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

    async def invoices_since(self, subscription_id: str, since: datetime) -> list[str]:
        """Ids of what was billed for a subscription from *since* on, the oldest first."""
        ...

    async def leave_to_customer(self, invoice_id: str, *, key: str) -> InvoiceFacts:
        """Never charge an open invoice by itself again: only its customer pays it."""
        ...

    async def mark_uncollectible(self, invoice_id: str, *, key: str) -> InvoiceFacts: ...

    async def preview_renewal(self, subscription_id: str) -> InvoiceFacts:
        """What the next invoice will say as things stand."""
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


class PaymentWriter(
    MethodWriter,
    SubscriptionWriter,
    PauseWriter,
    HandoverWriter,
    PlanWriter,
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
