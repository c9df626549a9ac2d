"""What became of a change of plan that was asked for, as the subscription shows it.

Whoever brings the subscription's news brings this: the request itself, a webhook, a comparison.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Plan
from portal_app.intents.models import Intent
from portal_app.memberships.models import Membership
from portal_app.memberships.plan_models import RequestedPlanChange
from portal_app.memberships.plan_repository import standing_change
from portal_app.provider.facts import SubscriptionFacts


async def follow_change(
    session: AsyncSession, membership: Membership, facts: SubscriptionFacts, *, seen_at: datetime
) -> None:
    """Note that it has happened, or was given up; *seen_at* is business time.

    One that the provider has not been asked for yet is left alone.
    """
    asked = await standing_change(session, membership.id)
    if asked is None:
        return
    if (membership.plan_id, membership.quantity) == (asked.to_plan_id, asked.to_quantity):
        asked.happened_at = seen_at
    elif not await is_arranged(session, asked, facts):
        if not await _is_under_way(session, asked):
            asked.dropped_at = seen_at
    elif facts.scheduled is not None:
        asked.effective_at = facts.scheduled.takes_effect_at or asked.effective_at
        if facts.scheduled.expires_at is not None:
            asked.stripe_invoice_id = facts.latest_invoice_id


async def is_arranged(
    session: AsyncSession, asked: RequestedPlanChange, facts: SubscriptionFacts
) -> bool:
    """Whether the subscription is, or will be by itself, what was asked for."""
    plan = await session.get(Plan, asked.to_plan_id)
    wanted, later = (plan.stripe_price_id if plan else "", asked.to_quantity), facts.scheduled
    now = (facts.plan.price.id, facts.plan.quantity)
    return now == wanted or (later is not None and (later.price_id, later.quantity) == wanted)


async def _is_under_way(session: AsyncSession, asked: RequestedPlanChange) -> bool:
    intent = await session.get(Intent, asked.intent_id)
    return intent is not None and intent.done_at is None
