"""Rows that the listings of an import did not bring up to date, and may have to be asked for.

Deleted objects are in no listing, and an import with a limit (`--since`) lists nothing that is
older. What can no longer change is left alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Plan, Product
from portal_app.ingest.events import Ref
from portal_app.invoices.models import (
    DISPUTE_OVER,
    Dispute,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
)
from portal_app.memberships.models import Membership, MembershipSubscription
from portal_app.provider.objects import Kind

_UNSETTLED: Final = (InvoiceStatus.DRAFT, InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
_REFUND_OVER: Final = ("succeeded", "failed", "canceled")


async def unlisted(session: AsyncSession, before: datetime) -> list[Ref]:
    """What was last observed *before* that wall time and may have changed since, or be gone.

    Customers and their methods are left out: the import asks for those by itself.
    """
    return [
        Ref(kind, one)
        for kind, statement in _statements(before).items()
        for one in await session.scalars(statement)
    ]


def _statements(before: datetime) -> dict[Kind, Select[Any]]:
    link = MembershipSubscription
    return {
        Kind.PRODUCT: select(Product.stripe_product_id).where(
            Product.observed_at < before, col(Product.active)
        ),
        Kind.PRICE: select(Plan.stripe_price_id).where(Plan.observed_at < before, col(Plan.active)),
        Kind.SUBSCRIPTION: select(link.stripe_subscription_id)
        .join(Membership, col(link.membership_id) == col(Membership.id))
        .where(
            Membership.observed_at < before,
            col(link.until_at).is_(None),
            col(Membership.ended_at).is_(None),
        ),
        Kind.PAYMENT: select(Payment.stripe_payment_intent_id).where(
            Payment.observed_at < before,
            col(Payment.status).in_((PaymentStatus.PENDING, PaymentStatus.FAILED)),
        ),
        Kind.INVOICE: select(Invoice.stripe_invoice_id).where(
            Invoice.observed_at < before, col(Invoice.status).in_(_UNSETTLED)
        ),
        Kind.REFUND: select(Refund.stripe_refund_id).where(
            Refund.observed_at < before, col(Refund.status).not_in(_REFUND_OVER)
        ),
        Kind.DISPUTE: select(Dispute.stripe_dispute_id).where(
            Dispute.observed_at < before, col(Dispute.status).not_in(DISPUTE_OVER)
        ),
    }
