"""What the jobs loop makes of a declaration, once: find the membership, end it with its period.

Nobody has proved who they are, so nothing happens that could not be taken back by the holder, who
is told at the address on file. Everything else waits for whoever sells.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations import repository
from portal_app.declarations.limits import may_mail_holder, may_mail_seller
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.rules.matching import Candidate, meant, scheduled_exit
from portal_app.declarations.rules.withdrawal import without_automatic
from portal_app.declarations.service.withdrawing import compute_refund
from portal_app.intents.errors import StillUnderWay, Waiting
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.memberships.errors import NothingToCancel
from portal_app.memberships.exits import Exit
from portal_app.memberships.service import CANCEL, schedule_declared
from portal_app.notifications.outbox import append_mail

log = logging.getLogger(__name__)
# What mails to the address on file and to the owners of the company are called.
ON_FILE: Final = "declaration_on_file"
FOR_SELLER: Final = "declaration_for_seller"
# What became of what was scheduled.
ENDS: Final = "It ends with its period."
# Whoever said “that was not me” is not ended again by the next who types their address.
QUIET_AFTER_UNDO: Final = timedelta(days=90)


async def handle_declaration(desk: Desk, declaration: Declaration) -> None:
    """Raises StillUnderWay and ProviderUnavailable to be called again later."""
    if declaration.finding is not None:
        if declaration.finding is Finding.SCHEDULED:
            # An earlier try wrote it down, and may have broken off before anybody was told.
            await _tell_of_scheduled(desk, declaration)
        return
    async with desk.database().reading() as session:
        found = await _found(session, declaration)
    if isinstance(found, Finding):
        await _noted(desk, declaration, found)
    elif declaration.kind is DeclarationKind.WITHDRAWAL:
        await _withdrawn(desk, declaration, found)
    else:
        await _cancelled(desk, declaration, found)


async def _found(session: AsyncSession, declaration: Declaration) -> Candidate | Finding:
    candidates = await repository.candidates(
        session, declaration.company_id, declaration.address_key
    )
    found = meant(candidates, declaration.contract)
    since = wall_now() - QUIET_AFTER_UNDO
    if isinstance(found, Candidate) and await repository.was_taken_back(
        session, found.membership_id, since
    ):
        return Finding.TAKEN_BACK
    return found


async def _cancelled(desk: Desk, declaration: Declaration, found: Candidate) -> None:
    """Scheduled in the same unit of work as what is noted of it, so that it happens once."""
    exit_ = scheduled_exit(found.facts, wished_on=declaration.wished_on, now=business_now())
    if isinstance(exit_, Finding):
        await _noted(desk, declaration, exit_, found.membership_id)
        return

    async def record(session: AsyncSession) -> Intent:
        return await _scheduled(session, declaration, found.membership_id, exit_)

    try:
        # Waiting means that it is cancelled: the loop of intents passes it on, after what is under
        # way.
        with suppress(Waiting):
            await desk.carry_out(CANCEL, record, queues=True)
    except (StillUnderWay, ProviderUnavailable):
        raise
    except NothingToCancel:
        await _noted(desk, declaration, Finding.ENDS_ALREADY, found.membership_id)
    except PortalError:
        log.exception("a declared cancellation was refused")
        await _noted(desk, declaration, Finding.REFUSED, found.membership_id)
    else:
        await _tell_of_scheduled(desk, declaration)


async def _scheduled(
    session: AsyncSession, declaration: Declaration, membership_id: str, exit_: Exit
) -> Intent:
    intent = await schedule_declared(session, membership_id, exit_, reference=declaration.reference)
    row = await _row(session, declaration)
    await note_scheduled(session, row, membership_id, exit_)
    return intent


async def _tell_of_scheduled(desk: Desk, declaration: Declaration) -> None:
    """Not with what is written down: of that every try would count, also what is rolled back."""
    async with desk.database().unit_of_work() as session:
        await _tell_seller(session, await _row(session, declaration))


async def note_scheduled(
    session: AsyncSession, row: Declaration, membership_id: str, exit_: Exit
) -> None:
    """It ends with its period, and whoever holds it is told."""
    row.finding, row.membership_id = Finding.SCHEDULED, membership_id
    row.takes_effect_at = exit_.takes_effect_at
    if not row.extraordinary:
        row.resolved_at, row.resolution = wall_now(), ENDS
    await _tell_holder(session, row)


async def _withdrawn(desk: Desk, declaration: Declaration, found: Candidate) -> None:
    async with desk.database().unit_of_work() as session:
        row = await _row(session, declaration)
        await note_withdrawn(session, row, found.membership_id)
        if "automatic_at" not in row.refund:
            await _tell_seller(session, row)


async def note_withdrawn(session: AsyncSession, row: Declaration, membership_id: str) -> None:
    """What would go back is computed, and whoever holds it is told."""
    row.membership_id = membership_id
    row.finding = await compute_refund(session, row)
    await _tell_holder(session, row)
    if not row.told_address:
        # Nobody could take it back in time, so it does not happen by itself.
        row.refund = without_automatic(row.refund)


async def _noted(
    desk: Desk, declaration: Declaration, finding: Finding, membership_id: str | None = None
) -> None:
    async with desk.database().unit_of_work() as session:
        row = await _row(session, declaration)
        if finding is Finding.REFUSED and row.finding is Finding.SCHEDULED:
            # Its holder is told that it ends: `settle` finds it, and tells them that it does not.
            return
        row.finding, row.membership_id = finding, membership_id
        row.resolved_at = None
        await _tell_seller(session, row)


async def _row(session: AsyncSession, declaration: Declaration) -> Declaration:
    return await session.get_one(Declaration, declaration.id, with_for_update=True)


async def _tell_holder(session: AsyncSession, row: Declaration) -> None:
    holder = await repository.holder_of(session, row.membership_id or "")
    if holder is None:
        return
    row.member_id = holder.member_id
    # What ends with its period does so once, and never without its holder being told.
    ends = row.finding is Finding.SCHEDULED
    if not holder.address or not (ends or await may_mail_holder(holder.member_id)):
        return
    row.told_address = holder.address
    mail = append_mail(
        session,
        kind=ON_FILE,
        recipient=holder.address,
        locale=holder.locale or row.locale,
        payload={"declaration_id": row.id},
    )
    if row.refund:
        row.refund = {**row.refund, "told_by": mail.id}


async def _tell_seller(session: AsyncSession, row: Declaration) -> None:
    """As often as may be of what was just declared, which anybody can do without end."""
    if row.resolved_at is None and await may_mail_seller(row.company_id, row.membership_id):
        await tell_seller(session, row)


async def tell_seller(session: AsyncSession, row: Declaration) -> None:
    """Only of what waits for somebody."""
    if row.resolved_at is not None:
        return
    for address, locale in await repository.owners_of(session, row.company_id):
        append_mail(
            session,
            kind=FOR_SELLER,
            recipient=address,
            locale=locale,
            payload={"declaration_id": row.id},
        )
