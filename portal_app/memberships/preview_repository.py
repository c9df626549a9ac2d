"""Which subscriptions' next charge has to be previewed, and what was previewed of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Plan
from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.invoices.upcoming.models import PreviewFailure, UpcomingCharge
from portal_app.invoices.upcoming.repository import charges_of
from portal_app.memberships.models import Membership, MembershipSource, MembershipSubscription

# The SQL side of `rules.RENEWING`.
_RENEWING: Final = ("trialing", "active", "past_due")


@dataclass(frozen=True, slots=True)
class PreviewDue:
    """A subscription that is to be charged, and what for is not known or may have changed."""

    stripe_subscription_id: str
    membership: Membership
    customer: Customer


async def previews_due(
    session: AsyncSession, *, older_than: datetime, now: datetime, limit: int
) -> list[PreviewDue]:
    """The next *limit* to preview; *older_than* and *now* are wall times. Everybody's.

    Whatever of it was observed after the preview may have changed it: a customer is observed again
    when its balance, a discount, a tax id or a pending item changes (`ingest/events.py`). Those
    come first, and what is only old last.
    """
    link, charge, failure = MembershipSubscription, UpcomingCharge, PreviewFailure
    seen = col(charge.observed_at)
    changed = or_(
        seen.is_(None),
        seen < col(Membership.observed_at),
        seen < col(Customer.observed_at),
        seen < col(Plan.observed_at),
        col(charge.customer_id) != col(Customer.id),
    )
    statement = (
        _charged(select(col(link.stripe_subscription_id), Membership, Customer))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .outerjoin(charge, _same_subscription(col(charge.stripe_subscription_id)))
        .outerjoin(failure, _same_subscription(col(failure.stripe_subscription_id)))
        .where(
            or_(changed, seen < older_than),
            or_(col(failure.retry_at).is_(None), col(failure.retry_at) <= now),
        )
        .order_by(case((changed, 0), else_=1), col(Membership.current_period_end))
        .limit(limit)
    )
    return [PreviewDue(*row) for row in (await session.execute(statement)).all()]


def _charged(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Subscriptions whose charge is previewed, with their memberships and customers."""
    link = MembershipSubscription
    return (
        statement.select_from(link)
        .join(Membership, col(Membership.id) == col(link.membership_id))
        .join(Customer, col(Customer.id) == col(Membership.customer_id))
        .where(col(link.until_at).is_(None), col(Customer.deleted_at).is_(None), is_previewed())
    )


def _same_subscription(other: SQLColumnExpression[str]) -> ColumnElement[bool]:
    return other == col(MembershipSubscription.stripe_subscription_id)


def is_previewed() -> ColumnElement[bool]:
    """Whether a charge is to come, or would on resuming; the SQL side of `rules.previewed_at`."""
    row = Membership
    status = col(row.stripe_status)
    due = case(
        (status == "trialing", func.coalesce(col(row.trial_end_at), col(row.current_period_end))),
        else_=col(row.current_period_end),
    )
    period_end = func.coalesce(col(row.current_period_end), col(row.trial_end_at))
    arranged = case((col(row.cancel_at_period_end), period_end), else_=None)
    end = func.coalesce(col(row.cancel_at), arranged)
    # A failed renewal takes precedence over a pause, as in `rules.is_paused`.
    paused = and_(status != "past_due", col(row.pause_behavior) != "")
    pauses_at, since = col(row.pauses_at), func.coalesce(col(row.resumes_at), col(row.paused_at))
    renews = and_(
        status.in_(_RENEWING),
        ~paused,
        due.is_not(None),
        or_(end.is_(None), due < end),
        or_(pauses_at.is_(None), due < pauses_at),
    )
    resumes = and_(status == "paused", end.is_(None), since.is_not(None))
    return and_(col(row.source) == MembershipSource.SUBSCRIPTION, or_(renews, resumes))


async def pointless_previews(session: AsyncSession, *, limit: int) -> Sequence[UpcomingCharge]:
    """Of subscriptions that will not be charged any more, as things stand."""
    charged = _charged(select(col(MembershipSubscription.stripe_subscription_id)))
    charge = UpcomingCharge
    statement = (
        select(charge).where(col(charge.stripe_subscription_id).not_in(charged)).limit(limit)
    )
    return (await session.scalars(statement)).all()


async def previews_of(
    session: AsyncSession, actor: Actor, membership_ids: Sequence[str]
) -> dict[str, UpcomingCharge]:
    """By membership, what the actor will be charged next for it."""
    if not membership_ids:
        return {}
    link = MembershipSubscription
    statement = (
        charges_of(actor)
        .join(link, _same_subscription(col(UpcomingCharge.stripe_subscription_id)))
        .where(col(link.membership_id).in_(membership_ids), col(link.until_at).is_(None))
        .add_columns(col(link.membership_id))
    )
    return {row[1]: row[0] for row in await session.execute(statement)}
