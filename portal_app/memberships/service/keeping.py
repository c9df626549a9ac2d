"""Taking a cancellation back, until the day it takes effect."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, Author, CompanyKey, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now
from portal_app.memberships import company_repository, exit_repository, repository
from portal_app.memberships.errors import MembershipNotFound, NothingToUndo
from portal_app.memberships.exits import can_be_undone
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.rules import StripeFacts
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
        subscriptions = await repository.current_subscriptions(session, [held.row.membership.id])
        undoable = await may_undo(session, held.row.membership, held.facts)
        if not (undoable and held.current and subscriptions):
            raise NothingToUndo
        return _asked(author_for(actor), held.row.membership.id, subscriptions[0])

    await desk.carry_out(KEEP, record)


async def keep_as_company(desk: Desk, actor: CompanyKey, membership_id: str) -> None:
    """The same for a company's program, whoever had arranged the end.

    Raises MembershipNotFound, NothingToUndo, and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        membership = await company_repository.of_company(session, actor.company_id, membership_id)
        if membership is None:
            raise MembershipNotFound
        subscriptions = await repository.current_subscriptions(session, [membership.id])
        if not (can_be_undone(StripeFacts.of(membership)) and subscriptions):
            raise NothingToUndo
        return _asked(actor.author, membership.id, subscriptions[0])

    await desk.carry_out(KEEP, record)


def _asked(author: Author, membership_id: str, subscription: str) -> Intent:
    payload = {"subscription": subscription, "membership": membership_id}
    return asked_by(author, kind=KEEP.kind, about=membership_id, payload=payload)


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
