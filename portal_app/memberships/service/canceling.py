"""Cancelling: by whoever holds the membership, or by a key of the company that sells it.

It is written down first and always carried out (`ending.py`), also when the provider is away for
hours: what changes meanwhile is decided in the customer's favour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, Author, CompanyKey, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.kit.clock import business_now
from portal_app.memberships import company_repository, exit_repository, repository
from portal_app.memberships.errors import ExitChanged, MembershipNotFound, NothingToCancel
from portal_app.memberships.exits import (
    AT_ONCE,
    FEEDBACK,
    LONGEST_COMMENT,
    Exit,
    ExitKind,
    Reason,
    plan_exit,
    plan_exit_by_company,
    reason_of,
)
from portal_app.memberships.models import Cancellation, Membership
from portal_app.memberships.rules import StripeFacts
from portal_app.memberships.service.ending import CANCEL
from portal_app.memberships.service.exit_page import held_exit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """*shown* is what the customer was told; None where nobody was told anything."""

    source: str
    shown: ExitKind | None = None
    reason: Reason | None = None
    comment: str = ""


async def cancel_membership(
    desk: Desk, actor: Actor, member_id: object, *, shown: object, reason: object, comment: object
) -> None:
    """Cancel what the actor holds, as the page has said that it would end (*shown*, an ExitKind).

    *reason* and *comment* are optional; what is none of ours counts as not given.
    Raises MembershipNotFound, NothingToCancel and ExitChanged (nothing was cancelled), and as
    `Desk.carry_out`: Waiting means that it is cancelled as soon as the provider answers.
    """
    wish = Wish(
        source="page",
        shown=ExitKind(shown) if isinstance(shown, str) and shown in set(ExitKind) else None,
        reason=reason_of(reason),
        comment=_clean(comment),
    )

    async def record(session: AsyncSession) -> Intent:
        held, policy = await held_exit(session, actor, member_id, business_now())
        exit_ = plan_exit(held.facts, policy, held.as_of)
        if not exit_.is_possible:
            raise NothingToCancel
        if wish.shown is not exit_.kind:
            raise ExitChanged
        subscriptions = await repository.current_subscriptions(session, [held.row.membership.id])
        intent = _intent(author_for(actor), held.row.membership, subscriptions, exit_, wish)
        intent.payload |= {"void_unpaid": policy.void_unpaid}
        if exit_.kind is ExitKind.UNPAID:
            intent.payload |= {"unpaid": True, "owed": await _owed(session, intent.about)}
        session.add(_noted(intent, held.row.member.id, exit_, wish))
        return intent

    await desk.carry_out(CANCEL, record)


async def cancel_as_company(
    desk: Desk,
    actor: CompanyKey,
    membership_id: str,
    *,
    at_once: bool,
    reason: object = None,
    comment: object = None,
) -> None:
    """Cancel a membership of the company, at the end of what was paid for or *at_once*.

    Raises MembershipNotFound, NothingToCancel, and as `Desk.carry_out`.
    """
    wish = Wish(source="api", reason=reason_of(reason), comment=_clean(comment))

    async def record(session: AsyncSession) -> Intent:
        membership = await company_repository.of_company(session, actor.company_id, membership_id)
        if membership is None:
            raise MembershipNotFound
        facts = StripeFacts.of(membership)
        exit_ = plan_exit_by_company(facts, at_once=at_once, now=business_now())
        member_id = await exit_repository.open_holding(session, membership.id)
        subscriptions = await repository.current_subscriptions(session, [membership.id])
        if not exit_.is_possible or member_id is None:
            raise NothingToCancel
        intent = _intent(actor.author, membership, subscriptions, exit_, wish)
        intent.payload |= {"void_unpaid": True}
        if exit_.kind is ExitKind.UNPAID:
            owed = await _owed(session, membership.id)
            intent.payload |= {"unpaid": not at_once, "owed": owed}
        session.add(_noted(intent, member_id, exit_, wish))
        return intent

    await desk.carry_out(CANCEL, record)


def _intent(
    author: Author, membership: Membership, subscriptions: Sequence[str], exit_: Exit, wish: Wish
) -> Intent:
    if not subscriptions:
        raise NothingToCancel
    return asked_by(
        author,
        kind=CANCEL.kind,
        about=membership.id,
        payload={
            "subscription": subscriptions[0],
            "at_once": exit_.kind in AT_ONCE,
            "ends_at": exit_.takes_effect_at.isoformat() if exit_.takes_effect_at else None,
            "feedback": FEEDBACK[wish.reason] if wish.reason else "",
            "comment": wish.comment,
        },
    )


async def _owed(session: AsyncSession, membership_id: str) -> list[str]:
    """Every invoice that is to be taken back with it, the oldest first."""
    rows = await repository.open_invoices_of(session, membership_id)
    return [row.stripe_invoice_id for row in rows]


def _noted(intent: Intent, member_id: str, exit_: Exit, wish: Wish) -> Cancellation:
    return Cancellation(
        membership_id=intent.about,
        member_id=member_id,
        intent_id=intent.id,
        source=wish.source,
        reason=wish.reason or "",
        comment=wish.comment,
        asked_at=business_now(),
        ends_at=exit_.takes_effect_at,
    )


def _clean(comment: object) -> str:
    """One paragraph of what somebody wrote, as long as Stripe takes it."""
    text = " ".join(comment.split()) if isinstance(comment, str) else ""
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_COMMENT]
