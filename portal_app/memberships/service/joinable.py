"""What of a membership that has ended can begin again."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Plan
from portal_app.catalog.repository import plans_on_sale
from portal_app.memberships.rules import OVER, StripeFacts, status_of
from portal_app.memberships.service.reading import HeldMembership


def is_over(facts: StripeFacts) -> bool:
    """Whether it ran until it ended: what was paid once has nothing to begin again."""
    return facts.recurring and status_of(facts) in OVER


async def is_joinable(session: AsyncSession, held: HeldMembership) -> bool:
    """Whether whoever holds it may begin it again."""
    return is_over(held.facts) and bool(await plans_to_join(session, held))


async def plans_to_join(session: AsyncSession, held: HeldMembership) -> list[Plan]:
    """What is sold of the same product in the customer's currency; what it was before comes first.

    Without that one, what is paid as often as before. Nothing, where the company wants nobody back
    without being asked.
    """
    if not held.configuration.rejoin.offered:
        return []
    membership = held.row.membership
    sold = await plans_on_sale(session, membership.company_id, membership.currency)
    before = await session.get(Plan, membership.plan_id)
    plans = [plan for plan, product in sold if product.id == membership.product_id]
    return sorted(plans, key=lambda plan: (plan != before, not _same_cycle(plan, before)))


def _same_cycle(plan: Plan, before: Plan | None) -> bool:
    if before is None:
        return False
    return (plan.interval, plan.interval_count) == (before.interval, before.interval_count)
