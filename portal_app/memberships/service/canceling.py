"""Cancelling: by whoever holds the membership, or by a key of the company that sells it.

It is written down first and always carried out (`ending.py`), also when the provider is away for
hours, or another change of the membership still waits for it: what changes meanwhile is decided in
the customer's favour.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.policies import policy_of
from portal_app.identity.actor import SYSTEM, Actor, Author, CompanyKey, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.kit.clock import business_now
from portal_app.kit.ids import new_reference
from portal_app.memberships import company_repository, exit_repository, repository
from portal_app.memberships.errors import ExitChanged, MembershipNotFound, NothingToCancel
from portal_app.memberships.exits import (
    AT_ONCE,
    STATUTORY,
    Exit,
    ExitKind,
    Why,
    cleaned,
    gives_back,
    plan_exit,
    plan_exit_by_company,
    why,
)
from portal_app.memberships.models import Cancellation, Member
from portal_app.memberships.rules import StripeFacts
from portal_app.memberships.service.ending import CANCEL
from portal_app.memberships.service.exit_page import held_exit
from portal_app.memberships.service.last_word import BY_COMPANY, last_word, stands_again
from portal_app.memberships.service.reading import find_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """*insists* is for an end at once although it may turn out to be paid meanwhile.

    *waits* is for one that never comes before the end of the period, paid or not. *reference* is
    for what has one already.
    """

    source: str
    void_unpaid: bool = True
    insists: bool = False
    why: Why = field(default_factory=Why)
    waits: bool = False
    comment: str = ""
    reference: str = ""


async def cancel_membership(
    desk: Desk, actor: Actor, member_id: object, *, shown: object, reason: object, comment: object
) -> None:
    """Cancel what the actor holds, as the page has said that it would end (*shown*, an ExitKind).

    *reason* and *comment* are optional; what is none of ours counts as not given.
    Raises MembershipNotFound, NothingToCancel and ExitChanged (nothing was cancelled), and as
    `Desk.carry_out`: Waiting means that it is cancelled as soon as the provider answers, Queued as
    soon as an earlier change is made. Having taken it back just before, it is cancelled as before.
    """
    async with desk.database().unit_of_work() as session:
        held = await find_held(session, actor, member_id, business_now())
        if await stands_again(session, held.row.membership):
            return

    async def record(session: AsyncSession) -> Intent:
        held, policy = await held_exit(session, actor, member_id, business_now())
        word = await last_word(session, held.row.membership.id)
        exit_ = plan_exit(word.facts(held.facts), policy, held.as_of)
        if not exit_.is_possible:
            raise NothingToCancel
        if shown != exit_.kind:
            raise ExitChanged
        on_its_way = held.on_its_way is not None and gives_back(exit_.kind, policy)
        wish = Wish(
            source="page",
            void_unpaid=policy.void_unpaid or on_its_way,
            why=why(policy, reason),
            comment=cleaned(comment),
        )
        return await _written(session, author_for(actor), held.row.member, exit_, wish)

    await desk.carry_out(CANCEL, record, queues=True)


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

    async def record(session: AsyncSession) -> Intent:
        membership = await company_repository.of_company(session, actor.company_id, membership_id)
        if membership is None:
            raise MembershipNotFound
        word = await last_word(session, membership.id)
        facts = word.facts(StripeFacts.of(membership))
        exit_ = plan_exit_by_company(facts, at_once=at_once, now=business_now())
        member = await exit_repository.open_holding(session, membership.id)
        if not exit_.is_possible or member is None:
            raise NothingToCancel
        policy = (await policy_of(session, actor.company_id, membership.product_id)).cancel
        wish = Wish(
            source=BY_COMPANY,
            # Whoever is billed by invoice has had the period before it was due.
            void_unpaid=membership.collection_method != "send_invoice",
            insists=at_once,
            why=why(policy, reason),
            comment=cleaned(comment),
        )
        return await _written(session, actor.author, member, exit_, wish)

    await desk.carry_out(CANCEL, record, queues=True)


async def schedule_declared(
    session: AsyncSession,
    membership_id: str,
    exit_: Exit,
    *,
    reference: str,
    author: Author = SYSTEM,
) -> Intent:
    """Cancel a membership for its period's end, as somebody declared who did not sign in.

    The caller has decided that it may be (`declarations`). Unless somebody of the company has said
    that this one is meant, nobody is named as having done it, since nobody has proved to be its
    holder. Raises NothingToCancel.
    """
    member = await exit_repository.open_holding(session, membership_id)
    if member is None:
        raise NothingToCancel
    wish = Wish(source=STATUTORY, waits=True, reference=reference)
    return await _written(session, author, member, exit_, wish)


async def _written(
    session: AsyncSession, author: Author, member: Member, exit_: Exit, wish: Wish
) -> Intent:
    """The intent, with the row that says what was asked for and when."""
    membership_id = member.membership_id
    subscriptions = await repository.current_subscriptions(session, [membership_id])
    if not subscriptions:
        raise NothingToCancel
    unpaid = exit_.kind is ExitKind.UNPAID
    intent = asked_by(
        author,
        kind=CANCEL.kind,
        about=membership_id,
        payload={
            "subscription": subscriptions[0],
            "at_once": exit_.kind in AT_ONCE,
            "ends_at": exit_.takes_effect_at.isoformat() if exit_.takes_effect_at else None,
            "void_unpaid": wish.void_unpaid,
            "unpaid": unpaid and not wish.insists,
            "waits": wish.waits,
            "owed": await _owed(session, membership_id) if unpaid else [],
            "feedback": wish.why.feedback,
            "comment": wish.comment,
        },
    )
    session.add(
        Cancellation(
            membership_id=membership_id,
            member_id=member.id,
            intent_id=intent.id,
            stripe_subscription_id=subscriptions[0],
            reference=wish.reference or new_reference(),
            source=wish.source,
            reason=wish.why.category or "",
            option_id=wish.why.option_id,
            option_label=wish.why.option_label,
            comment=wish.comment,
            asked_at=business_now(),
            ends_at=exit_.takes_effect_at,
        )
    )
    return intent


async def _owed(session: AsyncSession, membership_id: str) -> list[str]:
    """Every invoice that is to be taken back with it, the oldest first."""
    rows = await repository.open_invoices_of(session, membership_id)
    return [row.stripe_invoice_id for row in rows]
