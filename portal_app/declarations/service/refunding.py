"""Carrying a withdrawal out: when whoever sells says so, or by itself where its policy does."""

from __future__ import annotations

import logging
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations import repository
from portal_app.declarations.errors import NothingToGiveBack
from portal_app.declarations.models import Declaration, Finding
from portal_app.declarations.rules.withdrawal import GRACE, is_due, without_automatic
from portal_app.declarations.service.handling import tell_seller
from portal_app.declarations.service.waiting import open_declaration
from portal_app.identity.actor import SYSTEM, Author
from portal_app.intents.errors import Waiting
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.service import Desk
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import PortalError
from portal_app.memberships import exit_repository
from portal_app.memberships.errors import NothingToCancel
from portal_app.memberships.service import WITHDRAW, unrefunded, withdraw_declared
from portal_app.notifications.models import OutboxMessage
from portal_app.provider.errors import RefusedByProvider

log = logging.getLogger(__name__)
# What became of it until the provider has answered; with that, `_settle` finds it again.
UNDER_WAY: Final = "It is being carried out."


async def give_back(
    desk: Desk, author: Author, reference: str, company_id: str | None = None
) -> None:
    """End what a withdrawal is about at once, and refund what was computed.

    With a company only one of its own. Raises DeclarationNotFound, AlreadyResolved,
    NothingToGiveBack and NothingToCancel, and as `Desk.carry_out`; that the provider
    is away is no reason to say it again.
    """

    async def record(session: AsyncSession) -> Intent:
        row = await _open(session, reference, company_id)
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
        await _reopened(desk, reference)
        raise
    await _settle(desk)


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
    await _settle(desk)
    return len(due)


async def _settle(desk: Desk) -> None:
    """What the provider has answered to: it is done, or waits for the seller again."""
    async with desk.database().reading() as session:
        ended = await repository.carried_out(session, UNDER_WAY)
    for reference, intent in ended:
        missing = unrefunded(intent)
        if missing or intent.outcome is IntentOutcome.REFUSED:
            await _reopened(desk, reference, missing)
        else:
            await _done(desk, reference)


async def _done(desk: Desk, reference: str) -> None:
    async with desk.database().unit_of_work() as session:
        row = await repository.named(session, reference)
        if row is not None and row.resolution == UNDER_WAY:
            row.resolution = "It ended, and what was computed went back."


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


async def _reopened(desk: Desk, reference: str, missing: int = 0) -> None:
    """It waits again, for somebody who does it at the provider, or only gives *missing* back."""
    async with desk.database().unit_of_work() as session:
        row = await repository.named(session, reference.strip().upper())
        if row is not None and row.resolution == UNDER_WAY:
            if missing:
                row.refund = {**row.refund, "unrefunded_minor": missing}
            row.finding, row.resolved_at, row.resolution = Finding.REFUSED, None, ""
            await tell_seller(session, row)


async def _open(session: AsyncSession, reference: str, company_id: str | None) -> Declaration:
    row = await open_declaration(session, company_id, reference)
    if row.finding is not Finding.IN_TIME:
        raise NothingToGiveBack
    holding = await exit_repository.open_holding(session, row.membership_id or "")
    if holding is None or holding.id != row.member_id:
        raise NothingToGiveBack  # It was handed on: the contract is somebody else's now.
    return row
