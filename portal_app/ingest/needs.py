"""What an object can't be projected without, and which of it we don't have.

Events come in any order. A subscription whose customer is unknown here would be left out as
unrelated, and nothing would ever bring it back; so its customer is fetched first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Plan, Product
from portal_app.customers.models import Customer
from portal_app.ingest.events import Ref
from portal_app.ingest.observing import Facts
from portal_app.invoices.models import Payment
from portal_app.memberships.models import MembershipSubscription
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.answers import SetupFacts
from portal_app.provider.facts import (
    CheckoutFacts,
    DisputeFacts,
    InvoiceFacts,
    PaymentFacts,
    PaymentMethodFacts,
    PriceFacts,
    RefundFacts,
    SubscriptionFacts,
)
from portal_app.provider.objects import Kind

_STORED: Final[dict[Kind, Any]] = {
    Kind.PRODUCT: Product.stripe_product_id,
    Kind.PRICE: Plan.stripe_price_id,
    Kind.CUSTOMER: Customer.stripe_customer_id,
    Kind.SUBSCRIPTION: MembershipSubscription.stripe_subscription_id,
    Kind.PAYMENT_METHOD: PaymentMethod.stripe_payment_method_id,
    Kind.PAYMENT: Payment.stripe_payment_intent_id,
}


def needs(facts: Facts | None) -> set[Ref]:
    """The objects that *facts* refer to and that their projection looks for."""
    pairs: list[tuple[Kind, str | None]] = []
    match facts:
        case PriceFacts():
            pairs = [(Kind.PRODUCT, facts.product_id)]
        case PaymentMethodFacts() | PaymentFacts():
            pairs = [(Kind.CUSTOMER, facts.customer_id)]
        case SetupFacts() if facts.status == "succeeded":
            pairs = [(Kind.PAYMENT_METHOD, facts.method_id)]
        case SubscriptionFacts():
            items = (facts.plan, *facts.extras)
            pairs = [(Kind.CUSTOMER, facts.customer_id)]
            pairs += [(Kind.PRODUCT, item.price.product_id) for item in items]
            pairs += [(Kind.PRICE, facts.scheduled.price_id)] if facts.scheduled else []
        case CheckoutFacts():
            pairs = [(Kind.CUSTOMER, facts.customer_id)]
            pairs += [(Kind.PRODUCT, line.price.product_id) for line in facts.lines]
            pairs += [(Kind.PAYMENT, facts.payment_id)]
        case InvoiceFacts():
            pairs = [(Kind.CUSTOMER, facts.customer_id), *_of_invoice(facts)]
        case RefundFacts() | DisputeFacts():
            pairs = [(Kind.PAYMENT, facts.payment_id)]
    return {Ref(kind, one) for kind, one in pairs if one}


def _of_invoice(facts: InvoiceFacts) -> list[tuple[Kind, str | None]]:
    """Its payments, as only the invoice knows them, and what it was for."""
    pairs: list[tuple[Kind, str | None]] = [(Kind.PAYMENT, one) for one in facts.payment_ids]
    if facts.subscription_id is not None:
        return [*pairs, (Kind.SUBSCRIPTION, facts.subscription_id)]
    return [*pairs, *[(Kind.PRICE, line.price_id) for line in facts.lines]]


async def not_stored(session: AsyncSession, refs: Iterable[Ref]) -> set[Ref]:
    """Those of *refs* that have no row here; one query for each kind."""
    by_kind: defaultdict[Kind, set[str]] = defaultdict(set)
    for ref in refs:
        by_kind[ref.kind].add(ref.id)
    missing: set[Ref] = set()
    for kind, ids in by_kind.items():
        column = col(_STORED[kind])
        rows = await session.execute(select(column).where(column.in_(ids)))
        missing |= {Ref(kind, one) for one in ids - set(rows.scalars())}
    return missing
