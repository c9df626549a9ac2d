"""Occasions that lines of a membership's history are, told of once each to whoever holds it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.memberships.models import MembershipEvent, MembershipSubscription
from portal_app.notifications.notices.kind import Find, Look, Occasion
from portal_app.notifications.notices.repository import holders_of, refunded_purchases
from portal_app.provider.objects import Kind

CHANGED: Final = frozenset({"customer.subscription.updated", "customer.subscription.deleted"})


def occasions_of(*kinds: str) -> Find:
    """Finds events of these *kinds* of memberships whose subscription the provider told of.

    Of what was bought once it tells by a refund.
    """

    async def find(session: AsyncSession, look: Look) -> list[Occasion]:
        link, event = MembershipSubscription, MembershipEvent
        billed = select(col(link.membership_id)).where(
            col(link.stripe_subscription_id).in_(look.ids(Kind.SUBSCRIPTION))
        )
        once = await refunded_purchases(session, look.ids(Kind.REFUND))
        found = await session.scalars(
            select(event).where(
                or_(col(event.membership_id).in_(billed), col(event.membership_id).in_(once)),
                col(event.kind).in_(kinds),
                col(event.happened_at) >= look.since,
            )
        )
        events = found.all()
        holders = await holders_of(session, [one.membership_id for one in events])
        return [
            Occasion(
                subject_id=one.id,
                person_id=holders.get(one.membership_id),
                membership_id=one.membership_id,
                payload={"event_id": one.id},
            )
            for one in events
        ]

    return find
