"""The adapter with single objects beside its listings; each comes whole, as it does in a list."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from portal_app.provider.answers import SetupFacts
from portal_app.provider.errors import UnknownAtProvider
from portal_app.provider.facts import (
    CheckoutFacts,
    DisputeFacts,
    InvoiceFacts,
    PaymentFacts,
    PaymentMethodFacts,
    PriceFacts,
    ProductFacts,
    RefundFacts,
    SubscriptionFacts,
)
from portal_app.provider.stripe.catalog import price_facts, product_facts
from portal_app.provider.stripe.checkout import checkout_facts
from portal_app.provider.stripe.customers import payment_method_facts
from portal_app.provider.stripe.disputes import dispute_facts
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts, refund_facts
from portal_app.provider.stripe.reading import completed
from portal_app.provider.stripe.setups import setup_facts
from portal_app.provider.stripe.subscriptions import subscription_facts
from portal_app.provider.stripe_adapter import StripeProvider


class StripeObjects(StripeProvider):
    """`ObjectSource` as well as `PaymentProvider`."""

    async def product(self, product_id: str) -> ProductFacts:
        return product_facts(await self._one(f"/v1/products/{named(product_id)}"))

    async def price(self, price_id: str) -> PriceFacts:
        return price_facts(await self._one(f"/v1/prices/{named(price_id)}"))

    async def payment_method(self, method_id: str) -> PaymentMethodFacts:
        return payment_method_facts(await self._one(f"/v1/payment_methods/{named(method_id)}"))

    async def subscription(self, subscription_id: str) -> SubscriptionFacts:
        sub = await self._one(f"/v1/subscriptions/{named(subscription_id)}", "schedule")
        items = self._list("/v1/subscription_items", subscription=subscription_id)
        await completed(sub, "items", items)
        return subscription_facts(sub)

    async def checkout(self, session_id: str) -> CheckoutFacts:
        path = f"/v1/checkout/sessions/{named(session_id)}"
        session = await self._one(path, "line_items")
        await completed(session, "line_items", self._list(f"{path}/line_items"))
        return checkout_facts(session)

    async def payment(self, intent_id: str) -> PaymentFacts:
        found = await self._one(f"/v1/payment_intents/{named(intent_id)}", "latest_charge")
        return payment_facts(found)

    async def invoice(self, invoice_id: str) -> InvoiceFacts:
        path = f"/v1/invoices/{named(invoice_id)}"
        invoice = await self._one(path, "payments")
        await completed(invoice, "lines", self._list(f"{path}/lines"))
        return invoice_facts(invoice)

    async def refund(self, refund_id: str) -> RefundFacts:
        return refund_facts(await self._one(f"/v1/refunds/{named(refund_id)}"))

    async def dispute(self, dispute_id: str) -> DisputeFacts:
        return dispute_facts(await self._one(f"/v1/disputes/{named(dispute_id)}"))

    async def setup_intent(self, intent_id: str) -> SetupFacts:
        return setup_facts(await self._one(f"/v1/setup_intents/{named(intent_id)}"))

    async def _one(self, path: str, *expand: str) -> Any:  # noqa: ANN401 -- JSON
        """One object; of a deleted one Stripe tells no more than that it was."""
        found = await self._reader.get(path, {"expand": list(expand)} if expand else {})
        if isinstance(found, dict) and found.get("deleted") is True:
            raise UnknownAtProvider("The payment provider doesn't know that any more.")
        return found


def named(object_id: str) -> str:
    return quote(object_id, safe="")
