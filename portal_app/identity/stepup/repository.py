"""All SQL of step-ups. Each question names the person and the session that asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.identity.actor import Actor
from portal_app.identity.models import LoginSession, StepUp


def _of(actor: Actor) -> Select[StepUp]:
    return select(StepUp).where(
        col(StepUp.person_id) == actor.person_id, col(StepUp.session_id) == actor.session_id
    )


async def one_of(
    session: AsyncSession, actor: Actor, step_up_id: str, *, lock: bool = False
) -> StepUp | None:
    query = _of(actor).where(col(StepUp.id) == step_up_id)
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def newest_for(
    session: AsyncSession, actor: Actor, purpose: str, digest: str
) -> StepUp | None:
    """What was asked last for exactly this and has not been consumed."""
    query = _of(actor).where(
        col(StepUp.purpose) == purpose,
        col(StepUp.digest) == digest,
        col(StepUp.consumed_at).is_(None),
    )
    newest_first = query.order_by(col(StepUp.asked_at).desc(), col(StepUp.id).desc())
    return (await session.scalars(newest_first.limit(1))).one_or_none()


async def consume(
    session: AsyncSession,
    actor: Actor,
    *,
    purpose: str,
    digest: str,
    confirmed_after: datetime,
    now: datetime,
) -> bool:
    """Use up one confirmation of exactly this; False without one, or when somebody was faster."""
    usable = _of(actor).where(
        col(StepUp.purpose) == purpose,
        col(StepUp.digest) == digest,
        col(StepUp.confirmed_at) > confirmed_after,
        col(StepUp.consumed_at).is_(None),
    )
    row = (await session.scalars(usable.order_by(col(StepUp.id)).limit(1))).one_or_none()
    if row is None:
        return False
    done = await session.execute(
        update(StepUp)
        .where(col(StepUp.id) == row.id, col(StepUp.consumed_at).is_(None))
        .values(consumed_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", done).rowcount == 1


async def replace_token(session: AsyncSession, session_id: str, token_digest: str) -> None:
    """The session goes on under another token; the one before opens nothing from now on."""
    await session.execute(
        update(LoginSession)
        .where(col(LoginSession.id) == session_id, col(LoginSession.revoked_at).is_(None))
        .values(token_digest=token_digest)
    )
