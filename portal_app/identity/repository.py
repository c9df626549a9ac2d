"""All SQL of identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.identity.models import (
    EmailAddress,
    LoginCode,
    LoginSession,
    Person,
    SignInRemoval,
)
from portal_app.kit.db import database

_SESSION_BY_TOKEN: Executable = (
    select(
        col(LoginSession.id).label("session_id"),
        col(LoginSession.person_id).label("person_id"),
        col(LoginSession.last_seen_at).label("last_seen_at"),
        col(LoginSession.expires_at).label("expires_at"),
        col(LoginSession.revoked_at).label("revoked_at"),
        col(Person.locale).label("locale"),
        col(Person.zone).label("zone"),
        col(EmailAddress.address).label("email"),
    )
    .join(Person, col(Person.id) == col(LoginSession.person_id))
    .join(
        EmailAddress,
        and_(
            col(EmailAddress.person_id) == col(LoginSession.person_id),
            col(EmailAddress.is_primary).is_(True),
        ),
    )
    .where(col(LoginSession.token_digest) == bindparam("token_digest"))
)


async def session_by_token(token_digest: str) -> Mapping[str, Any] | None:
    """The session's row with its person's locale and address, on the hot read path."""
    row = await database().read_one(_SESSION_BY_TOKEN, {"token_digest": token_digest})
    return cast("Mapping[str, Any] | None", row)


async def newest_request(
    session: AsyncSession, browser_digest: str, address_key: str | None = None
) -> LoginCode | None:
    """What this browser asked for last (for that address, if given)."""
    query = select(LoginCode).where(col(LoginCode.browser_digest) == browser_digest)
    if address_key is not None:
        query = query.where(col(LoginCode.address_key) == address_key)
    newest_first = query.order_by(col(LoginCode.created_at).desc(), col(LoginCode.id).desc())
    return (await session.execute(newest_first.limit(1))).scalar_one_or_none()


async def request_by_link(session: AsyncSession, link_digest: str) -> LoginCode | None:
    query = select(LoginCode).where(col(LoginCode.link_digest) == link_digest)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_request(session: AsyncSession, request: LoginCode) -> None:
    """Read *request* anew; nobody else changes it until the unit of work ends."""
    await session.refresh(request, with_for_update=True)


async def void_open_requests(
    session: AsyncSession, *, address_key: str, browser_digest: str, now: datetime
) -> None:
    """End what the same browser asked for the same address before."""
    await session.execute(
        update(LoginCode)
        .where(
            col(LoginCode.address_key) == address_key,
            col(LoginCode.browser_digest) == browser_digest,
            col(LoginCode.used_at).is_(None),
            col(LoginCode.voided_at).is_(None),
        )
        .values(voided_at=now)
    )


async def use_once(session: AsyncSession, login_code_id: str, now: datetime) -> bool:
    """Mark the request as used; False when somebody was faster."""
    done = await session.execute(
        update(LoginCode)
        .where(col(LoginCode.id) == login_code_id, col(LoginCode.used_at).is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", done).rowcount == 1


async def address_row(session: AsyncSession, address_key: str) -> EmailAddress | None:
    query = select(EmailAddress).where(col(EmailAddress.address_key) == address_key)
    return (await session.execute(query)).scalar_one_or_none()


async def addresses_of(session: AsyncSession, person_id: str) -> Sequence[EmailAddress]:
    query = (
        select(EmailAddress)
        .where(col(EmailAddress.person_id) == person_id)
        .order_by(col(EmailAddress.is_primary).desc(), col(EmailAddress.verified_at))
    )
    return (await session.execute(query)).scalars().all()


async def zone_of_address(session: AsyncSession, address_key: str) -> str:
    """The zone of the account that has the address; empty without either."""
    query = (
        select(col(Person.zone))
        .join(EmailAddress, col(EmailAddress.person_id) == col(Person.id))
        .where(col(EmailAddress.address_key) == address_key)
    )
    return (await session.scalars(query)).one_or_none() or ""


async def keep_first_zone(session: AsyncSession, person_id: str, zone: str) -> None:
    """Unless they have one."""
    without = update(Person).where(col(Person.id) == person_id, col(Person.zone) == "")
    await session.execute(without.values(zone=zone))


async def open_sessions_of(
    session: AsyncSession, person_id: str, *, now: datetime, seen_after: datetime
) -> Sequence[LoginSession]:
    query = (
        select(LoginSession)
        .where(
            col(LoginSession.person_id) == person_id,
            col(LoginSession.revoked_at).is_(None),
            col(LoginSession.expires_at) > now,
            col(LoginSession.last_seen_at) > seen_after,
        )
        .order_by(col(LoginSession.last_seen_at).desc())
    )
    return (await session.execute(query)).scalars().all()


async def mark_seen(session: AsyncSession, session_id: str, now: datetime) -> None:
    await session.execute(
        update(LoginSession).where(col(LoginSession.id) == session_id).values(last_seen_at=now)
    )


async def revoke_token(session: AsyncSession, token_digest: str, now: datetime) -> None:
    await session.execute(
        update(LoginSession)
        .where(
            col(LoginSession.token_digest) == token_digest, col(LoginSession.revoked_at).is_(None)
        )
        .values(revoked_at=now)
    )


async def revoke_all_of(
    session: AsyncSession, person_id: str, now: datetime, *, but: str = ""
) -> None:
    """End the person's sessions, all *but* the one of that id."""
    await session.execute(
        update(LoginSession)
        .where(
            col(LoginSession.person_id) == person_id,
            col(LoginSession.revoked_at).is_(None),
            col(LoginSession.id) != but,
        )
        .values(revoked_at=now)
    )


async def revoke_one(session: AsyncSession, person_id: str, session_id: str, now: datetime) -> bool:
    """False when the person has no such session, or not any more."""
    done = await session.execute(
        update(LoginSession)
        .where(
            col(LoginSession.id) == session_id,
            col(LoginSession.person_id) == person_id,
            col(LoginSession.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )
    return cast("CursorResult[Any]", done).rowcount == 1


async def lock_person(session: AsyncSession, person_id: str) -> None:
    """Nobody else changes the person's addresses until the unit of work ends."""
    await session.get_one(Person, person_id, with_for_update=True)


async def primary_row(session: AsyncSession, person_id: str) -> EmailAddress:
    query = select(EmailAddress).where(
        col(EmailAddress.person_id) == person_id, col(EmailAddress.is_primary).is_(True)
    )
    return (await session.scalars(query)).one()


def note_removal(
    session: AsyncSession, person_id: str, now: datetime, *, address: str = ""
) -> None:
    """Something signs the person in no more, whose row is about to go."""
    session.add(SignInRemoval(person_id=person_id, removed_at=now, address=address))
