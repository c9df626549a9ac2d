"""The one adapter: Stripe's SDK, or with another base address our Stripe-shaped sandbox.

Only `…_async` methods are called, through an HTTP client that has no synchronous side at all, so
that a call can never block the event loop (which in sandbox mode also serves the answer).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import stripe

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
from portal_app.provider.stripe.catalog import price_facts, product_facts
from portal_app.provider.stripe.checkout import checkout_facts
from portal_app.provider.stripe.customers import (
    customer_facts,
    customer_or_deleted,
    payment_method_facts,
)
from portal_app.provider.stripe.disputes import dispute_facts
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts, refund_facts
from portal_app.provider.stripe.reading import (
    BUDGET,
    Listing,
    Reader,
    completed,
    listed_objects,
    reads_per_second,
)
from portal_app.provider.stripe.subscriptions import subscription_facts
from portal_app.provider.stripe.transport import TIMEOUT, StripeTransport
from portal_app.provider.webhooks import SignedEvent, listed_event

RETRIES: Final = 2  # `StripeClient` makes none unless told; each carries the same idempotency key


class StripeProvider:
    """`PaymentProvider` through `stripe.StripeClient`; belongs to the event loop it is used in.

    *base* is the address that `/v1/…` is appended to; None is Stripe's own. The API version is
    the one that the pinned SDK was generated from. No call takes longer than *budget* seconds;
    *timeout* is for each of its attempts.
    """

    def __init__(
        self,
        key: str,
        base: str | None = None,
        *,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        budget: float = BUDGET,
    ) -> None:
        self._http = StripeTransport(timeout)
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": base} if base else None,
            http_client=self._http,
            max_network_retries=RETRIES,
        )
        self._reader = Reader(self._client, self._http, reads_per_second(key, base), budget)

    async def close(self) -> None:
        await self._http.close_async()

    def _list(self, path: str, **always: object) -> Listing:
        return Listing(self._reader, path, always)

    def products(self, params: ListParams = WHOLE) -> AsyncIterator[Page[ProductFacts]]:
        return self._list("/v1/products").pages(product_facts, params)

    def prices(self, params: ListParams = WHOLE) -> AsyncIterator[Page[PriceFacts]]:
        return self._list("/v1/prices").pages(price_facts, params)

    def customers(self, params: ListParams = WHOLE) -> AsyncIterator[Page[CustomerFacts]]:
        listing = self._list("/v1/customers", expand=["data.tax_ids"])
        return listing.pages(customer_facts, params, complete=self._with_tax_ids)

    async def customer(self, customer_id: str) -> CustomerFacts | DeletedCustomer:
        expanded = {"expand": ["tax_ids"]}
        found = await self._reader.get(_path("customers", customer_id), expanded)
        return customer_or_deleted(await self._with_tax_ids(found))

    async def _with_tax_ids(self, customer: Any) -> Any:  # noqa: ANN401 -- JSON
        if isinstance(customer, dict):
            rest = self._list(_path("customers", str(customer.get("id")), "tax_ids"))
            await completed(customer, "tax_ids", rest)
        return customer

    def payment_methods(self, customer_id: str) -> AsyncIterator[Page[PaymentMethodFacts]]:
        listing = self._list(_path("customers", customer_id, "payment_methods"))
        return listing.pages(payment_method_facts, WHOLE)

    def subscriptions(self, params: ListParams = WHOLE) -> AsyncIterator[Page[SubscriptionFacts]]:
        async def with_all_items(sub: dict[str, Any]) -> None:
            items = self._list("/v1/subscription_items", subscription=sub.get("id"))
            await completed(sub, "items", items)

        listing = self._list("/v1/subscriptions", status="all", expand=["data.schedule"])
        return listing.pages(subscription_facts, params, complete=with_all_items)

    def checkouts(self, params: ListParams = WHOLE) -> AsyncIterator[Page[CheckoutFacts]]:
        path = "/v1/checkout/sessions"

        async def with_all_lines(session: dict[str, Any]) -> None:
            lines = self._list(_path("checkout/sessions", str(session.get("id")), "line_items"))
            await completed(session, "line_items", lines)

        listing = self._list(path, status="complete", expand=["data.line_items"])
        return listing.pages(checkout_facts, params, complete=with_all_lines)

    def payments(self, params: ListParams = WHOLE) -> AsyncIterator[Page[PaymentFacts]]:
        listing = self._list("/v1/payment_intents", expand=["data.latest_charge"])
        return listing.pages(payment_facts, params)

    def invoices(self, params: ListParams = WHOLE) -> AsyncIterator[Page[InvoiceFacts]]:
        return self._invoices(params)

    def disputes(self, params: ListParams = WHOLE) -> AsyncIterator[Page[DisputeFacts]]:
        return self._list("/v1/disputes").pages(dispute_facts, params)

    def open_invoices(self) -> AsyncIterator[Page[InvoiceFacts]]:
        return self._invoices(WHOLE, status="open")

    def events(self, params: ListParams = WHOLE) -> AsyncIterator[Page[SignedEvent]]:
        return self._list("/v1/events").pages(listed_event, params)

    async def newest_event(self) -> SignedEvent | None:
        listed = await self._reader.get("/v1/events", {"limit": 1})
        found = [listed_event(one) for one in listed_objects(listed)]
        return found[0] if found else None

    def _invoices(self, params: ListParams, **only: str) -> AsyncIterator[Page[InvoiceFacts]]:
        async def with_all_lines(invoice: dict[str, Any]) -> None:
            lines = self._list(_path("invoices", str(invoice.get("id")), "lines"))
            await completed(invoice, "lines", lines)

        listing = self._list("/v1/invoices", expand=["data.payments"], **only)
        return listing.pages(invoice_facts, params, complete=with_all_lines)

    def refunds(self, params: ListParams = WHOLE) -> AsyncIterator[Page[RefundFacts]]:
        return self._list("/v1/refunds").pages(refund_facts, params)


def _path(resource: str, object_id: str, part: str = "") -> str:
    """The address of one object, or of a list in it."""
    return f"/v1/{resource}/{quote(object_id, safe='')}" + (f"/{part}" if part else "")
