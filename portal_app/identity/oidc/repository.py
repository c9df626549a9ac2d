"""All SQL of accounts elsewhere and of the ways there and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.identity.models import Identity, OidcAttempt


async def identity_of(session: AsyncSession, issuer: str, subject: str) -> Identity | None:
    query = select(Identity).where(col(Identity.issuer) == issuer, col(Identity.subject) == subject)
    return (await session.scalars(query)).one_or_none()


async def identities_of(session: AsyncSession, person_id: str) -> Sequence[Identity]:
    query = select(Identity).where(col(Identity.person_id) == person_id)
    return (await session.scalars(query.order_by(col(Identity.created_at)))).all()


async def attempt_by_state(session: AsyncSession, state_digest: str) -> OidcAttempt | None:
    query = select(OidcAttempt).where(col(OidcAttempt.state_digest) == state_digest)
    return (await session.scalars(query)).one_or_none()


async def use_once(session: AsyncSession, attempt_id: str, now: datetime) -> bool:
    """Mark the attempt as used; False when somebody was faster."""
    done = await session.execute(
        update(OidcAttempt)
        .where(col(OidcAttempt.id) == attempt_id, col(OidcAttempt.used_at).is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", done).rowcount == 1
