"""Which browsers an account has been signed in with, so that one it has not is told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.identity.codes import device_digest
from portal_app.identity.devices import is_new
from portal_app.identity.models import Device, LoginSession
from portal_app.kit.ids import new_id

# A private window is a new one each time; what a person really uses must not be pushed out.
MOST_DEVICES: Final = 50
_LATEST_SESSIONS: Final = 50
# In place of a device in sessions older than devices. No row has this id.
_FORGOTTEN: Final = "forgotten"


@dataclass(frozen=True, slots=True)
class Recognised:
    """*id* is the device's; *is_new* says that its owner should hear of it."""

    id: str
    is_new: bool


async def recognise(
    session: AsyncSession, person_id: str, token: str, *, user_agent: str, now: datetime
) -> Recognised:
    """The person signs in with the browser of *token*, which is known from now on."""
    digest = device_digest(token, person_id)
    known = await session.scalar(select(col(Device.id)).where(col(Device.token_digest) == digest))
    before = () if known else await _latest_sessions(session, person_id)
    device_id = await _seen(session, person_id, digest, user_agent, now)
    if known is None:
        await _drop_oldest(session, person_id)
    return Recognised(device_id, is_new=known is None and is_new(user_agent, before))


async def knows_others(session: AsyncSession, person_id: str, *, but_of: str) -> bool:
    """Whether any browser but that of session *but_of* is known, signed in or not any more."""
    other = exists().where(
        col(Device.person_id) == person_id, col(Device.id).not_in(_device_of(but_of))
    )
    return bool(await session.scalar(select(other)))


async def forget_all(session: AsyncSession, person_id: str, *, but_of: str = "") -> None:
    """Their next sign-in is told of, from wherever; not in the browser of session *but_of*."""
    here = _device_of(but_of)
    await session.execute(
        delete(Device).where(col(Device.person_id) == person_id, col(Device.id).not_in(here))
    )
    await _forget_kinds(session, person_id)


async def forget_one(
    session: AsyncSession, person_id: str, session_id: str, *, but_of: str
) -> None:
    """The browser of a session, unless it is the same as that of session *but_of*."""
    await session.execute(
        delete(Device).where(
            col(Device.person_id) == person_id,
            col(Device.id).in_(_device_of(session_id)),
            col(Device.id).not_in(_device_of(but_of)),
        )
    )
    await _forget_kinds(session, person_id)


async def _forget_kinds(session: AsyncSession, person_id: str) -> None:
    """Kinds count while no session names a device; thrown out, the same kind would come back."""
    older = col(LoginSession.person_id) == person_id, col(LoginSession.device_id) == ""
    await session.execute(
        update(LoginSession)
        .where(*older)
        .values(device_id=_FORGOTTEN)
        .execution_options(synchronize_session=False)
    )


def _device_of(session_id: str) -> Any:  # noqa: ANN401 -- a subquery of one column
    return select(col(LoginSession.device_id)).where(col(LoginSession.id) == session_id)


async def _latest_sessions(session: AsyncSession, person_id: str) -> Sequence[tuple[str, str]]:
    query = (
        select(col(LoginSession.user_agent), col(LoginSession.device_id))
        .where(col(LoginSession.person_id) == person_id)
        .order_by(col(LoginSession.created_at).desc())
        .limit(_LATEST_SESSIONS)
    )
    return [(agent, device) for agent, device in await session.execute(query)]


async def _seen(
    session: AsyncSession, person_id: str, digest: str, user_agent: str, now: datetime
) -> str:
    """The id of the device's row, which may come into being at this moment in another sign-in."""
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    latest = {"user_agent": user_agent, "last_seen_at": now}
    done = await session.execute(
        dialect.insert(Device)
        .values(
            id=new_id("dev"),
            person_id=person_id,
            token_digest=digest,
            first_seen_at=now,
            **latest,
        )
        .on_conflict_do_update(index_elements=["token_digest"], set_=latest)
        .returning(Device.id)
    )
    device_id: str = done.scalar_one()
    return device_id


async def _drop_oldest(session: AsyncSession, person_id: str) -> None:
    own = col(Device.person_id) == person_id
    newest = select(col(Device.id)).where(own).order_by(col(Device.last_seen_at).desc())
    kept = newest.limit(MOST_DEVICES)
    await session.execute(delete(Device).where(own, col(Device.id).not_in(kept)))
