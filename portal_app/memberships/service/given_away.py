"""What somebody held once: its old address says where it went, and to nobody else anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Product
from portal_app.identity.actor import Actor
from portal_app.kit.ids import has_prefix
from portal_app.memberships.models import Member, Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAway:
    product: str
    at: datetime


async def given_away(session: AsyncSession, actor: Actor, given_id: object) -> GivenAway | None:
    """The actor's own holding with this `mber_` id, if it is over."""
    if not has_prefix(given_id, "mber"):
        return None
    statement = (
        select(col(Product.title), col(Member.until_at))
        .join(Membership, col(Membership.id) == col(Member.membership_id))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .where(
            col(Member.id) == given_id,
            col(Member.person_id) == actor.person_id,
            col(Member.until_at).is_not(None),
        )
    )
    row = (await session.execute(statement)).first()
    return GivenAway(product=row[0], at=row[1]) if row and row[1] else None
