"""“That was not me”: whoever reads the mailbox on file takes a declaration back."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations import repository
from portal_app.declarations.errors import UndoOver
from portal_app.declarations.models import Declaration, Finding
from portal_app.declarations.rules.links import can_be_undone
from portal_app.identity.codes import keyed
from portal_app.intents.errors import Waiting
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.kit.clock import wall_now
from portal_app.memberships.service import KEEP, keep_declared, withdraw_declared_exit


async def behind_undo(session: AsyncSession, token: str) -> Declaration:
    """What a link is about, taken back or not; raises UndoOver. Uses nothing up."""
    row = await repository.by_undo(session, keyed(token))
    if row is None or not (row.undone_at is not None or can_be_undone(row, wall_now())):
        raise UndoOver
    return row


async def undo(desk: Desk, token: str) -> None:
    """Take it back; once more is no error. Raises UndoOver, and as `Desk.carry_out`."""
    async with desk.database().reading() as session:
        row = await behind_undo(session, token)
    if row.undone_at is not None:
        return
    if row.finding is Finding.SCHEDULED:
        await _keep(desk, token)
        return
    async with desk.database().unit_of_work() as session:
        # Whoever declared it may have done so several times: none of them may end it by itself.
        twins = await repository.lock_withdrawals(session, row.membership_id or "")
        for one in [await _locked(session, token), *twins]:
            _take_back(one)


async def _keep(desk: Desk, token: str) -> None:
    async with desk.database().unit_of_work() as session:
        row = await _locked(session, token)
        membership_id = row.membership_id or ""
        if await withdraw_declared_exit(session, membership_id, reference=row.reference):
            _take_back(row)
            return

    async def record(session: AsyncSession) -> Intent:
        row = await _locked(session, token)
        intent = await keep_declared(session, row.membership_id or "", reference=row.reference)
        _take_back(row)
        return intent

    # Waiting means that it is kept, and that the loop of intents passes it on.
    with suppress(Waiting):
        await desk.carry_out(KEEP, record, queues=True)


async def _locked(session: AsyncSession, token: str) -> Declaration:
    row = await repository.by_undo(session, keyed(token), lock=True)
    if row is None or not can_be_undone(row, wall_now()):
        raise UndoOver
    return row


def _take_back(row: Declaration) -> None:
    row.undone_at = wall_now()
    row.resolved_at, row.resolution = row.undone_at, "Its holder says that it was not them."
