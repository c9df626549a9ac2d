"""What somebody has said last of ending a membership, while the provider has not heard it yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.policies import policy_of
from portal_app.identity.actor import Author
from portal_app.intents.models import Intent
from portal_app.intents.queueing import queued_intent, withdraw
from portal_app.intents.service import asked_by, open_intents
from portal_app.kit.clock import business_now
from portal_app.kit.lookup import locked
from portal_app.memberships.errors import TooLateToKeep
from portal_app.memberships.exit_repository import cancellation_of
from portal_app.memberships.models import Cancellation, Membership
from portal_app.memberships.rules import StripeFacts, is_canceling

# Intent.kind of the two, which know each other by it.
CANCELS: Final = "canceling.cancel"
KEEPS: Final = "canceling.keep"
# The same of what keeps a membership whose transfer failed, which its holder never asked to end.
KEEPS_OLD: Final = "transfers.keep"
# Cancellation.source of what a company's program has arranged.
BY_COMPANY: Final = "api"
# Set in the payload of a cancellation that was sent, while an undo waits behind it.
TAKEN_BACK: Final = "taken_back"
# The same once it may end the membership at once: from here on nobody can take it back.
ENDING: Final = "ending"
# The same where that was decided the other way: it ends with its period, whatever comes after.
KEPT: Final = "kept"


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

    @property
    def is_final(self) -> bool:
        """Whether it is a cancellation that is sent and may have ended it already."""
        if self.intent is None or not self.cancels or self.intent.queued:
            return False
        return bool(self.intent.payload["at_once"] or self.intent.payload.get(ENDING))

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
    """The cancellation that the provider has not confirmed, if its holder may take it back."""
    if not word.cancels or word.intent is None or word.is_final:
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


async def take_back_sent(session: AsyncSession, intent_id: str) -> None:
    """Whatever has become of the period by then, this cancellation ends nothing any more.

    It has to leave something that the undo behind it can take back. Raises TooLateToKeep.
    """
    sent = await locked(session, Intent, id=intent_id)
    if sent is None or sent.done_at is not None:
        return
    if sent.payload.get(ENDING):
        raise TooLateToKeep
    sent.payload = {**sent.payload, TAKEN_BACK: True}


def let_it_end(sent: Intent) -> None:
    """The moment, under the row's lock, from which a cancellation can't be taken back.

    Or from which it ends nothing at once any more, although the undo may be taken back yet.
    """
    decided = KEPT if sent.payload.get(TAKEN_BACK) else ENDING
    sent.payload = {**sent.payload, decided: True}


def sent_again(sent: Intent) -> Intent | None:
    """The rest of a cancellation which only a "Keep" that was withdrawn since has held up.

    It comes right after the one that is being closed, and decides anew. None where nothing is left.
    """
    if not sent.payload.get(KEPT) or sent.payload.get(TAKEN_BACK):
        return None
    asked = {name: value for name, value in sent.payload.items() if name not in {KEPT, TAKEN_BACK}}
    author = Author(sent.actor_kind, sent.actor_id)
    again = asked_by(author, kind=CANCELS, about=sent.about, payload=asked)
    again.asked_at, again.queued, again.leased_until, again.attempts = sent.asked_at, True, None, 0
    return again


async def stands_again(session: AsyncSession, membership: Membership) -> bool:
    """Take back the undo that has not begun; whether a cancellation before it stands by that."""
    # Locked in the order in which it would be closed and let the undo begin.
    sent = await locked(
        session, Intent, about=membership.id, kind=CANCELS, queued=False, done_at=None, dead_at=None
    )
    waiting = await queued_intent(session, membership.id, KEEPS)
    if waiting is None:
        return False
    withdraw(waiting)
    if sent is not None:
        sent.payload = {**sent.payload, TAKEN_BACK: False}
    return sent is not None or is_canceling(StripeFacts.of(membership))


async def withdraw_all(session: AsyncSession, membership: Membership) -> None:
    """What waits to begin was said of its holder's contract, and not of whoever's it is next."""
    await withdraw_cancellation(session, membership, anyones=True)
    undo = await queued_intent(session, membership.id, KEEPS)
    if undo is not None:
        withdraw(undo)
