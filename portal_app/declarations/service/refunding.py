"""Carrying a withdrawal out: when whoever sells says so, or by itself where its policy does."""

from __future__ import annotations

import logging

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations import repository
from portal_app.declarations.errors import AlreadyResolved, DeclarationNotFound, NothingToGiveBack
from portal_app.declarations.models import Declaration, Finding
from portal_app.declarations.rules.withdrawal import is_due
from portal_app.declarations.service.handling import tell_seller
from portal_app.identity.actor import SYSTEM, Author
from portal_app.intents.errors import Waiting
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import PortalError
from portal_app.memberships import exit_repository
from portal_app.memberships.errors import NothingToCancel
from portal_app.memberships.service import WITHDRAW, withdraw_declared
from portal_app.provider.errors import RefusedByProvider

log = logging.getLogger(__name__)


async def give_back(desk: Desk, author: Author, reference: str) -> None:
    """End what a withdrawal is about at once, and refund what was computed.

    Raises DeclarationNotFound, AlreadyResolved, NothingToGiveBack and NothingToCancel, and as
    `Desk.carry_out`; that the provider is away is no reason to say it again.
    """

    async def record(session: AsyncSession) -> Intent:
        row = await _open(session, reference)
        intent = await withdraw_declared(
            session,
            author,
            row.membership_id or "",
            reference=row.reference,
            back=row.refund["back_minor"],
        )
        row.resolved_at, row.resolution = wall_now(), "It ended, and what was computed went back."
        return intent

    try:
        await desk.carry_out(WITHDRAW, record)
    except Waiting:
        pass  # It is done; the loop of intents passes it on.
    except RefusedByProvider:
        await _refused(desk, reference)
        raise


async def give_back_what_is_due(desk: Desk) -> int:
    """Where the policy says so and nobody took it back in time; how many there were."""
    async with desk.database().reading() as session:
        rows = await repository.open_withdrawals(session)
    due = [row for row in rows if is_due(row.refund, wall_now())]
    for row in due:
        try:
            await give_back(desk, SYSTEM, row.reference)
        except (NothingToCancel, NothingToGiveBack):
            await _left_to_seller(desk, row.reference)
        except PortalError:
            fields = {"declaration": row.id}
            log.exception("a withdrawal could not be carried out", extra={"fields": fields})
    return len(due)


async def _left_to_seller(desk: Desk, reference: str) -> None:
    """Nothing runs any more, or somebody else holds it: another try would find the same."""
    async with desk.database().unit_of_work() as session:
        row = await repository.named(session, reference)
        if row is not None and row.resolved_at is None:
            row.refund = {key: sum_ for key, sum_ in row.refund.items() if key != "automatic_at"}
            await tell_seller(session, row)


async def _refused(desk: Desk, reference: str) -> None:
    """It waits again, for somebody who does it at the provider."""
    async with desk.database().unit_of_work() as session:
        row = await repository.named(session, reference)
        if row is not None:
            row.finding, row.resolved_at, row.resolution = Finding.REFUSED, None, ""
            await tell_seller(session, row)


async def _open(session: AsyncSession, reference: str) -> Declaration:
    row = await repository.named(session, reference.strip().upper())
    if row is None:
        raise DeclarationNotFound
    if row.resolved_at is not None:
        raise AlreadyResolved
    if row.finding is not Finding.IN_TIME:
        raise NothingToGiveBack
    holding = await exit_repository.open_holding(session, row.membership_id or "")
    if holding is None or holding.id != row.member_id:
        raise NothingToGiveBack  # It was handed on: the contract is somebody else's now.
    return row
