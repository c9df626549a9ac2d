"""The rows that several objects need, read at once before each is projected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Product
from portal_app.customers.models import Customer
from portal_app.ingest.observing import Facts
from portal_app.invoices.models import Invoice, Payment
from portal_app.kit.lookup import look_up
from portal_app.memberships.projection import look_up_subscriptions
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.facts import (
    CheckoutFacts,
    CustomerFacts,
    InvoiceFacts,
    PaymentFacts,
    PaymentMethodFacts,
    SubscriptionFacts,
)

_OF_CUSTOMERS = (PaymentMethodFacts, SubscriptionFacts, CheckoutFacts, PaymentFacts, InvoiceFacts)
Kind = TypeVar("Kind")


async def look_up_together(session: AsyncSession, page: Sequence[Facts | None]) -> None:
    """For as long as the unit of work lasts, in the order in which they are projected."""
    await _customers(session, page)
    methods = [facts.id for facts in _of(page, PaymentMethodFacts)]
    await look_up(session, PaymentMethod, "stripe_payment_method_id", methods, lock=True)
    await look_up_subscriptions(session, _of(page, SubscriptionFacts))
    invoices = _of(page, InvoiceFacts)
    payments = [facts.id for facts in _of(page, PaymentFacts)]
    payments += [payment for facts in invoices for payment in facts.payment_ids]
    await look_up(session, Payment, "stripe_payment_intent_id", payments, lock=True)
    bills = [facts.id for facts in invoices]
    await look_up(session, Invoice, "stripe_invoice_id", bills, lock=True)
    products = [line.product_id for facts in invoices for line in facts.lines]
    await look_up(session, Product, "stripe_product_id", products)


async def _customers(session: AsyncSession, page: Sequence[Facts | None]) -> None:
    """Locked where they are projected themselves, like every row that may be written."""
    own = {facts.id for facts in _of(page, CustomerFacts)}
    await look_up(session, Customer, "stripe_customer_id", own, lock=True)
    named = {facts.customer_id for facts in page if isinstance(facts, _OF_CUSTOMERS)}
    await look_up(session, Customer, "stripe_customer_id", named - own)


def _of(page: Sequence[Facts | None], kind: type[Kind]) -> list[Kind]:
    return [facts for facts in page if isinstance(facts, kind)]
