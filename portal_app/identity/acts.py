"""What is done as soon as its code is confirmed: changes of the account itself.

Other domains' pages are gone back to instead, and do it themselves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.identity.oidc.service import remove_method
from portal_app.identity.stepup import Approval, Purpose, require_step_up
from portal_app.kit.db import database

Act: TypeAlias = Callable[[AsyncSession, Actor, Mapping[str, str]], Awaitable[None]]
ACTS: Final[Mapping[Purpose, Act]] = {
    Purpose.REMOVE_METHOD: remove_method,
}


async def carry_out(actor: Actor, approval: Approval) -> None:
    """Do what was approved, where it is one of these; raises what the act does."""
    act = ACTS.get(approval.purpose)
    if act is None:
        return
    async with database().unit_of_work() as session:
        await require_step_up(session, actor, approval)
        await act(session, actor, approval.facts)
