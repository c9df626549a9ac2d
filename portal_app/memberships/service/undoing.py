"""Whether whoever holds a membership may take its arranged end back; and what goes with one."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.kit.clock import business_now
from portal_app.memberships.exit_repository import standing_cancellation, standing_pause
from portal_app.memberships.exits import can_be_undone
from portal_app.memberships.models import Membership
from portal_app.memberships.rules import StripeFacts
from portal_app.memberships.service.last_word import holder_may_undo
from portal_app.provider.facts import SubscriptionFacts


async def may_undo(session: AsyncSession, membership: Membership, facts: StripeFacts) -> bool:
    """Not what its seller has arranged, unless the seller's policy lets them.

    An end that nobody asked for here counts as the customer's: Stripe doesn't say whose it was.
    """
    if not can_be_undone(facts):
        return False
    noted = await standing_cancellation(session, membership.id)
    return noted is None or await holder_may_undo(session, membership, noted)


async def forget_planned_pause(
    session: AsyncSession, membership_id: str, now: SubscriptionFacts
) -> None:
    """A pause that has gone before it began, as *now* says, is none of those that a year allows."""
    asked = await standing_pause(session, membership_id)
    still = now.status == "paused" or now.pause_behavior or now.pauses_at is not None
    if asked is not None and asked.starts_at > business_now() and not still:
        asked.undone_at = business_now()
