"""The company's declarations that wait, each with the memberships that may be meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations.models import Declaration
from portal_app.declarations.repository import candidates
from portal_app.declarations.service import UNDECIDED, list_waiting, resolve
from portal_app.identity.actor import CompanyCreator
from portal_app.kit.errors import InvalidInput
from portal_app.studio.home.repository import sold_among
from portal_app.studio.home.service import Sold, decided

# What is shown at once, the oldest first; the next ones follow when these are decided.
SHOWN: Final = 20
LONGEST_REASON: Final = 500


class NoReason(InvalidInput):
    def __init__(self) -> None:
        super().__init__("Say why, so that it can be looked up later.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """*about* is the membership it was found to be about, *candidates* those that may be meant."""

    declaration: Declaration
    about: Sold | None
    candidates: Sequence[Sold]

    @property
    def is_undecided(self) -> bool:
        return self.declaration.finding in UNDECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """*more* says that there are more than are shown."""

    waiting: Sequence[Waiting]
    more: bool


async def count_declared(session: AsyncSession, company_id: str) -> int:
    """How many wait, up to one more than a page shows."""
    return len(await list_waiting(session, company_id, SHOWN + 1))


async def queue_of(session: AsyncSession, creator: CompanyCreator, now: datetime) -> Queue:
    rows = await list_waiting(session, creator.company_id, SHOWN + 1)
    meant = {row.id: await _ids(session, row) for row in rows[:SHOWN]}
    wanted = {one for ids in meant.values() for one in ids}
    sold = await sold_among(session, creator.company_id, sorted(wanted))
    found = {
        one.row.holding.membership.id: one for one in await decided(session, creator, sold, now)
    }
    return Queue(
        waiting=[
            Waiting(
                declaration=row,
                about=found.get(row.membership_id or ""),
                candidates=[found[one] for one in meant[row.id] if one in found]
                if row.finding in UNDECIDED
                else [],
            )
            for row in rows[:SHOWN]
        ],
        more=len(rows) > SHOWN,
    )


async def _ids(session: AsyncSession, row: Declaration) -> list[str]:
    known = [row.membership_id] if row.membership_id else []
    if row.finding not in UNDECIDED:
        return known
    found = await candidates(session, row.company_id, row.address_key)
    return [*known, *(one.membership_id for one in found if one.membership_id not in known)]


async def refuse(
    session: AsyncSession, creator: CompanyCreator, reference: str, reason: str
) -> None:
    """Take it off the list and keep why. Raises NoReason, and as `open_declaration`."""
    said = reason.strip()[:LONGEST_REASON]
    if not said:
        raise NoReason
    await resolve(session, reference, said, creator.company_id)
