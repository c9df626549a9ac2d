"""Customers together with what they pay with: read side by side, written page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.customers.projection import project_customer
from portal_app.ingest.report import Counts, counted
from portal_app.kit.clock import wall_now
from portal_app.kit.lookup import look_up
from portal_app.kit.observed import Outcome
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.projection import detach_others, project_payment_method
from portal_app.provider.errors import MalformedObject, UnknownAtProvider
from portal_app.provider.facts import (
    CustomerFacts,
    DeletedCustomer,
    ListParams,
    Page,
    PaymentMethodFacts,
)
from portal_app.provider.port import PaymentProvider

# Stripe lists payment methods customer by customer only, so this many are asked for at a time.
IN_FLIGHT: Final = 6
Choose: TypeAlias = Callable[[Collection[str]], Awaitable[Collection[str]]]


@dataclass(frozen=True, slots=True)
class Wallet:
    """A customer and every method attached; *observed_at* is before the methods were listed.

    *methods* are None where nobody asked for them.
    """

    customer: CustomerFacts | DeletedCustomer
    methods: tuple[PaymentMethodFacts, ...] | None
    malformed: tuple[MalformedObject, ...]
    observed_at: datetime


async def everybody(customer_ids: Collection[str]) -> Collection[str]:
    return customer_ids


async def wallets(
    provider: PaymentProvider, params: ListParams, whose: Choose = everybody
) -> AsyncIterator[Page[Wallet]]:
    """The customers' pages, with the methods of those that *whose* picks (Stripe's ids)."""
    slots = asyncio.Semaphore(IN_FLIGHT)
    async for page in provider.customers(params):
        chosen = await whose([one.id for one in page.facts])
        tasks = [
            asyncio.create_task(_wallet(provider, slots, one, listed=one.id in chosen))
            for one in page.facts
        ]
        try:
            filled = tuple(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()  # where one has failed, the others need not go on
        yield Page(filled, page.malformed, page.observed_at, page.cursor)


async def _wallet(
    provider: PaymentProvider, slots: asyncio.Semaphore, customer: CustomerFacts, *, listed: bool
) -> Wallet:
    """A customer may have been deleted since the page was fetched."""
    if not listed:
        return Wallet(customer, None, (), wall_now())
    methods: list[PaymentMethodFacts] = []
    malformed: list[MalformedObject] = []
    async with slots:
        observed_at = wall_now()
        try:
            async for page in provider.payment_methods(customer.id):
                methods += page.facts
                malformed += page.malformed
        except UnknownAtProvider:
            return Wallet(DeletedCustomer(customer.id), (), (), observed_at)
    return Wallet(customer, tuple(methods), tuple(malformed), observed_at)


async def write_wallets(session: AsyncSession, page: Page[Wallet]) -> dict[str, Counts]:
    ids = [wallet.customer.id for wallet in page.facts]
    await look_up(session, Customer, "stripe_customer_id", ids, lock=True)
    methods = [method.id for wallet in page.facts for method in wallet.methods or ()]
    await look_up(session, PaymentMethod, "stripe_payment_method_id", methods, lock=True)
    outcomes = [
        await project_customer(session, wallet.customer, observed_at=page.observed_at)
        for wallet in page.facts
    ]
    await session.flush()  # for the methods, which refer to them
    attached = Counts()
    for wallet in page.facts:
        attached = attached.plus(await _write_methods(session, wallet))
    return {"customers": counted(page, outcomes), "payment methods": attached}


async def _write_methods(session: AsyncSession, wallet: Wallet) -> Counts:
    if wallet.methods is None:
        return Counts()
    observed_at = wallet.observed_at
    outcomes = [
        await project_payment_method(session, method, observed_at=observed_at)
        for method in wallet.methods
    ]
    attached = {method.id for method in wallet.methods}
    # One that can't be read is attached all the same.
    attached |= {error.stripe_id for error in wallet.malformed}
    gone = await detach_others(session, wallet.customer.id, attached, observed_at=observed_at)
    return Counts(
        seen=len(wallet.methods) + len(wallet.malformed),
        written=outcomes.count(Outcome.WRITTEN) + gone,
        skipped=len(wallet.malformed),
        unrelated=outcomes.count(Outcome.UNRELATED),
    )
