"""Resuming: what is only planned is taken back, collection goes on, or a new period is paid for.

The last is a payment: it never happens behind the customer's back, and for no other sum than shown.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, Author, CompanyKey, author_for
from portal_app.intents.errors import StillUnderWay
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.invoices.models import InvoiceStatus, PaymentStatus
from portal_app.kit.clock import business_now
from portal_app.kit.errors import PortalError
from portal_app.memberships import company_repository, repository
from portal_app.memberships.errors import AmountChanged, MembershipNotFound, NothingToResume
from portal_app.memberships.models import Membership
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.rules import OVER, StripeFacts, status_of
from portal_app.memberships.service.reading import find_held
from portal_app.memberships.service.settling import Settled, apply_settled, around
from portal_app.memberships.service.undoing import forget_planned_pause
from portal_app.provider.errors import AuthenticationRequired, CardDeclined
from portal_app.provider.facts import InvoiceFacts, PaymentFacts, SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

log = logging.getLogger(__name__)
Resumed: TypeAlias = Settled | SubscriptionFacts
_RESUME: Final = 1
_RELEASE: Final = 2
_VOID_OLD: Final = 3
_VOID: Final = 4
_LEAVE: Final = 5


async def unpause_membership(desk: Desk, actor: Actor, member_id: object) -> None:
    """Take back a pause that has not begun, or let collection go on: nothing is charged now.

    Raises MembershipNotFound, NothingToResume, and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        held = await find_held(session, actor, member_id, business_now())
        return await _unpause(session, author_for(actor), held.row.membership)

    await desk.carry_out(UNPAUSE, record)


async def resume_membership(
    desk: Desk, actor: Actor, member_id: object, *, amount_minor: int
) -> None:
    """Begin a new period of what Stripe has paused, and pay for it.

    *amount_minor* is what the customer was shown. Raises MembershipNotFound, NothingToResume,
    AmountChanged and CardDeclined (it stays paused); AuthenticationRequired, then it resumes once
    its open invoice is paid, on the page for that; and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        held = await find_held(session, actor, member_id, business_now())
        return await _resume(session, author_for(actor), held.row.membership, amount_minor)

    await desk.carry_out(RESUME, record)
    async with desk.database().reading() as session:
        held = await find_held(session, actor, member_id, business_now())
    if held.last_attempt is not None and held.last_attempt.asks_bank:
        raise AuthenticationRequired


async def resume_as_company(desk: Desk, actor: CompanyKey, membership_id: str) -> None:
    """Either of them, whichever it takes. Raises as they do."""
    async with desk.database().reading() as session:
        found = await company_repository.of_company(session, actor.company_id, membership_id)
    stopped = found is not None and found.stripe_status == "paused"

    async def record(session: AsyncSession) -> Intent:
        membership = await company_repository.of_company(session, actor.company_id, membership_id)
        if membership is None:
            raise MembershipNotFound
        if stopped:
            return await _resume(session, actor.author, membership, None)
        return await _unpause(session, actor.author, membership)

    await desk.carry_out(RESUME if stopped else UNPAUSE, record)


async def _unpause(session: AsyncSession, author: Author, membership: Membership) -> Intent:
    facts = StripeFacts.of(membership)
    # Also of what is overdue: a program may stop collecting that, and must be able to go on.
    running = facts.stripe_status != "paused" and status_of(facts) not in OVER
    if not (running and facts.pause_behavior) and facts.pauses_at is None:
        raise NothingToResume
    return asked_by(
        author,
        kind=UNPAUSE.kind,
        about=membership.id,
        payload={
            "subscription": await _subscription(session, membership),
            "membership": membership.id,
        },
    )


async def _resume(
    session: AsyncSession, author: Author, membership: Membership, amount: int | None
) -> Intent:
    if membership.stripe_status != "paused":
        raise NothingToResume
    return asked_by(
        author,
        kind=RESUME.kind,
        about=membership.id,
        payload={"subscription": await _subscription(session, membership), "amount": amount},
    )


async def _subscription(session: AsyncSession, membership: Membership) -> str:
    found = await repository.current_subscription(session, membership.id)
    if found is None:
        raise NothingToResume
    return found


# -- taking it back ----------------------------------------------------------------------------
async def _send_unpause(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    """What has begun at Stripe by now is answered as it is: going on would cost something."""
    before = await provider.subscription(intent.payload["subscription"])
    if before.pauses_at is not None and before.schedule_id is not None:
        key = intent.step_key(_RELEASE)
        if before.scheduled is None:
            await provider.release_schedule(before.schedule_id, key=key)
        else:
            await provider.clear_pauses(before.schedule_id, key=key)
        before = await provider.subscription(before.id)
    if before.pause_behavior:
        return await provider.resume_collection(before.id, key=intent.step_key(_RESUME))
    return before


async def _apply_unpause(
    session: AsyncSession, intent: Intent, answer: SubscriptionFacts, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer, observed_at=observed_at)
    await forget_planned_pause(session, intent.payload["membership"], answer)


UNPAUSE: Final = Write(kind="pausing.unpause", send=_send_unpause, apply=_apply_unpause)


# -- paying for a new period -------------------------------------------------------------------
async def _send_resume(provider: PaymentWriter, intent: Intent) -> Resumed:
    asked = intent.payload
    before = await provider.subscription(asked["subscription"])
    if before.status != "paused":
        raise NothingToResume
    await _take_back(provider, before, key=intent.step_key(_VOID_OLD))
    if asked["amount"] is not None:
        preview = await provider.preview_resume(before.id)
        if preview.amount_due.minor != asked["amount"]:
            raise AmountChanged
    after = before
    refusal: CardDeclined | AuthenticationRequired = CardDeclined()
    try:
        after = await provider.resume_subscription(before.id, key=intent.step_key(_RESUME))
    except (CardDeclined, AuthenticationRequired) as declined:
        after, refusal = await provider.subscription(before.id), declined
    answer = await _settled(provider, after)
    if after.status == "paused" and not _is_under_way(answer):
        if asked["amount"] is not None and _asks_bank(answer):
            return await _left_to_customer(provider, intent, answer)
        await _take_back(provider, before, key=intent.step_key(_VOID))
        raise refusal
    await _forget_the_date(provider, intent, before)
    return answer


async def _look(provider: PaymentWriter, intent: Intent) -> Resumed:
    return await _settled(provider, await provider.subscription(intent.payload["subscription"]))


async def _settled(provider: PaymentWriter, sub: SubscriptionFacts) -> Resumed:
    if sub.latest_invoice_id is None:
        return sub
    return await around(provider, await provider.invoice(sub.latest_invoice_id))


def _is_under_way(answer: Resumed) -> bool:
    """A debit takes days; until it has arrived the pause goes on."""
    return isinstance(answer, Settled) and any(map(_is_on_its_way, answer.payments))


def _asks_bank(answer: Resumed) -> bool:
    """Whether its customer, who is there, can pay it after all."""
    if not isinstance(answer, Settled) or answer.invoice.status is not InvoiceStatus.OPEN:
        return False
    pending = (one for one in answer.payments if one.status is PaymentStatus.PENDING)
    return any(one.failure_code for one in pending)


async def _left_to_customer(provider: PaymentWriter, intent: Intent, answer: Resumed) -> Resumed:
    """Nobody charges it some days later: it waits for the bank's page, or for the next try."""
    if not isinstance(answer, Settled):
        return answer
    key = intent.step_key(_LEAVE)
    return await around(provider, await provider.leave_to_customer(answer.invoice.id, key=key))


