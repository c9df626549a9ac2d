"""What is done as soon as its code is confirmed: changes of the account itself.

Other domains' pages are gone back to instead, and do it themselves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity import emails
from portal_app.identity.actor import Actor
from portal_app.identity.ending import end_others
from portal_app.identity.oidc.service import remove_method
from portal_app.identity.service import Claim
from portal_app.identity.stepup import Approval, Purpose, require_step_up
from portal_app.kit.db import database

Act: TypeAlias = Callable[[AsyncSession, Actor, Mapping[str, str], Claim], Awaitable[None]]
Next: TypeAlias = Callable[[Actor, Mapping[str, str]], Awaitable[str]]


async def _nothing(*_given: object) -> None:
    """What follows says it all."""


ACTS: Final[Mapping[Purpose, Act]] = {
    Purpose.REMOVE_METHOD: remove_method,
    Purpose.ADD_EMAIL: _nothing,
    Purpose.PROVE_EMAIL: emails.add_proved,
    Purpose.PRIMARY_EMAIL: emails.make_primary,
    Purpose.REMOVE_EMAIL: emails.remove,
    Purpose.END_SESSIONS: end_others,
}
NEXT: Final[Mapping[Purpose, Next]] = {Purpose.ADD_EMAIL: emails.ask_for_proof}


async def carry_out(actor: Actor, approval: Approval, *, claim: Claim) -> str | None:
    """Do what was approved, where it is one of these; the page that follows, if any is needed.

    Raises what the act does; then the approval is still unused.
    """
    act = ACTS.get(approval.purpose)
    if act is None:
        return None
    async with database().unit_of_work() as session:
        await require_step_up(session, actor, approval)
        await act(session, actor, approval.facts, claim)
    follow = NEXT.get(approval.purpose)
    return await follow(actor, approval.facts) if follow else None
