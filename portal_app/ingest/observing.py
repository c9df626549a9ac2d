"""Fetching objects as they are now, each once, a few at a time and never for long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from portal_app.ingest.events import Ref
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.provider.answers import SetupFacts
from portal_app.provider.errors import UNAVAILABLE, UnknownAtProvider
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
from portal_app.provider.objects import Kind, ObjectSource

# Stripe allows a test account 25 reads a second and a live one 100 (docs.stripe.com/rate-limits).
AT_A_TIME: Final = 8
# Shorter than a lease, so that what a batch could not fetch is given back before others take it.
BUDGET_SECONDS: Final = 30.0

Facts: TypeAlias = (
    ProductFacts
    | PriceFacts
    | CustomerFacts
    | DeletedCustomer
    | PaymentMethodFacts
    | SubscriptionFacts
    | CheckoutFacts
    | PaymentFacts
    | InvoiceFacts
    | RefundFacts
    | DisputeFacts
    | SetupFacts
)


@dataclass(frozen=True, slots=True)
class Observation:
    """*facts* are None when there is no such object; *observed_at* is before the fetch began."""

    facts: Facts | None
    observed_at: datetime


Observed: TypeAlias = dict[Ref, Observation | PortalError]
_FETCH: Final[dict[Kind, Callable[[ObjectSource, str], Awaitable[Any]]]] = {
    Kind.PRODUCT: lambda source, one: source.product(one),
    Kind.PRICE: lambda source, one: source.price(one),
    Kind.CUSTOMER: lambda source, one: source.customer(one),
    Kind.PAYMENT_METHOD: lambda source, one: source.payment_method(one),
    Kind.SUBSCRIPTION: lambda source, one: source.subscription(one),
    Kind.CHECKOUT: lambda source, one: source.checkout(one),
    Kind.PAYMENT: lambda source, one: source.payment(one),
    Kind.INVOICE: lambda source, one: source.invoice(one),
    Kind.REFUND: lambda source, one: source.refund(one),
    Kind.DISPUTE: lambda source, one: source.dispute(one),
    Kind.SETUP: lambda source, one: source.setup_intent(one),
}


class Observer:
    """The fetches of one batch, which share its limits."""

    def __init__(self, source: ObjectSource, budget: float) -> None:
        self._source = source
        self._slots = asyncio.Semaphore(AT_A_TIME)
        self._deadline = asyncio.get_running_loop().time() + budget

    async def observe(self, refs: Iterable[Ref]) -> Observed:
        """Each object, or why it could not be fetched; one that fails stops no other."""
        wanted = list(dict.fromkeys(refs))
        found = await asyncio.gather(*[self._observe(ref) for ref in wanted])
        return dict(zip(wanted, found, strict=True))

    async def _observe(self, ref: Ref) -> Observation | PortalError:
        try:
            async with asyncio.timeout_at(self._deadline), self._slots:
                observed_at = wall_now()
                return Observation(await self._fetch(ref), observed_at)
        except TimeoutError:
            return ProviderUnavailable(UNAVAILABLE)
        except PortalError as error:
            return error

    async def _fetch(self, ref: Ref) -> Facts | None:
        try:
            facts: Facts = await _FETCH[ref.kind](self._source, ref.id)
        except UnknownAtProvider:
            return DeletedCustomer(ref.id) if ref.kind is Kind.CUSTOMER else None
        return facts
