"""What a company's program changes of its memberships beside what they are charged to.

What runs at the provider is changed there; what was paid once is ours alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import CompanyKey, write_as
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now
from portal_app.memberships import company_repository, repository
from portal_app.memberships.errors import (
    MembershipNotFound,
    MetadataNotKept,
    NotExtendable,
    NotReactivable,
)
from portal_app.memberships.models import Membership
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.projection.happenings import Happening
from portal_app.memberships.projection.record import announce_membership, record
from portal_app.memberships.rules import (
    OVER,
    MembershipStatus,
    StripeFacts,
    is_canceling,
    is_paused,
    status_of,
)
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

# Ours, by which we find our way at the provider.
RESERVED: Final = "portal_"
_EXTENDABLE: Final = frozenset({MembershipStatus.ACTIVE, MembershipStatus.TRIALING})


async def set_metadata_as_company(
    desk: Desk, actor: CompanyKey, membership_id: str, pairs: Mapping[str, str]
) -> None:
    """Merge *pairs* into a membership's metadata; no pairs at all clear it.

    Raises MembershipNotFound and MetadataNotKept, and as `Desk.carry_out`.
    """

    async def ask(session: AsyncSession) -> Intent:
        membership = await _of(session, actor, membership_id)
        stored: Mapping[str, str] = membership.details.get("metadata", {})
        own = [key for key in stored if not key.startswith(RESERVED)]
        # At the provider an empty text takes a key away.
        metadata = dict(pairs) or dict.fromkeys(own, "")
        subscription = await repository.current_subscription(session, membership.id)
        if subscription is None or not StripeFacts.of(membership).recurring:
            raise MetadataNotKept
        payload = {"subscription": subscription, "metadata": metadata}
        return asked_by(actor.author, kind=DESCRIBE.kind, about=membership.id, payload=payload)

    await desk.carry_out(DESCRIBE, ask)


async def extend_as_company(desk: Desk, actor: CompanyKey, membership_id: str, days: int) -> None:
    """Give *days* for free: the running period, the trial or the expiry ends so much later.

    At the provider a period that is made longer is a trial. Raises MembershipNotFound and
    NotExtendable, and as `Desk.carry_out`.
    """
    async with desk.database().unit_of_work() as session:
        write_as(session, actor.author)
        membership = await _of(session, actor, membership_id)
        if not StripeFacts.of(membership).recurring:
            await _expire_later(session, membership, days)
            return

    async def ask(session: AsyncSession) -> Intent:
        membership = await _of(session, actor, membership_id)
        until = _extended(membership, days)
        subscription = await repository.current_subscription(session, membership.id)
        if subscription is None:
            raise NotExtendable
        payload = {
            "subscription": subscription,
            "membership": membership.id,
            "until": until.isoformat(),
        }
        return asked_by(actor.author, kind=EXTEND.kind, about=membership.id, payload=payload)

    await desk.carry_out(EXTEND, ask)


async def reactivate_as_company(
    desk: Desk, actor: CompanyKey, membership_id: str, days: int | None
) -> None:
    """Give access back to something that was bought once and is over.

    With *days* from now on where it had an expiry; they are needed when that has passed.
    Raises MembershipNotFound and NotReactivable.
    """
    async with desk.database().unit_of_work() as session:
        write_as(session, actor.author)
        membership = await _of(session, actor, membership_id)
        facts, now = StripeFacts.of(membership), business_now()
        expired = membership.cancel_at is not None and membership.cancel_at <= now
        over = status_of(facts) in OVER or expired
        if facts.recurring or not over or (expired and days is None):
            raise NotReactivable
        if membership.cancel_at is not None and days is not None:
            membership.cancel_at = now + timedelta(days=days)
        membership.ended_at = membership.canceled_at = None
        await _changed(session, membership, Happening(kind="reactivated", at=now))


async def _of(session: AsyncSession, actor: CompanyKey, membership_id: str) -> Membership:
    membership = await company_repository.of_company(session, actor.company_id, membership_id)
    if membership is None:
        raise MembershipNotFound
    return membership


def _extended(membership: Membership, days: int) -> datetime:
    """When its period ends then; what was told of an arranged end must stay true."""
    facts = StripeFacts.of(membership)
    period_end = facts.trial_end_at or facts.current_period_end
    if status_of(facts) is MembershipStatus.ACTIVE:
        period_end = facts.current_period_end
    if status_of(facts) not in _EXTENDABLE or is_paused(facts) or is_canceling(facts):
        raise NotExtendable
    if period_end is None or membership.scheduled_change or facts.pauses_at is not None:
        raise NotExtendable
    return period_end + timedelta(days=days)


async def _expire_later(session: AsyncSession, membership: Membership, days: int) -> None:
    over = status_of(StripeFacts.of(membership)) in OVER
    if membership.cancel_at is None or over or membership.cancel_at <= business_now():
        raise NotExtendable
    membership.cancel_at += timedelta(days=days)
    await _changed(session, membership, _extension(membership.cancel_at))


def _extension(until: datetime) -> Happening:
    return Happening(kind="extended", at=business_now(), after={"until": until.isoformat()})


async def _changed(session: AsyncSession, membership: Membership, happened: Happening) -> None:
    membership.updated_at = business_now()
    record(session, membership, [happened])
    await announce_membership(session, membership)


async def _describe(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    asked = intent.payload
    return await provider.set_metadata(asked["subscription"], asked["metadata"], key=intent.key)


async def _extend(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    """What was meant to be longer may be over, or paused, by now.

    A planned pause would begin on the day it was planned for, and the free days be lost.
    """
    until = datetime.fromisoformat(intent.payload["until"])
    before = await provider.subscription(intent.payload["subscription"])
    stays = before.cancel_at is None and not before.cancel_at_period_end
    paused = before.pause_behavior or before.pauses_at is not None
    if before.status not in {"active", "trialing"} or paused or not stays:
        raise NotExtendable
    if before.trial_end_at == until:
        return before
    return await provider.extend_period(before.id, until, key=intent.key)


async def _apply(
    session: AsyncSession, _intent: Intent, answer: SubscriptionFacts, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer, observed_at=observed_at)


async def _apply_extension(
    session: AsyncSession, intent: Intent, answer: SubscriptionFacts, *, observed_at: datetime
) -> None:
    await _apply(session, intent, answer, observed_at=observed_at)
    membership = await session.get(Membership, intent.payload["membership"])
    if membership is not None:
        happened = _extension(datetime.fromisoformat(intent.payload["until"]))
        record(session, membership, [happened])


DESCRIBE: Final[Write[Any]] = Write(kind="updating.metadata", send=_describe, apply=_apply)
EXTEND: Final[Write[Any]] = Write(kind="updating.extend", send=_extend, apply=_apply_extension)
