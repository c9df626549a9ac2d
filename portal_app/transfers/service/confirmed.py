"""Where the confirmation of a transfer is: for either holding, the one before and the one after."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.memberships.models import Member
from portal_app.transfers import repository
from portal_app.transfers.models import TransferState


async def confirmation_of(session: AsyncSession, member_id: str) -> str:
    """Of the transfer that ended a holding, for who has found it as theirs; empty without one."""
    transfer = await repository.newest_of_holding(session, member_id)
    if transfer is None or transfer.state is not TransferState.COMPLETED:
        return ""
    return confirmation_path(transfer.id)


async def confirmation_of_taking(session: AsyncSession, holding: Member) -> str:
    """Of the transfer that a holding came of, for who has found it as theirs; empty without one."""
    transfer = await repository.that_began(session, holding)
    return confirmation_path(transfer.id) if transfer else ""


def confirmation_path(transfer_id: str) -> str:
    return f"/confirmations/{transfer_id}/"
