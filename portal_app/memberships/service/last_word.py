"""What somebody has said last of ending a membership, while the provider has not heard it yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.policies import policy_of
from portal_app.intents.models import Intent
from portal_app.intents.queueing import queued_intent, withdraw
from portal_app.intents.service import open_intents
from portal_app.kit.clock import business_now
from portal_app.memberships.exit_repository import cancellation_of
from portal_app.memberships.models import Cancellation, Membership
from portal_app.memberships.rules import StripeFacts

# Intent.kind of the two, which know each other by it.
CANCELS: Final = "canceling.cancel"
KEEPS: Final = "canceling.keep"
# The same of what keeps a membership whose transfer failed, which its holder never asked to end.
KEEPS_OLD: Final = "transfers.keep"
# Cancellation.source of what a company's program has arranged.
BY_COMPANY: Final = "api"


@dataclass(frozen=True, slots=True)
class LastWord:
    """*intent* cancels, keeps, or is None where nothing of both waits; *busy* says what else does.

    Of two that wait, the one that has not begun came later.
    """

    intent: Intent | None = None
    busy: bool = False

    @property
    def cancels(self) -> bool:
        return self.intent is not None and self.intent.kind == CANCELS

    @property
    def keeps(self) -> bool:
        return self.intent is not None and self.intent.kind in {KEEPS, KEEPS_OLD}

    @property
    def queued(self) -> bool:
        return self.intent is not None and self.intent.queued

    def facts(self, facts: StripeFacts) -> StripeFacts:
        """As they will be when the provider has heard that it is kept."""
        return replace(facts, cancel_at_period_end=False, cancel_at=None) if self.keeps else facts


async def last_word(session: AsyncSession, membership_id: str) -> LastWord:
    waiting = await open_intents(session, [membership_id])
    said = sorted(
        (one for one in waiting if one.kind in {CANCELS, KEEPS, KEEPS_OLD}),
        key=lambda one: one.queued,
    )
    return LastWord(said[-1] if said else None, busy=bool(waiting))


async def waiting_to_undo(
    session: AsyncSession, membership: Membership, word: LastWord
) -> Cancellation | None:
    """The cancellation that the provider has not confirmed, if its holder may take it back.

    One that ends at once and was sent may have ended it already.
    """
    if not word.cancels or word.intent is None:
        return None
    if not word.queued and word.intent.payload["at_once"]:
        return None
    noted = await cancellation_of(session, word.intent.id)
    return noted if noted and await holder_may_undo(session, membership, noted) else None


async def holder_may_undo(
    session: AsyncSession, membership: Membership, noted: Cancellation
) -> bool:
    """Not what its seller has arranged, unless the seller's policy lets them."""
    if noted.source != BY_COMPANY:
        return True
    policy = await policy_of(session, membership.company_id, membership.product_id)
    return policy.cancel.undo_company_end


async def withdraw_cancellation(
    session: AsyncSession, membership: Membership, *, reference: str = "", anyones: bool = False
) -> bool:
    """Take back a cancellation that has not begun; False where there is none.

    Only the one of this *reference*, if given; *anyones* is for whoever sells the membership.
    """
    waiting = await queued_intent(session, membership.id, CANCELS)
    noted = await cancellation_of(session, waiting.id) if waiting else None
    if waiting is None or noted is None or (reference and noted.reference != reference):
        return False
    if not anyones and not await holder_may_undo(session, membership, noted):
        return False
    withdraw(waiting)
    noted.undone_at = business_now()
    return True


async def stands_again(session: AsyncSession, membership_id: str) -> bool:
    """Take back the undo that has not begun, so that the cancellation before it stands."""
    waiting = await queued_intent(session, membership_id, KEEPS)
    if waiting is not None:
        withdraw(waiting)
    return waiting is not None


async def withdraw_all(session: AsyncSession, membership: Membership) -> None:
    """What waits to begin was said of its holder's contract, and not of whoever's it is next."""
    await withdraw_cancellation(session, membership, anyones=True)
    undo = await queued_intent(session, membership.id, KEEPS)
    if undo is not None:
        withdraw(undo)
