"""The payment provider as the rest of the portal sees it: facts in our words, no Stripe type."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from portal_app.provider.facts import (
    CheckoutFacts,
    CustomerFacts,
    DeletedCustomer,
    InvoiceFacts,
    Page,
    PaymentFacts,
    PaymentMethodFacts,
    PriceFacts,
    ProductFacts,
    RefundFacts,
    SubscriptionFacts,
)


class PaymentProvider(Protocol):
    """Listings come in pages of at most 100, newest first, and hold one page at a time.

    Every method raises ProviderUnavailable when the provider can't be reached or limits us,
    ProviderMisconfigured when it refuses our key. Objects that can't be read are in the page's
    `malformed` and stop nothing.
    """

    def products(self) -> AsyncIterator[Page[ProductFacts]]: ...

    def prices(self) -> AsyncIterator[Page[PriceFacts]]: ...

    def customers(self) -> AsyncIterator[Page[CustomerFacts]]:
        """All that exist; deleted ones are not listed."""
        ...

    async def customer(self, customer_id: str) -> CustomerFacts | DeletedCustomer:
        """One customer; UnknownAtProvider when there never was one."""
        ...

    def payment_methods(self, customer_id: str) -> AsyncIterator[Page[PaymentMethodFacts]]:
        """Those attached to the customer now, of every kind."""
        ...

    def subscriptions(self) -> AsyncIterator[Page[SubscriptionFacts]]:
        """All, ended ones included."""
        ...

    def checkouts(self) -> AsyncIterator[Page[CheckoutFacts]]:
        """Completed Checkout Sessions with their lines."""
        ...

    def payments(self) -> AsyncIterator[Page[PaymentFacts]]: ...

    def invoices(self) -> AsyncIterator[Page[InvoiceFacts]]:
        """With all lines and the payments made for each."""
        ...

    def refunds(self) -> AsyncIterator[Page[RefundFacts]]: ...

    async def close(self) -> None:
        """Close the connections."""
        ...
