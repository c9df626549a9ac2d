"""Somebody of the company says which membership a declaration is about; then it goes its way."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations import repository
from portal_app.declarations.errors import NothingToDecide
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.rules.matching import Candidate, scheduled_exit
from portal_app.declarations.rules.withdrawal import without_automatic
from portal_app.declarations.service.handling import note_scheduled, note_withdrawn
from portal_app.declarations.service.waiting import open_declaration
from portal_app.identity.actor import CompanyCreator
from portal_app.intents.errors import Waiting
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.kit.clock import business_now
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.exits import Exit
from portal_app.memberships.service import CANCEL, schedule_declared

# Of these nobody knows yet which membership is meant.
UNDECIDED: Final = frozenset({Finding.NONE, Finding.SEVERAL, Finding.TAKEN_BACK})


async def decide(desk: Desk, creator: CompanyCreator, reference: str, named: str) -> Finding:
    """Carry a declaration of the company's out for the running membership of it that is *named*.

    A cancellation ends it with its period, a withdrawal says what would go back; where neither is
    possible, it waits on and says why. Its holder is told. Raises DeclarationNotFound,
    AlreadyResolved, NothingToDecide, MembershipNotFound and NothingToCancel, and as
    `Desk.carry_out`.
    """
    async with desk.database().unit_of_work() as session:
        row = await _undecided(session, creator, reference)
        found = await _running(session, creator, named)
        if row.kind is DeclarationKind.WITHDRAWAL:
            await note_withdrawn(session, row, found.membership_id)
            if not creator.is_owner:
                # Only owners give money back: one of them presses the button.
                row.refund = without_automatic(row.refund)
            return row.finding or Finding.NONE
        exit_ = scheduled_exit(found.facts, wished_on=row.wished_on, now=business_now())
        if isinstance(exit_, Finding):
            row.finding, row.membership_id = exit_, found.membership_id
            return exit_
    await _end(desk, creator, reference, found.membership_id, exit_)
    return Finding.SCHEDULED


async def _end(
    desk: Desk, creator: CompanyCreator, reference: str, membership_id: str, exit_: Exit
) -> None:
    async def record(session: AsyncSession) -> Intent:
        row = await _undecided(session, creator, reference)
        intent = await schedule_declared(
            session, membership_id, exit_, reference=row.reference, author=creator.author
        )
        await note_scheduled(session, row, membership_id, exit_)
        return intent

    # Waiting means that it is cancelled, and that the loop of intents passes it on.
    with suppress(Waiting):
        await desk.carry_out(CANCEL, record)


async def _undecided(session: AsyncSession, creator: CompanyCreator, reference: str) -> Declaration:
    row = await open_declaration(session, creator.company_id, reference)
    if row.finding not in UNDECIDED:
        raise NothingToDecide
    return row


async def _running(session: AsyncSession, creator: CompanyCreator, named: str) -> Candidate:
    found = await repository.candidate(session, creator.company_id, named)
    if found is None:
        raise MembershipNotFound
    return found
