"""What the seller and the time decide: approvals, holds that are over, and offers that expire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Author, write_as
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.transfers import repository
from portal_app.transfers.errors import OfferOver, TransferNotFound
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.rules import LIFETIME, STOPPABLE
from portal_app.transfers.service.telling import Step, note, tell


async def approve(db: Database, author: Author, transfer_id: str) -> Transfer:
    """The seller agrees: the offer goes out, unless a hold is still on.

    Raises TransferNotFound, and OfferOver for one that waits for nobody.
    """
    async with db.unit_of_work() as session:
        write_as(session, author)
        transfer = await _waiting(session, transfer_id)
        transfer.needs_approval = False
        await session.flush()
        if transfer.held_until is None or transfer.held_until <= business_now():
            await _send_out(session, transfer)
    return transfer


async def refuse(db: Database, author: Author, transfer_id: str) -> Transfer:
    """The seller does not agree. Raises as `approve`."""
    async with db.unit_of_work() as session:
        write_as(session, author)
        transfer = await _waiting(session, transfer_id)
        await repository.move(
            session,
            transfer,
            TransferState.REFUSED,
            among=(TransferState.REQUESTED,),
            ended_at=business_now(),
        )
        await note(session, transfer, "transfer_withdrawn")
        await tell(session, transfer, Step.REFUSED)
    return transfer


async def waiting(db: Database) -> Sequence[tuple[Transfer, str, str]]:
    """What waits for a seller, with the product's and the company's title."""
    async with db.reading() as session:
        return await repository.waiting_for_approval(session)


async def _waiting(session: AsyncSession, transfer_id: str) -> Transfer:
    transfer = await session.get(Transfer, transfer_id, with_for_update=True)
    if transfer is None:
        raise TransferNotFound
    if transfer.state is not TransferState.REQUESTED or not transfer.needs_approval:
        raise OfferOver
    return transfer


async def _send_out(session: AsyncSession, transfer: Transfer) -> None:
    now = business_now()
    if await repository.move(
        session,
        transfer,
        TransferState.OFFERED,
        among=(TransferState.REQUESTED,),
        offered_at=now,
        expires_at=now + LIFETIME,
    ):
        await tell(session, transfer, Step.OFFERED)


async def watch_transfers(db: Database) -> int:
    """Send out what was held long enough, and close what nobody answered; how many changed."""
    now = business_now()
    async with db.reading() as session:
        due = bool(
            await repository.released(session, now) or await repository.expired(session, now)
        )
    return await _work_off(db, now) if due else 0


async def _work_off(db: Database, now: datetime) -> int:
    async with db.unit_of_work() as session:
        released = await repository.released(session, now)
        for transfer in released:
            await _send_out(session, transfer)
        expired = [one for one in await repository.expired(session, now) if one not in released]
        for transfer in expired:
            await _expire(session, transfer, now)
    return len(released) + len(expired)


async def _expire(session: AsyncSession, transfer: Transfer, now: datetime) -> None:
    known = transfer.state is not TransferState.REQUESTED
    if await repository.move(
        session, transfer, TransferState.EXPIRED, among=STOPPABLE, ended_at=now
    ):
        await note(session, transfer, "transfer_expired")
        await tell(session, transfer, Step.EXPIRED, recipient=known)
