"""Taking a cancellation back, until the day it takes effect."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import SYSTEM, Actor, Author, CompanyKey, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now
from portal_app.memberships import company_repository, exit_repository, repository
from portal_app.memberships.errors import MembershipNotFound, NothingToUndo
from portal_app.memberships.exits import can_be_undone
from portal_app.memberships.models import Membership
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.rules import StripeFacts, is_current
from portal_app.memberships.service.reading import find_held
from portal_app.memberships.service.undoing import may_undo
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.writing import PaymentWriter


async def keep_membership(desk: Desk, actor: Actor, member_id: object) -> None:
    """Let what the actor cancelled go on.

    Raises MembershipNotFound, NothingToUndo, and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        held = await find_held(session, actor, member_id, business_now())
        membership = held.row.membership
        if not await may_undo(session, membership, held.facts):
            raise NothingToUndo
        return await _written(session, author_for(actor), membership)

    await desk.carry_out(KEEP, record)


async def keep_as_company(desk: Desk, actor: CompanyKey, membership_id: str) -> None:
    """The same for a company's program, whoever had arranged the end.

    Raises MembershipNotFound, NothingToUndo, and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        membership = await company_repository.of_company(session, actor.company_id, membership_id)
        if membership is None:
            raise MembershipNotFound
        return await _written(session, actor.author, membership)

    await desk.carry_out(KEEP, record)


async def keep_declared(session: AsyncSession, membership_id: str, *, reference: str) -> Intent:
    """Take back the cancellation with this *reference*, which somebody declared for the holder.

    The caller has checked the proof. Raises NothingToUndo when something else ends it by now.
    """
    noted = await exit_repository.standing_cancellation(session, membership_id)
    if noted is None or noted.reference != reference:
        raise NothingToUndo
    return await _written(session, SYSTEM, await session.get_one(Membership, membership_id))


async def _written(session: AsyncSession, author: Author, membership: Membership) -> Intent:
    facts = StripeFacts.of(membership)
    subscriptions = await repository.current_subscriptions(session, [membership.id])
    if not (can_be_undone(facts) and is_current(facts, business_now()) and subscriptions):
        raise NothingToUndo
    return asked_by(
        author,
        kind=KEEP.kind,
        about=membership.id,
        payload={"subscription": subscriptions[0], "membership": membership.id},
    )


async def _send(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    """What has ended by now can't be taken back, and is answered as it is."""
    before = await provider.subscription(intent.payload["subscription"])
    if before.status in OVER or not before.cancel_at_period_end:
        return before
    return await provider.keep_subscription(before.id, key=intent.key)


async def _apply(
    session: AsyncSession, intent: Intent, answer: SubscriptionFacts, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer, observed_at=observed_at)
    noted = await exit_repository.standing_cancellation(session, intent.payload["membership"])
    if noted is not None and answer.status not in OVER and not answer.cancel_at_period_end:
        noted.undone_at = business_now()


KEEP: Final = Write(kind="canceling.keep", send=_send, apply=_apply)
