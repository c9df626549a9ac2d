"""What waits for a seller's word, for its creators and for the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import CompanyCreator
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.ids import has_prefix
from portal_app.transfers import queue_repository
from portal_app.transfers.queue_repository import WaitingRow

PER_PAGE: Final = 25
MOST_COUNTED: Final = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A page of what waits; *after* goes on behind it, empty at the end."""

    rows: Sequence[WaitingRow]
    after: str
    as_of: datetime


async def queue_of(session: AsyncSession, creator: CompanyCreator, after: object = "") -> Queue:
    """What waits for the creator's company, the oldest first."""
    now, given = business_now(), after if has_prefix(after, "trf") else ""
    found = await queue_repository.waiting_for_approval(
        session, now, company_id=creator.company_id, after=str(given), limit=PER_PAGE + 1
    )
    page = found[:PER_PAGE]
    return Queue(rows=page, after=page[-1].transfer.id if len(found) > PER_PAGE else "", as_of=now)


async def count_waiting(session: AsyncSession, company_id: str) -> int:
    """How many wait for a company's word; at most one more than MOST_COUNTED."""
    ids = await queue_repository.ids_waiting(session, company_id, business_now(), MOST_COUNTED + 1)
    return len(ids)


async def waiting(db: Database) -> Sequence[WaitingRow]:
    """What waits for a seller, whichever."""
    async with db.reading() as session:
        return await queue_repository.waiting_for_approval(session, business_now())
