"""What became of what a declaration asked the provider for: done, or for whoever sells to see to.

The provider may answer days later, or never: then nothing goes on saying that it is done.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations import repository
from portal_app.declarations.models import Declaration, DeclarationKind, Finding
from portal_app.declarations.service.handling import ENDS, tell_seller
from portal_app.intents.models import IntentOutcome
from portal_app.intents.queueing import WITHDRAWN
from portal_app.intents.service import Desk
from portal_app.kit.clock import wall_now
from portal_app.memberships.service import unrefunded
from portal_app.notifications.outbox import append_mail

# What became of it until the provider has answered; with that, `settle` finds it again.
UNDER_WAY: Final = "It is being carried out."
GIVEN_BACK: Final = "It ended, and what was computed went back."
# What the mail is called that tells who was told of it that it was not done.
FAILED: Final = "declaration_failed"
# In Declaration.refund: the intent that was given up, and how much did not go back.
STALLED: Final = "stalled"
UNREFUNDED: Final = "unrefunded_minor"


async def settle(desk: Desk) -> None:
    """It is done, or waits for the seller; what was given up and replayed since is done too."""
    async with desk.database().reading() as session:
        asked = await repository.asked_of_provider(session, UNDER_WAY, STALLED)
    for reference, intent in asked:
        if intent.done_at is None:
            if intent.dead_at is not None:
                await reopen(desk, reference, {STALLED: intent.id})
        elif missing := unrefunded(intent):
            await reopen(desk, reference, {UNREFUNDED: missing})
        elif intent.outcome is not IntentOutcome.REFUSED:
            await _done(desk, reference)
        elif intent.refusal != WITHDRAWN:
            await reopen(desk, reference, {})


async def reopen(desk: Desk, reference: str, why: dict[str, Any]) -> None:
    """It waits for somebody who sells; they, and who was told that it would be done, hear of it."""
    async with desk.database().unit_of_work() as session:
        row = await repository.named(session, reference)
        if row is None or row.undone_at is not None:
            return
        # What was given up and replayed since is answered: nothing is left to be replayed.
        answered = _is_stalled(row) and STALLED not in why
        if not (_is_settled(row) or answered):
            return
        row.refund = {**_without_stalled(row), **why}
        row.finding, row.resolved_at, row.resolution = Finding.REFUSED, None, ""
        await tell_seller(session, row)
        if why or not answered:
            # Otherwise they have been told the same when it was given up.
            await _tell(session, row)


def _is_settled(row: Declaration) -> bool:
    """Whether it says that it is done, or being done."""
    return row.finding is Finding.SCHEDULED or row.resolution == UNDER_WAY


def _is_stalled(row: Declaration) -> bool:
    """Whether it waits for what was given up to be replayed."""
    return STALLED in row.refund and row.resolved_at is None


def _without_stalled(row: Declaration) -> dict[str, Any]:
    return {name: value for name, value in row.refund.items() if name != STALLED}


async def _tell(session: AsyncSession, row: Declaration) -> None:
    if row.told_address:
        holder = await repository.holder_of(session, row.membership_id or "")
        append_mail(
            session,
            kind=FAILED,
            recipient=row.told_address,
            locale=(holder.locale if holder else None) or row.locale,
            payload={"declaration_id": row.id},
        )


async def _done(desk: Desk, reference: str) -> None:
    async with desk.database().unit_of_work() as session:
        row = await repository.named(session, reference)
        if row is None or row.undone_at is not None:
            return
        if row.resolution != UNDER_WAY and not _is_stalled(row):
            return
        row.refund = _without_stalled(row)
        cancels = row.kind is DeclarationKind.CANCELLATION
        row.finding = Finding.SCHEDULED if cancels else Finding.IN_TIME
        if not row.extraordinary:
            row.resolved_at, row.resolution = wall_now(), ENDS if cancels else GIVEN_BACK
