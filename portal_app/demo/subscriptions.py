"""From the sandbox's subscriptions to this portal's memberships, and back."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import col, or_, select

from portal_app.kit.db import Database
from portal_app.memberships.models import Member, MembershipSubscription


async def member_ids(database: Database, subscriptions: Iterable[str]) -> dict[str, str]:
    """The open holding (`mber_…`) of each of these subscriptions, as far as there is one."""
    statement = (
        select(MembershipSubscription.stripe_subscription_id, Member.id)
        .join(Member, col(Member.membership_id) == MembershipSubscription.membership_id)
        .where(col(MembershipSubscription.stripe_subscription_id).in_(set(subscriptions)))
        .where(col(Member.until_at).is_(None))
    )
    async with database.reading() as session:
        rows = (await session.execute(statement)).all()
    return {row[0]: row[1] for row in rows}


async def subscription_of(database: Database, named: str) -> str:
    """The running subscription of a membership (`mem_…`, `mber_…`); any other text as it is."""
    if not named.startswith(("mem_", "mber_")):
        return named
    link = MembershipSubscription
    statement = (
        select(link.stripe_subscription_id)
        .join(Member, col(Member.membership_id) == link.membership_id)
        .where(or_(col(Member.id) == named, col(link.membership_id) == named))
        .order_by(col(link.until_at).is_not(None), col(link.from_at).desc())
    )
    async with database.reading() as session:
        found = (await session.execute(statement.limit(1))).scalars().first()
    return found or named
