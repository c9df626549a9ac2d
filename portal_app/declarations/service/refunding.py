"""Carrying a withdrawal out: when whoever sells says so, or by itself where its policy does."""

from __future__ import annotations

import logging

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations import repository
from portal_app.declarations.errors import GivenUp, NothingToGiveBack
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.rules.withdrawal import GRACE, is_due, without_automatic
from portal_app.declarations.service.handling import tell_seller
from portal_app.declarations.service.settling import STALLED, UNDER_WAY, UNREFUNDED, settle
from portal_app.declarations.service.waiting import open_declaration
from portal_app.identity.actor import SYSTEM, Author
from portal_app.intents.errors import Waiting
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import PortalError
from portal_app.memberships import exit_repository
from portal_app.memberships.errors import NothingToCancel
from portal_app.memberships.service import WITHDRAW, withdraw_declared
from portal_app.notifications.models import OutboxMessage
from portal_app.provider.errors import RefusedByProvider

log = logging.getLogger(__name__)


async def give_back(
    desk: Desk, author: Author, reference: str, company_id: str | None = None
) -> Declaration:
    """End what a withdrawal is about at once, and refund what was computed; what became of it.

    It may be under way, where the provider doesn't answer, or wait again, where it refused to give
    something back. What was refused as a whole can be tried again.

    With a company only one of its own. Raises DeclarationNotFound, AlreadyResolved,
    NothingToGiveBack and NothingToCancel, and as `Desk.carry_out`; GivenUp where it is to be
    replayed. That the provider is away is no reason to say it again.
    """

    async def record(session: AsyncSession) -> Intent:
        row = await _open(session, reference, company_id)
        row.finding = Finding.IN_TIME
        intent = await withdraw_declared(
            session,
            author,
            row.membership_id or "",
            reference=row.reference,
            kept=row.refund["kept_minor"],
        )
        row.resolved_at, row.resolution = wall_now(), UNDER_WAY
        return intent

    try:
        await desk.carry_out(WITHDRAW, record)
    except Waiting:
        pass  # It is done; the loop of intents passes it on.
    except RefusedByProvider:
        await settle(desk)
        raise
    await settle(desk)
    async with desk.database().reading() as session:
        return await repository.read(session, reference)


async def give_back_what_is_due(desk: Desk) -> int:
    """Where the policy says so and nobody took it back in time; how many there were."""
    async with desk.database().reading() as session:
        rows = await repository.open_withdrawals(session)
    due = [row for row in rows if is_due(row.refund, wall_now())]
    for row in due:
        if not await _had_time(desk, row):
            continue
        try:
            await give_back(desk, SYSTEM, row.reference)
        except (NothingToCancel, NothingToGiveBack):
            await _left_to_seller(desk, row.reference)
        except PortalError:
            fields = {"declaration": row.id}
            log.exception("a withdrawal could not be carried out", extra={"fields": fields})
    await settle(desk)
    return len(due)


async def _had_time(desk: Desk, row: Declaration) -> bool:
    """Whether the mail to the address on file went out long enough ago.

    While it waits, nobody could say that it was not them; one that never arrives leaves it to the
    seller.
    """
    async with desk.database().reading() as session:
        mail = await session.get(OutboxMessage, str(row.refund.get("told_by", "")))
    if mail is None:
        return True
    if mail.sent_at is None and mail.dead_at is not None:
        await _left_to_seller(desk, row.reference)
    return mail.sent_at is not None and mail.sent_at + GRACE <= wall_now()


async def _left_to_seller(desk: Desk, reference: str) -> None:
    """Nothing runs any more, or somebody else holds it: another try would find the same."""
    async with desk.database().unit_of_work() as session:
        row = await repository.named(session, reference)
        if row is not None and row.resolved_at is None:
            row.refund = without_automatic(row.refund)
            await tell_seller(session, row)


def can_be_given_back(row: Declaration) -> bool:
    """A withdrawal in time; what was refused as a whole can be tried again."""
    again = row.finding is Finding.REFUSED and UNREFUNDED not in row.refund
    withdrawal = row.kind is DeclarationKind.WITHDRAWAL
    return withdrawal and (again or row.finding is Finding.IN_TIME)


async def _open(session: AsyncSession, reference: str, company_id: str | None) -> Declaration:
    row = await open_declaration(session, company_id, reference)
    if not can_be_given_back(row):
        raise NothingToGiveBack
    if STALLED in row.refund:
        raise GivenUp(row.refund[STALLED])
    holding = await exit_repository.open_holding(session, row.membership_id or "")
    if holding is None or holding.id != row.member_id:
        raise NothingToGiveBack  # It was handed on: the contract is somebody else's now.
    return row
