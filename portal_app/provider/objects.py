"""The provider's objects one by one, as an event or a write makes us look at them."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from portal_app.provider.answers import SetupFacts
from portal_app.provider.facts import (
    CheckoutFacts,
    CustomerFacts,
    DeletedCustomer,
    DisputeFacts,
    InvoiceFacts,
    PaymentFacts,
    PaymentMethodFacts,
    PriceFacts,
    ProductFacts,
    RefundFacts,
    SubscriptionFacts,
)


class Kind(StrEnum):
    """The kinds of object that we project, in an order in which none refers to a later one."""

    PRODUCT = "product"
    PRICE = "price"
    CUSTOMER = "customer"
    PAYMENT_METHOD = "payment_method"
    SUBSCRIPTION = "subscription"
    CHECKOUT = "checkout"
    PAYMENT = "payment"
    INVOICE = "invoice"
    REFUND = "refund"
    DISPUTE = "dispute"
    SETUP = "setup_intent"


class ObjectSource(Protocol):
    """Each raises UnknownAtProvider for an object that is not there, or no longer.

    Else as PaymentProvider, and MalformedObject for one that can't be read.
    """

    async def product(self, product_id: str) -> ProductFacts: ...

    async def price(self, price_id: str) -> PriceFacts: ...

    async def customer(self, customer_id: str) -> CustomerFacts | DeletedCustomer: ...

    async def payment_method(self, method_id: str) -> PaymentMethodFacts: ...

    async def subscription(self, subscription_id: str) -> SubscriptionFacts: ...

    async def checkout(self, session_id: str) -> CheckoutFacts: ...

    async def payment(self, intent_id: str) -> PaymentFacts: ...

    async def invoice(self, invoice_id: str) -> InvoiceFacts: ...

    async def refund(self, refund_id: str) -> RefundFacts: ...

    async def dispute(self, dispute_id: str) -> DisputeFacts: ...

    async def setup_intent(self, intent_id: str) -> SetupFacts: ...
