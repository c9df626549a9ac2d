"""What a payment without an invoice bought: only the purchase knows."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Product
from portal_app.memberships.models import Membership


async def bought_with(session: AsyncSession, stripe_payment_intent_id: str) -> str:
    """The product's title, or empty; the caller has made sure who may know it."""
    titles = (
        select(col(Product.title))
        .join(Membership, col(Membership.product_id) == col(Product.id))
        .where(col(Membership.stripe_payment_intent_id) == stripe_payment_intent_id)
        .order_by(col(Membership.id))
    )
    return ", ".join((await session.scalars(titles)).all())
