"""One observed object, or its absence, goes to its domain's one projection function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.projection import (
    archive_price,
    archive_product,
    project_price,
    project_product,
)
from portal_app.ingest.apply import (
    apply_customer,
    apply_dispute,
    apply_invoice,
    apply_refund,
    apply_setup,
)
from portal_app.ingest.events import Ref
from portal_app.ingest.observing import Observation
from portal_app.ingest.together import look_up_together
from portal_app.invoices.projection import drop_invoice, project_payment
from portal_app.kit.db import Database
from portal_app.kit.failpoints import failpoint
from portal_app.kit.observed import Outcome
from portal_app.memberships.projection import (
    end_subscription,
    project_checkout,
    project_subscription,
)
from portal_app.payment_methods.projection import detach, project_payment_method
from portal_app.provider.objects import Kind

_PROJECT: Final[dict[Kind, Callable[..., Awaitable[Outcome]]]] = {
    Kind.PRODUCT: project_product,
    Kind.PRICE: project_price,
    Kind.CUSTOMER: apply_customer,
    Kind.PAYMENT_METHOD: project_payment_method,
    Kind.SUBSCRIPTION: project_subscription,
    Kind.CHECKOUT: project_checkout,
    Kind.PAYMENT: project_payment,
    Kind.INVOICE: apply_invoice,
    Kind.REFUND: apply_refund,
    Kind.DISPUTE: apply_dispute,
    Kind.SETUP: apply_setup,
}
# What to do when there is no such object. A deleted customer tells so itself; setups, checkouts,
# payments, refunds and disputes can't be deleted at Stripe.
_GONE: Final[dict[Kind, Callable[..., Awaitable[Outcome]]]] = {
    Kind.PRODUCT: archive_product,
    Kind.PRICE: archive_price,
    Kind.PAYMENT_METHOD: detach,
    Kind.SUBSCRIPTION: end_subscription,
    Kind.INVOICE: drop_invoice,
}
ORDER: Final = {kind: place for place, kind in enumerate(Kind)}


# Objects in one unit of work: a commit waits for the disk, and nobody may wait long for SQLite's
# one writer.
TOGETHER: Final = 6


async def project(db: Database, objects: Sequence[tuple[Ref, Observation]]) -> None:
    """All *objects* in their order, or none, in one unit of work; TOGETHER of them at the most."""
    async with db.unit_of_work(inline=True) as session:
        await look_up_together(session, [seen.facts for _, seen in objects])
        for ref, seen in objects:
            await _project(session, ref, seen)
            if session.new:
                await session.flush()  # for those after it, which may refer to it
            failpoint("inbox.projecting")


async def _project(session: AsyncSession, ref: Ref, seen: Observation) -> None:
    facts: Any = seen.facts
    if facts is not None:
        await _PROJECT[ref.kind](session, facts, observed_at=seen.observed_at)
    elif ref.kind in _GONE:
        await _GONE[ref.kind](session, ref.id, observed_at=seen.observed_at)
