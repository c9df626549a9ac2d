"""The adapter with single objects beside its listings; each comes whole, as it does in a list."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from portal_app.provider.errors import UnknownAtProvider
from portal_app.provider.facts import (
    CheckoutFacts,
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
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts, refund_facts
from portal_app.provider.stripe.subscriptions import subscription_facts
from portal_app.provider.stripe_adapter import StripeProvider, _complete, _plain, translated_errors


class StripeObjects(StripeProvider):
    """`ObjectSource` as well as `PaymentProvider`."""

    async def product(self, product_id: str) -> ProductFacts:
        return product_facts(await _there(self._client.v1.products.retrieve_async(product_id)))

    async def price(self, price_id: str) -> PriceFacts:
        return price_facts(await _there(self._client.v1.prices.retrieve_async(price_id)))

    async def payment_method(self, method_id: str) -> PaymentMethodFacts:
        found = await _there(self._client.v1.payment_methods.retrieve_async(method_id))
        return payment_method_facts(found)

    async def subscription(self, subscription_id: str) -> SubscriptionFacts:
        v1 = self._client.v1
        sub = await _there(
            v1.subscriptions.retrieve_async(subscription_id, {"expand": ["schedule"]})
        )
        of = {"subscription": subscription_id}
        await _complete(sub, "items", lambda more: v1.subscription_items.list_async(more | of))
        return subscription_facts(sub)

    async def checkout(self, session_id: str) -> CheckoutFacts:
        sessions = self._client.v1.checkout.sessions
        session = await _there(sessions.retrieve_async(session_id, {"expand": ["line_items"]}))
        lines = sessions.line_items
        await _complete(session, "line_items", lambda more: lines.list_async(session_id, more))
        return checkout_facts(session)

    async def payment(self, intent_id: str) -> PaymentFacts:
        intents = self._client.v1.payment_intents
        found = await _there(intents.retrieve_async(intent_id, {"expand": ["latest_charge"]}))
        return payment_facts(found)

    async def invoice(self, invoice_id: str) -> InvoiceFacts:
        invoices = self._client.v1.invoices
        invoice = await _there(invoices.retrieve_async(invoice_id, {"expand": ["payments"]}))
        lines = invoices.line_items
        await _complete(invoice, "lines", lambda more: lines.list_async(invoice_id, more))
        return invoice_facts(invoice)

    async def refund(self, refund_id: str) -> RefundFacts:
        return refund_facts(await _there(self._client.v1.refunds.retrieve_async(refund_id)))


async def _there(answer: Awaitable[Any]) -> Any:  # noqa: ANN401 -- whatever Stripe sent
    """The object as plain mappings; of deleted ones Stripe tells no more than that they were."""
    with translated_errors():
        found = _plain(await answer)
    if isinstance(found, dict) and found.get("deleted") is True:
        raise UnknownAtProvider("The payment provider doesn't know that any more.")
    return found
