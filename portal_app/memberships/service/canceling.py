"""Cancelling: by whoever holds the membership, or by a key of the company that sells it.

It is written down first and always carried out, also when the provider is away for hours: what
changes meanwhile is decided in the customer's favour, and a refusal is the last thing to happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, Author, CompanyKey, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.invoices.models import InvoiceStatus
from portal_app.invoices.projection import project_invoices
from portal_app.kit.clock import business_now, wall_now
from portal_app.memberships import company_repository, exit_repository, repository
from portal_app.memberships.errors import ExitChanged, MembershipNotFound, NothingToCancel
from portal_app.memberships.exits import (
    AT_ONCE,
    FEEDBACK,
    LONGEST_COMMENT,
    UNPAID,
    Exit,
    ExitKind,
    Reason,
    plan_exit,
    plan_exit_by_company,
    reason_of,
)
from portal_app.memberships.models import Cancellation, Membership
from portal_app.memberships.projection import project_subscription, record_invoices
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.rules import StripeFacts
from portal_app.memberships.service.exit_page import held_exit
from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

MOST_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Canceled:
    """How the subscription is afterwards, and the invoices that were taken back."""

    subscription: SubscriptionFacts
    voided: tuple[InvoiceFacts, ...]


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


async def _send(provider: PaymentWriter, intent: Intent) -> Canceled:
    """Decided again by how things stand at the provider: it may be much later than when asked.

    First what makes sure that nothing more is charged; then what was charged too much.
    """
    asked, keys = intent.payload, iter(map(intent.step_key, range(1, MOST_STEPS)))
    why = {"feedback": asked["feedback"], "comment": asked["comment"]}
    before = await provider.subscription(asked["subscription"])
    if before.status in OVER:
        return Canceled(before, ())
    if before.schedule_id is not None:
        # A schedule would not let anything else end its subscription.
        await provider.release_schedule(before.schedule_id, key=next(keys))
    late = _renewed_since(asked, before)
    if not (asked["at_once"] or late or before.status in UNPAID):
        after = await provider.cancel_at_period_end(before.id, **why, key=next(keys))
        return Canceled(after, ())
    after = await provider.cancel_subscription(
        before.id, prorate=False, invoice_now=False, **why, key=next(keys)
    )
    latest = before.latest_invoice_id
    last = await provider.invoice(latest) if latest else None
    if last is None:
        return Canceled(after, ())
    if last.status is InvoiceStatus.OPEN and (asked["void_unpaid"] or late):
        return Canceled(after, (await provider.void_invoice(last.id, key=next(keys)),))
    if late and last.status is InvoiceStatus.PAID:
        await _give_back(provider, intent, last, key=next(keys))
    return Canceled(after, ())


def _renewed_since(asked: dict[str, Any], now: SubscriptionFacts) -> bool:
    """Whether a period began after the one that was to be the last, while nobody could reach it."""
    if asked["at_once"] or not asked["ends_at"]:
        return False
    return now.plan.period_start >= datetime.fromisoformat(asked["ends_at"])


async def _give_back(
    provider: PaymentWriter, intent: Intent, invoice: InvoiceFacts, *, key: str
) -> None:
    """What was charged after the end that the customer was told."""
    for payment_id in invoice.payment_ids[-1:]:
        await provider.create_refund(
            payment_id, amount=None, metadata={"portal_intent": intent.id}, key=key
        )


async def _apply(
    session: AsyncSession, intent: Intent, answer: Canceled, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer.subscription, observed_at=observed_at)
    if answer.voided:
        projected = await project_invoices(session, answer.voided, observed_at=observed_at)
        await record_invoices(session, [row for row, _ in projected if row is not None])
    noted = await exit_repository.cancellation_of(session, intent.id)
    if noted is not None:
        ended = answer.subscription
        noted.confirmed_at = wall_now()
        noted.ends_at = ended.ended_at or ended.cancel_at or ended.plan.period_end


CANCEL: Final = Write(kind="canceling.cancel", send=_send, apply=_apply)