def _is_on_its_way(payment: PaymentFacts) -> bool:
    return payment.status is PaymentStatus.PENDING and not payment.failure_code


async def _take_back(provider: PaymentWriter, before: SubscriptionFacts, *, key: str) -> None:
    """The invoice of a resume that was not paid, so that nobody charges it some days later."""
    sub = await provider.subscription(before.id)
    invoice = await _open_invoice(provider, sub)
    if invoice is None:
        return
    payments = await asyncio.gather(*(provider.payment(one) for one in invoice.payment_ids))
    if any(map(_is_on_its_way, payments)):
        raise StillUnderWay
    await provider.void_invoice(invoice.id, key=key)


async def _open_invoice(provider: PaymentWriter, sub: SubscriptionFacts) -> InvoiceFacts | None:
    if sub.status != "paused" or sub.latest_invoice_id is None:
        return None
    invoice = await provider.invoice(sub.latest_invoice_id)
    return invoice if invoice.status is InvoiceStatus.OPEN else None


async def _forget_the_date(
    provider: PaymentWriter, intent: Intent, before: SubscriptionFacts
) -> None:
    """The schedule that would have resumed it; without it, it is gone on that day by itself."""
    if before.schedule_id is None or before.scheduled is not None:
        return
    try:
        await provider.release_schedule(before.schedule_id, key=intent.step_key(_RELEASE))
    except PortalError:
        # It is paid for: nothing that fails here may call it undone.
        log.warning("the schedule of a pause is kept until its day", exc_info=True)


async def _apply_resume(
    session: AsyncSession, intent: Intent, answer: Resumed, *, observed_at: datetime
) -> None:
    if isinstance(answer, SubscriptionFacts):
        await project_subscription(session, answer, observed_at=observed_at)
    else:
        await apply_settled(session, intent, answer, observed_at=observed_at)


RESUME: Final = Write(kind="pausing.resume", send=_send_resume, apply=_apply_resume, look=_look)
