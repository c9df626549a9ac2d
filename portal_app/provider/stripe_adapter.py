"""The one adapter: Stripe's SDK, or with another base address our Stripe-shaped sandbox.

Only `…_async` methods are called, through an HTTP client that has no synchronous side at all, so
that a call can never block the event loop (which in sandbox mode also serves the answer).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import httpx
import stripe

from portal_app.kit.clock import wall_now
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.provider.errors import (
    UNAVAILABLE,
    MalformedObject,
    ProviderMisconfigured,
    UnknownAtProvider,
)
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
from portal_app.provider.stripe.catalog import price_facts, product_facts
from portal_app.provider.stripe.checkout import checkout_facts
from portal_app.provider.stripe.customers import (
    customer_facts,
    customer_or_deleted,
    payment_method_facts,
)
from portal_app.provider.stripe.invoices import invoice_facts, payment_facts, refund_facts
from portal_app.provider.stripe.subscriptions import subscription_facts

PAGE_SIZE: Final = 100  # Stripe's largest
TIMEOUT: Final = httpx.Timeout(10, connect=2)
RETRIES: Final = 2  # `StripeClient` makes none unless told; each carries the same idempotency key

Fact = TypeVar("Fact")
Fetch = Callable[[Any], Awaitable["stripe.ListObject[Any]"]]
log = logging.getLogger(__name__)


class StripeProvider:
    """`PaymentProvider` through `stripe.StripeClient`; belongs to the event loop it is used in.

    *base* is the address that `/v1/…` is appended to; None is Stripe's own. The API version is
    the one that the pinned SDK was generated from.
    """

    def __init__(
        self, key: str, base: str | None = None, *, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._http = stripe.HTTPXClient(timeout=timeout)
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": base} if base else None,
            http_client=self._http,
            max_network_retries=RETRIES,
        )

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    def products(self) -> AsyncIterator[Page[ProductFacts]]:
        return _pages(self._client.v1.products.list_async, product_facts)

    def prices(self) -> AsyncIterator[Page[PriceFacts]]:
        return _pages(self._client.v1.prices.list_async, price_facts)

    def customers(self) -> AsyncIterator[Page[CustomerFacts]]:
        return _pages(self._client.v1.customers.list_async, customer_facts)

    async def customer(self, customer_id: str) -> CustomerFacts | DeletedCustomer:
        with translated_errors():
            answer = await self._client.v1.customers.retrieve_async(customer_id)
        return customer_or_deleted(_plain(answer))

    def payment_methods(self, customer_id: str) -> AsyncIterator[Page[PaymentMethodFacts]]:
        listing = self._client.v1.payment_methods.list_async
        return _pages(listing, payment_method_facts, customer=customer_id)

    def subscriptions(self) -> AsyncIterator[Page[SubscriptionFacts]]:
        v1 = self._client.v1

        async def with_all_items(sub: dict[str, Any]) -> None:
            of = {"subscription": sub.get("id")}
            await _complete(sub, "items", lambda more: v1.subscription_items.list_async(more | of))

        return _pages(
            v1.subscriptions.list_async,
            subscription_facts,
            complete=with_all_items,
            status="all",
            expand=["data.schedule"],
        )

    def checkouts(self) -> AsyncIterator[Page[CheckoutFacts]]:
        sessions = self._client.v1.checkout.sessions

        async def with_all_lines(session: dict[str, Any]) -> None:
            lines = sessions.line_items
            await _complete(
                session, "line_items", lambda more: lines.list_async(session["id"], more)
            )

        return _pages(
            sessions.list_async,
            checkout_facts,
            complete=with_all_lines,
            status="complete",
            expand=["data.line_items"],
        )

    def payments(self) -> AsyncIterator[Page[PaymentFacts]]:
        listing = self._client.v1.payment_intents.list_async
        return _pages(listing, payment_facts, expand=["data.latest_charge"])

    def invoices(self) -> AsyncIterator[Page[InvoiceFacts]]:
        invoices = self._client.v1.invoices

        async def with_all_lines(invoice: dict[str, Any]) -> None:
            lines = invoices.line_items
            await _complete(invoice, "lines", lambda more: lines.list_async(invoice["id"], more))

        return _pages(
            invoices.list_async, invoice_facts, complete=with_all_lines, expand=["data.payments"]
        )

    def refunds(self) -> AsyncIterator[Page[RefundFacts]]:
        return _pages(self._client.v1.refunds.list_async, refund_facts)


async def _nothing_more(_obj: dict[str, Any]) -> None:
    """Most objects arrive whole."""


async def _pages(
    fetch: Fetch,
    read: Callable[[object], Fact],
    *,
    complete: Callable[[dict[str, Any]], Awaitable[None]] = _nothing_more,
    **params: object,
) -> AsyncIterator[Page[Fact]]:
    """Walk a listing by cursor; the next page is only fetched when it is asked for."""
    cursor: dict[str, str] = {}
    while True:
        observed_at = wall_now()
        with translated_errors():
            answer = await fetch({"limit": PAGE_SIZE, **params, **cursor})
        objects, has_more = _listed(answer)
        facts: list[Fact] = []
        malformed: list[MalformedObject] = []
        for obj in objects:
            try:
                if isinstance(obj, dict):
                    await complete(obj)
                facts.append(read(obj))
            except MalformedObject as error:
                log.warning("skipped a malformed object of the provider: %s", error)
                malformed.append(error)
        yield Page(tuple(facts), tuple(malformed), observed_at)
        if not has_more:
            return
        cursor = {"starting_after": _cursor(objects)}


def _listed(answer: object) -> tuple[list[Any], bool]:
    """The objects of a page and whether there are more; a page that isn't one ends everything."""
    page = _plain(answer)
    objects = page.get("data") if isinstance(page, dict) else None
    if not isinstance(objects, list) or not isinstance(page.get("has_more"), bool):
        raise MalformedObject("list", "", "data")
    return objects, page["has_more"]


def _cursor(objects: list[Any]) -> str:
    """The last object's id; without one the listing can't go on, and must not look complete."""
    last = objects[-1].get("id") if objects and isinstance(objects[-1], dict) else None
    if not isinstance(last, str):
        raise MalformedObject("list", "", "data")
    return last


async def _complete(obj: dict[str, Any], name: str, fetch: Fetch) -> None:
    """Stripe embeds the first ten of a list; fetch all of it where there are more."""
    embedded = obj.get(name)
    if not isinstance(embedded, dict) or embedded.get("has_more") is not True:
        return
    found: list[Any] = []
    async for page in _pages(fetch, lambda one: one):
        found.extend(page.facts)
    embedded["data"] = found


def _plain(answer: object) -> Any:  # noqa: ANN401 -- whatever Stripe sent
    return answer.to_dict() if isinstance(answer, stripe.StripeObject) else answer


@contextmanager
def translated_errors() -> Iterator[None]:
    """Stripe's errors become ours; what Stripe wrote goes to the log and to nobody else."""
    try:
        yield
    except stripe.StripeError as error:
        ours = _translated(error)
        log.warning(
            "the provider refused or failed: %s (status %s, code %s, request %s)",
            type(error).__name__,
            error.http_status,
            error.code,
            error.request_id,
        )
        raise ours from error


def _translated(error: stripe.StripeError) -> PortalError:
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return ProviderMisconfigured("This portal isn't connected to its payment provider.")
    if error.code == "resource_missing":
        return UnknownAtProvider("The payment provider doesn't know that.")
    return ProviderUnavailable(UNAVAILABLE)
