"""What the pages know about pausing, for whoever holds the membership."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.intents.service import open_intents
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.memberships import exit_repository
from portal_app.memberships.models import Pause
from portal_app.memberships.pauses import A_YEAR, PausePlan, Terms, obstacle_of, plan_pause
from portal_app.memberships.preview_repository import previews_of
from portal_app.memberships.service.reading import HeldMembership, find_held
from portal_app.memberships.service.upcoming import cycle_of, resume_preview


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePage:
    """*asked* is the newest that stands, *waiting* says that the provider has not heard.

    *preview* is what resuming now costs, where it costs anything and the provider has said it.
    """

    held: HeldMembership
    plan: PausePlan
    asked: Pause | None
    waiting: bool
    preview: UpcomingCharge | None


async def pause_plan(session: AsyncSession, held: HeldMembership) -> PausePlan:
    """What pausing would do now; `is_possible` says whether it can be offered."""
    terms, policy = Terms.of(held.row.membership), held.configuration.pause
    taken: list[datetime] = []
    if obstacle_of(held.facts, terms, policy, held.as_of) is None:
        since = held.as_of - A_YEAR
        membership_id = held.row.membership.id
        taken = [*await exit_repository.pauses_taken(session, membership_id, since=since)]
    return plan_pause(held.facts, terms, policy, cycle=cycle_of(held), taken=taken, now=held.as_of)


async def pause_page(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> PausePage:
    """Raises MembershipNotFound."""
    held = await find_held(session, actor, member_id, now)
    membership_id = held.row.membership.id
    previews = await previews_of(session, actor, [membership_id])
    return PausePage(
        held=held,
        plan=await pause_plan(session, held),
        asked=await exit_repository.standing_pause(session, membership_id),
        waiting=bool(await open_intents(session, [membership_id])),
        preview=resume_preview(held, previews.get(membership_id)),
    )
