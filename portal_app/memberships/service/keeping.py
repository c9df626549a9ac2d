"""Taking a cancellation back, until the day it takes effect."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import SYSTEM, Actor, Author, CompanyKey, author_for
from portal_app.intents.errors import StillUnderWay
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now
from portal_app.memberships import company_repository, exit_repository, repository
from portal_app.memberships.errors import MembershipNotFound, NothingToUndo, TooLateToKeep
from portal_app.memberships.exits import can_be_undone
from portal_app.memberships.models import Cancellation, Membership
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.rules import StripeFacts, is_current
from portal_app.memberships.service.last_word import (
    KEEPS,
    last_word,
    take_back_sent,
    waiting_to_undo,
    withdraw_cancellation,
)
from portal_app.memberships.service.reading import find_held
from portal_app.memberships.service.undoing import may_undo
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.writing import PaymentWriter


async def keep_membership(desk: Desk, actor: Actor, member_id: object) -> None:
    """Let what the actor cancelled go on.

    Raises MembershipNotFound, NothingToUndo, TooLateToKeep, and as `Desk.carry_out`. What the
    provider was never asked for is simply not done; what it may have done is taken back after it.
    """
    async with desk.database().unit_of_work() as session:
        held = await find_held(session, actor, member_id, business_now())
        if await withdraw_cancellation(session, held.row.membership):
            return

    async def record(session: AsyncSession) -> Intent:
        held = await find_held(session, actor, member_id, business_now())
        membership = held.row.membership
        word = await last_word(session, membership.id)
        if word.keeps:
            raise StillUnderWay
        if word.is_final or held.facts.stripe_status in OVER:
            raise TooLateToKeep
        sent = await waiting_to_undo(session, membership, word)
        if sent is None and not await may_undo(session, membership, held.facts):
            raise NothingToUndo
        return await _written(session, author_for(actor), membership, sent)

    await desk.carry_out(KEEP, record, queues=True)
    async with desk.database().reading() as session:
        held = await find_held(session, actor, member_id, business_now())
        if held.facts.stripe_status in OVER:
            raise TooLateToKeep


async def keep_as_company(desk: Desk, actor: CompanyKey, membership_id: str) -> None:
    """The same for a company's program, whoever had arranged the end.

    Raises MembershipNotFound, NothingToUndo, and as `Desk.carry_out`.
    """

    async def found(session: AsyncSession) -> Membership:
        membership = await company_repository.of_company(session, actor.company_id, membership_id)
        if membership is None:
            raise MembershipNotFound
        return membership

    async def record(session: AsyncSession) -> Intent:
        return await _written(session, actor.author, await found(session), None)

    async with desk.database().unit_of_work() as session:
        if await withdraw_cancellation(session, await found(session), anyones=True):
            return
    await desk.carry_out(KEEP, record)


async def withdraw_declared_exit(
    session: AsyncSession, membership_id: str, *, reference: str
) -> bool:
    """Take back what was declared and has not begun; False where `keep_declared` has to."""
    membership = await session.get_one(Membership, membership_id)
    return await withdraw_cancellation(session, membership, reference=reference)


async def keep_declared(session: AsyncSession, membership_id: str, *, reference: str) -> Intent:
    """Take back the cancellation with this *reference*, which somebody declared for the holder.

    The caller has checked the proof. Raises NothingToUndo when something else ends it by now, and
    TooLateToKeep when that is being done.
    """
    noted = await exit_repository.standing_cancellation(session, membership_id)
    if noted is None or noted.reference != reference:
        raise NothingToUndo
    membership = await session.get_one(Membership, membership_id)
    word = await last_word(session, membership_id)
    if word.is_final:
        raise TooLateToKeep
    sent = await waiting_to_undo(session, membership, word)
    return await _written(session, SYSTEM, membership, sent)


async def _written(
    session: AsyncSession, author: Author, membership: Membership, sent: Cancellation | None
) -> Intent:
    """*sent* is a cancellation of which nobody knows yet whether the provider has heard it."""
    facts = StripeFacts.of(membership)
    subscriptions = await repository.current_subscriptions(session, [membership.id])
    undoable = sent is not None or can_be_undone(facts)
    if not (undoable and is_current(facts, business_now()) and subscriptions):
        raise NothingToUndo
    noted = sent or await exit_repository.standing_cancellation(session, membership.id)
    if sent is not None and sent.intent_id is not None:
        await take_back_sent(session, sent.intent_id)
    return asked_by(
        author,
        kind=KEEP.kind,
        about=membership.id,
        payload={
            "subscription": subscriptions[0],
            "membership": membership.id,
            "cancellation": noted.id if noted else None,
        },
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
    noted = await _taken_back(session, intent)
    if noted is not None and answer.status not in OVER and not answer.cancel_at_period_end:
        noted.undone_at = business_now()


async def _taken_back(session: AsyncSession, intent: Intent) -> Cancellation | None:
    """Not one that was asked for after it and waits."""
    named = intent.payload.get("cancellation")
    if named is not None:
        return await session.get(Cancellation, named)
    return await exit_repository.standing_cancellation(session, intent.payload["membership"])


KEEP: Final = Write(kind=KEEPS, send=_send, apply=_apply)
