"""One observed object goes to its domain's one projection function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from portal_app.catalog.projection import project_price, project_product
from portal_app.customers.projection import project_customer
from portal_app.ingest.apply import apply_invoice
from portal_app.ingest.observing import Observation
from portal_app.invoices.projection import project_payment, project_refund
from portal_app.kit.db import Database
from portal_app.kit.observed import Outcome
from portal_app.memberships.projection import project_checkout, project_subscription
from portal_app.payment_methods.projection import project_payment_method
from portal_app.provider.objects import Kind

_PROJECT: Final[dict[Kind, Callable[..., Awaitable[Outcome]]]] = {
    Kind.PRODUCT: project_product,
    Kind.PRICE: project_price,
    Kind.CUSTOMER: project_customer,
    Kind.PAYMENT_METHOD: project_payment_method,
    Kind.SUBSCRIPTION: project_subscription,
    Kind.CHECKOUT: project_checkout,
    Kind.PAYMENT: project_payment,
    Kind.INVOICE: apply_invoice,
    Kind.REFUND: project_refund,
}
ORDER: Final = {kind: place for place, kind in enumerate(Kind)}


async def project(db: Database, kind: Kind, seen: Observation) -> Outcome:
    """In a unit of work of its own: short, so that nobody waits long for SQLite's one writer."""
    if seen.facts is None:
        return Outcome.UNRELATED
    facts: Any = seen.facts
    async with db.unit_of_work() as session:
        return await _PROJECT[kind](session, facts, observed_at=seen.observed_at)
