"""What the pages that cancel and take it back know, for whoever holds the membership."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.configuration import DEFAULT, CancelPolicy
from portal_app.catalog.repository import published_configurations
from portal_app.identity.actor import Actor
from portal_app.intents.service import open_intents
from portal_app.memberships import exit_repository
from portal_app.memberships.exits import Exit, plan_exit
from portal_app.memberships.models import Cancellation
from portal_app.memberships.service.reading import HeldMembership, find_held


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPage:
    """*cancellation* is the newest that stands, *waiting* says that the provider has not heard."""

    held: HeldMembership
    policy: CancelPolicy
    exit: Exit
    cancellation: Cancellation | None
    waiting: bool


async def held_exit(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> tuple[HeldMembership, CancelPolicy]:
    """Raises MembershipNotFound."""
    held = await find_held(session, actor, member_id, now)
    company_id = held.row.company.id
    policies = await published_configurations(session, [company_id])
    return held, policies.get(company_id, DEFAULT).cancel


async def exit_page(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> ExitPage:
    """Raises MembershipNotFound."""
    held, policy = await held_exit(session, actor, member_id, now)
    waiting = await open_intents(session, [held.row.membership.id])
    return ExitPage(
        held=held,
        policy=policy,
        exit=plan_exit(held.facts, policy, now),
        cancellation=await exit_repository.standing_cancellation(session, held.row.membership.id),
        waiting=bool(waiting),
    )
