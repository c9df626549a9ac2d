"""Whether whoever holds a membership may take its arranged end back."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.configuration import DEFAULT
from portal_app.catalog.repository import published_configurations
from portal_app.memberships.exit_repository import standing_cancellation
from portal_app.memberships.exits import can_be_undone
from portal_app.memberships.models import Membership
from portal_app.memberships.rules import StripeFacts

# Cancellation.source of what a company's program has arranged.
BY_COMPANY: Final = "api"


async def may_undo(session: AsyncSession, membership: Membership, facts: StripeFacts) -> bool:
    """Not what its seller has arranged, unless the seller's policy lets them.

    An end that nobody asked for here counts as the customer's: Stripe doesn't say whose it was.
    """
    if not can_be_undone(facts):
        return False
    noted = await standing_cancellation(session, membership.id)
    if noted is None or noted.source != BY_COMPANY:
        return True
    policies = await published_configurations(session, [membership.company_id])
    return policies.get(membership.company_id, DEFAULT).cancel.undo_company_end
