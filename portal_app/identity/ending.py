"""Ending sessions elsewhere. Their open tabs are strangers' from their next event on.

Their browsers are forgotten, too: whoever was thrown out and comes back is told of anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity import repository
from portal_app.identity.actor import Actor
from portal_app.identity.errors import SessionNotFound
from portal_app.identity.known_devices import forget_all, forget_one
from portal_app.identity.service import Claim
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database


async def end_one(actor: Actor, session_id: str) -> None:
    """Raises SessionNotFound, for somebody else's and an ended one as for an unknown one."""
    async with database().unit_of_work() as session:
        found = await repository.revoke_one(session, actor.person_id, session_id, wall_now())
        await forget_one(session, actor.person_id, session_id, but_of=actor.session_id)
    # Raised after that is kept: who left in time to be out already must not stay known for it.
    if not found:
        raise SessionNotFound


async def end_others(
    session: AsyncSession, actor: Actor, _facts: Mapping[str, str], _claim: Claim
) -> None:
    """All but the one in which it was approved."""
    await repository.revoke_all_of(session, actor.person_id, wall_now(), but=actor.session_id)
    await forget_all(session, actor.person_id, but_of=actor.session_id)
