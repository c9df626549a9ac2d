"""Asking for a pause: by whoever holds the membership, or by a key of the company that sells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, Author, CompanyKey, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.kit.clock import business_now
from portal_app.memberships import company_repository, exit_repository, repository
from portal_app.memberships.errors import MembershipNotFound, NothingToPause, PauseChanged
from portal_app.memberships.models import Member, Pause
from portal_app.memberships.pauses import PauseKind
from portal_app.memberships.rules import RENEWING, StripeFacts, is_canceling, is_paused, status_of
from portal_app.memberships.service.pause_page import pause_plan
from portal_app.memberships.service.reading import find_held
from portal_app.memberships.service.resting import PAUSE


async def pause_membership(
    desk: Desk, actor: Actor, member_id: object, *, months: object, shown: object
) -> None:
    """Pause what the actor holds for so many months, as the page has said it (`PausePlan.told`).

    Raises MembershipNotFound, NothingToPause and PauseChanged (nothing was paused), and as
    `Desk.carry_out`: Waiting means that it pauses as soon as the provider answers.
    """

    async def record(session: AsyncSession) -> Intent:
        held = await find_held(session, actor, member_id, business_now())
        plan = await pause_plan(session, held)
        if plan.starts_at is None:
            raise NothingToPause
        choice = plan.choice(months)
        if shown != plan.told or choice is None:
            raise PauseChanged
        asked = Pause(
            membership_id=held.row.membership.id,
            member_id=held.row.member.id,
            intent_id="",
            source="page",
            kind=plan.kind,
            asked_at=business_now(),
            starts_at=plan.starts_at,
            resumes_at=choice.resumes_at,
        )
        return await _written(session, author_for(actor), asked)

    await desk.carry_out(PAUSE, record)


async def pause_as_company(
    desk: Desk,
    actor: CompanyKey,
    membership_id: str,
    *,
    until: datetime | None,
    void_unpaid: bool = False,
) -> None:
    """Stop charging for a membership of the company from now on; its holder keeps access.

    With *void_unpaid* what is open already is not collected either.
    Raises MembershipNotFound, NothingToPause, and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        membership = await company_repository.of_company(session, actor.company_id, membership_id)
        if membership is None:
            raise MembershipNotFound
        facts = StripeFacts.of(membership)
        member = await exit_repository.open_holding(session, membership.id)
        if member is None or not _renews(facts):
            raise NothingToPause
        open_ones = await repository.open_invoices_of(session, membership.id)
        owed = [row.stripe_invoice_id for row in open_ones] if void_unpaid else []
        return await _written(session, actor.author, _by_company(member, until), owed)

    await desk.carry_out(PAUSE, record)


def _renews(facts: StripeFacts) -> bool:
    # What is overdue doesn't count as paused, although its collection is.
    paused = is_paused(facts) or facts.pauses_at is not None or bool(facts.pause_behavior)
    return facts.recurring and status_of(facts) in RENEWING and not (paused or is_canceling(facts))


def _by_company(member: Member, until: datetime | None) -> Pause:
    return Pause(
        membership_id=member.membership_id,
        member_id=member.id,
        intent_id="",
        source="api",
        kind=PauseKind.COLLECTION,
        asked_at=business_now(),
        starts_at=business_now(),
        resumes_at=until,
    )


async def _written(
    session: AsyncSession, author: Author, asked: Pause, owed: Sequence[str] = ()
) -> Intent:
    """The intent, with the row that says what was asked for and when."""
    subscriptions = await repository.current_subscriptions(session, [asked.membership_id])
    if not subscriptions:
        raise NothingToPause
    intent = asked_by(
        author,
        kind=PAUSE.kind,
        about=asked.membership_id,
        payload={
            "subscription": subscriptions[0],
            "kind": asked.kind,
            "source": asked.source,
            "starts_at": asked.starts_at.isoformat(),
            "resumes_at": asked.resumes_at.isoformat() if asked.resumes_at else None,
            "owed": [*owed],
        },
    )
    asked.intent_id = intent.id
    session.add(asked)
    return intent
