"""Whose memberships become whose, when a person proves an address or an operator says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.customers.service import announce, link_unclaimed
from portal_app.identity.actor import ActorKind
from portal_app.kit.clock import wall_now
from portal_app.memberships.models import Member, MembershipEvent


async def claim(
    session: AsyncSession, *, person_id: str, address_key: str, now: datetime
) -> list[str]:
    """Link every unclaimed customer with this proven address, and the holdings that wait for it.

    Meant for every sign-in, as customers may be imported after the address was proved. Returns
    the ids of the memberships that the person got; *now* is business time.
    """
    customers = await link_unclaimed(session, person_id=person_id, address_key=address_key, now=now)
    got: list[str] = []
    for customer in customers:
        got += await _take_waiting(
            session, customer, ActorKind.CUSTOMER, person_id=person_id, now=now
        )
    if got:
        announce(session, person_id, "memberships")
    return got


async def link_customer(
    session: AsyncSession, customer: Customer, *, person_id: str, now: datetime
) -> list[str]:
    """An operator says whose a customer is, also when it is somebody else's already.

    Open holdings of another person on this customer end and new ones begin, so that the old
    `mber_` ids stop opening anything. Returns the ids of the memberships concerned.
    """
    former = customer.person_id
    if former == person_id:
        return await _take_waiting(
            session, customer, ActorKind.OPERATOR, person_id=person_id, now=now
        )
    customer.person_id = person_id
    customer.claimed_at = now
    got = await _take_waiting(session, customer, ActorKind.OPERATOR, person_id=person_id, now=now)
    if former is not None:
        got += await _take_over(session, customer, former=former, person_id=person_id, now=now)
    for person in (former, person_id):
        announce(session, person, "customers")
        announce(session, person, "memberships")
    return got


async def _take_waiting(
    session: AsyncSession, customer: Customer, actor: ActorKind, *, person_id: str, now: datetime
) -> list[str]:
    """Fill the person into holdings that have none; they keep their ids."""
    holdings = await _open_holdings(session, customer, person_id=None)
    for holding in holdings:
        holding.person_id = person_id
        _record(session, holding, "claimed", actor=actor, now=now)
    return [holding.membership_id for holding in holdings]


async def _take_over(
    session: AsyncSession, customer: Customer, *, former: str, person_id: str, now: datetime
) -> list[str]:
    holdings = await _open_holdings(session, customer, person_id=former)
    for holding in holdings:
        holding.until_at = now
    await session.flush()  # at most one open holding each: the old ones end first
    for holding in holdings:
        fresh = Member(
            membership_id=holding.membership_id,
            person_id=person_id,
            customer_id=customer.id,
            from_at=now,
        )
        session.add(fresh)
        _record(session, fresh, "linked", actor=ActorKind.OPERATOR, now=now, former=former)
    return [holding.membership_id for holding in holdings]


async def _open_holdings(
    session: AsyncSession, customer: Customer, *, person_id: str | None
) -> Sequence[Member]:
    statement = (
        select(Member)
        .where(
            Member.customer_id == customer.id,
            col(Member.until_at).is_(None),
            col(Member.person_id).is_not_distinct_from(person_id),
        )
        .order_by(Member.id)
        .with_for_update()
    )
    return (await session.execute(statement)).scalars().all()


def _record(
    session: AsyncSession,
    holding: Member,
    kind: str,
    *,
    actor: ActorKind,
    now: datetime,
    former: str | None = None,
) -> None:
    session.add(
        MembershipEvent(
            membership_id=holding.membership_id,
            kind=kind,
            actor_kind=actor,
            actor_id=holding.person_id or "" if actor is ActorKind.CUSTOMER else "",
            before={"person_id": former},
            after={"person_id": holding.person_id, "member_id": holding.id},
            happened_at=now,
            recorded_at=wall_now(),
        )
    )
