"""The payment provider as the rest of the portal sees it: facts in our words, no Stripe type."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from portal_app.provider.facts import (
    WHOLE,
    CheckoutFacts,
    CustomerFacts,
    DeletedCustomer,
    DisputeFacts,
    InvoiceFacts,
    ListParams,
    Page,
    PaymentFacts,
    PaymentMethodFacts,
    PriceFacts,
    ProductFacts,
    RefundFacts,
    SubscriptionFacts,
)
from portal_app.provider.webhooks import SignedEvent


class PaymentProvider(Protocol):
    """Listings come in pages of at most 100, newest first, and hold one page at a time.

    They wait as long as the provider's rate limits ask for. UnknownAtProvider means that the object
    to go on after (`ListParams.after`) is gone, or the customer whose things were asked for.

    Every method raises ProviderUnavailable when the provider can't be reached or limits us,
    ProviderMisconfigured when it refuses our key. Objects that can't be read are in the page's
    `malformed` and stop nothing.
    """

    def products(self, params: ListParams = WHOLE) -> AsyncIterator[Page[ProductFacts]]: ...

    def prices(self, params: ListParams = WHOLE) -> AsyncIterator[Page[PriceFacts]]: ...

    def customers(self, params: ListParams = WHOLE) -> AsyncIterator[Page[CustomerFacts]]:
        """All that exist; deleted ones are not listed."""
        ...

    async def customer(self, customer_id: str) -> CustomerFacts | DeletedCustomer:
        """One customer; UnknownAtProvider when there never was one."""
        ...

    def payment_methods(self, customer_id: str) -> AsyncIterator[Page[PaymentMethodFacts]]:
        """Those attached to the customer now, of every kind."""
        ...

    def subscriptions(self, params: ListParams = WHOLE) -> AsyncIterator[Page[SubscriptionFacts]]:
        """All, ended ones included."""
        ...

    def checkouts(self, params: ListParams = WHOLE) -> AsyncIterator[Page[CheckoutFacts]]:
        """Completed Checkout Sessions with their lines."""
        ...

    def payments(self, params: ListParams = WHOLE) -> AsyncIterator[Page[PaymentFacts]]: ...

    def invoices(self, params: ListParams = WHOLE) -> AsyncIterator[Page[InvoiceFacts]]:
        """With all lines and the payments made for each."""
        ...

    def refunds(self, params: ListParams = WHOLE) -> AsyncIterator[Page[RefundFacts]]: ...

    def disputes(self, params: ListParams = WHOLE) -> AsyncIterator[Page[DisputeFacts]]: ...

    def open_invoices(self) -> AsyncIterator[Page[InvoiceFacts]]:
        """What is still to be paid, however old."""
        ...

    def events(self, params: ListParams = WHOLE) -> AsyncIterator[Page[SignedEvent]]:
        """The account's own log, which reaches 30 days back (docs.stripe.com/api/events)."""
        ...

    async def newest_event(self) -> SignedEvent | None: ...

    async def close(self) -> None:
        """Close the connections."""
        ...
