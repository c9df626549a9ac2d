"""A membership that goes from one pair of hands into another's."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.customers.service import announce
from portal_app.intents.service import open_intents
from portal_app.memberships.models import Member, Membership
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import TOPIC, record
from portal_app.provider.facts import SubscriptionFacts

# In the metadata of both subscriptions of a membership that is handed on: the transfer's id.
TRANSFER_KEY: Final = "portal_transfer"


async def is_handed_on(
    session: AsyncSession, membership: Membership, facts: SubscriptionFacts
) -> bool:
    """Whether the transfer that the subscription names is being carried out right now."""
    transfer = facts.metadata.get(TRANSFER_KEY)
    if transfer is None:
        return False
    under_way = await open_intents(session, [membership.id])
    return any(intent.payload.get("transfer") == transfer for intent in under_way)


async def hand_on(
    session: AsyncSession,
    membership: Membership,
    *,
    person_id: str,
    customer: Customer,
    at: datetime,
) -> Member:
    """End the open holding and begin the next one, with the line of history that parts them."""
    statement = select(Member).where(
        col(Member.membership_id) == membership.id, col(Member.until_at).is_(None)
    )
    former = (await session.scalars(statement.with_for_update())).one()
    former.until_at = at
    await session.flush()  # at most one open holding each: the old one ends first
    holding = Member(
        membership_id=membership.id, person_id=person_id, customer_id=customer.id, from_at=at
    )
    session.add(holding)
    parted = Happening(
        kind="transferred",
        at=at,
        before={"person_id": former.person_id, "member_id": former.id},
        after={"person_id": person_id, "member_id": holding.id},
    )
    record(session, membership, [parted])
    announce(session, former.person_id, TOPIC)
    announce(session, person_id, TOPIC)
    return holding
