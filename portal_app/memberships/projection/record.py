"""Opening a membership's first holding, writing its history, telling its holder's pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.customers.service import announce
from portal_app.identity.actor import author_of
from portal_app.kit.clock import wall_now
from portal_app.memberships.models import Member, Membership, MembershipEvent
from portal_app.memberships.projection.happenings import Happening

TOPIC = "memberships"


def open_holding(
    session: AsyncSession, membership: Membership, customer: Customer, *, from_at: datetime
) -> None:
    """The customer's person holds it, or nobody yet while the customer is unclaimed.

    It stays open when the membership ends: its holder keeps seeing it among the past ones.
    """
    session.add(
        Member(
            membership_id=membership.id,
            person_id=customer.person_id,
            customer_id=customer.id,
            from_at=from_at,
        )
    )


def record(session: AsyncSession, membership: Membership, happenings: Iterable[Happening]) -> None:
    """Append to the history, ascribed to whoever this unit of work writes for."""
    author = author_of(session)
    for happening in happenings:
        session.add(
            MembershipEvent(
                membership_id=membership.id,
                kind=happening.kind,
                actor_kind=author.kind,
                actor_id=author.id,
                before=happening.before,
                after=happening.after,
                happened_at=happening.at,
                recorded_at=wall_now(),
            )
        )


async def announce_membership(session: AsyncSession, membership: Membership) -> None:
    """Tell the holder and whoever pays, if that is somebody else."""
    await announce_memberships(session, [membership])


async def announce_memberships(session: AsyncSession, memberships: Sequence[Membership]) -> None:
    """The same for many at once; every person is told once."""
    if not memberships:
        return
    holders = select(Member.person_id).where(
        col(Member.membership_id).in_([row.id for row in memberships]),
        col(Member.until_at).is_(None),
    )
    payers = select(Customer.person_id).where(
        col(Customer.id).in_({row.customer_id for row in memberships})
    )
    people = {*await session.scalars(holders), *await session.scalars(payers)}
    for person_id in sorted(person for person in people if person):
        announce(session, person_id, TOPIC)
