"""Changes of plan that were asked for; not scoped: whoever asks has found the membership."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.intents.models import Intent, IntentOutcome
from portal_app.memberships.models import Membership
from portal_app.memberships.plan_models import RequestedPlanChange as Change


def _pends(membership_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Change.membership_id) == membership_id,
        col(Change.happened_at).is_(None),
        col(Change.dropped_at).is_(None),
    )


def _was_refused() -> ColumnElement[bool]:
    refused = select(col(Intent.id)).where(col(Intent.outcome) == IntentOutcome.REFUSED)
    return col(Change.intent_id).in_(refused)


async def standing_change(session: AsyncSession, membership_id: str) -> Change | None:
    """The one that has not happened yet, unless the provider has refused it."""
    statement = select(Change).where(*_pends(membership_id), ~_was_refused())
    return (await session.scalars(statement)).one_or_none()


def was_asked_for() -> ColumnElement[bool]:
    """Whether what is arranged for a Membership was asked for here."""
    return exists().where(
        col(Change.membership_id) == col(Membership.id),
        col(Change.happened_at).is_(None),
        col(Change.dropped_at).is_(None),
    )


async def drop_refused(session: AsyncSession, membership_id: str, now: datetime) -> None:
    """Make room for another: what was refused stands in its way no longer."""
    await session.execute(
        update(Change).where(*_pends(membership_id), _was_refused()).values(dropped_at=now)
    )


async def change_of_intent(session: AsyncSession, intent_id: str) -> Change | None:
    """What was written down with an intent."""
    return await session.scalar(select(Change).where(col(Change.intent_id) == intent_id))


async def happened_at(session: AsyncSession, membership_id: str, moment: datetime) -> Change | None:
    """The one that was carried out at that moment, if a change then was one."""
    statement = select(Change).where(
        col(Change.membership_id) == membership_id, col(Change.happened_at) == moment
    )
    return (await session.scalars(statement.limit(1))).one_or_none()
