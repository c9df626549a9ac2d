"""Undoing a contract that was withdrawn from: it ends at once, and what is due goes back.

Every step looks first at what is there already, as in `ending.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Author
from portal_app.intents.models import Intent
from portal_app.intents.service import asked_by
from portal_app.intents.writes import Write
from portal_app.invoices.models import InvoiceStatus, Payment
from portal_app.invoices.projection import project_refund
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.kit.money import Money
from portal_app.memberships import exit_repository, repository
from portal_app.memberships.errors import NothingToCancel
from portal_app.memberships.exits import STATUTORY
from portal_app.memberships.models import Cancellation, Membership
from portal_app.memberships.projection import project_subscription, settle_refunded
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.rules import StripeFacts, is_current
from portal_app.memberships.service.late_debits import is_on_its_way, note_late
from portal_app.memberships.service.plan_leaving import leave_waiting
from portal_app.provider.facts import InvoiceFacts, RefundFacts, SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

log = logging.getLogger(__name__)
# Keys of the calls of one intent.
_RELEASE: Final = 1
_END: Final = 2
_GIVE_UP: Final = 3
_REFUND: Final = 100


async def withdraw_declared(
    session: AsyncSession, author: Author, membership_id: str, *, reference: str, kept: int
) -> Intent:
    """End a membership now and give back what was paid for it but *kept* (minor units).

    What was paid since it was declared goes back too, and what went back since is not given twice.
    The caller has decided that it may be (`declarations`). Raises NothingToCancel for what is over,
    and for what was bought once and its holder has paid nothing for.
    """
    membership = await session.get_one(Membership, membership_id, with_for_update=True)
    member = await exit_repository.open_holding(session, membership_id)
    subscription = await repository.current_subscription(session, membership_id)
    now = business_now()
    if member is None or not is_current(StripeFacts.of(membership), now):
        raise NothingToCancel
    payments = await exit_repository.paid_for(session, membership)
    left = sum(one.amount_minor - one.refunded_minor for one in payments)
    refunds = list(_shares(payments, max(0, left - kept)))
    if subscription is None and not refunds:
        raise NothingToCancel
    intent = asked_by(
        author,
        kind=WITHDRAW.kind,
        about=membership_id,
        payload={"subscription": subscription, "refunds": refunds},
    )
    noted = await exit_repository.with_reference(session, reference)
    if noted is None:
        noted = Cancellation(
            membership_id=membership_id,
            member_id=member.id,
            intent_id=intent.id,
            reference=reference,
            source=STATUTORY,
            asked_at=now,
        )
        session.add(noted)
    # An earlier try was refused: this one is what counts.
    noted.intent_id, noted.asked_at, noted.ends_at = intent.id, now, now
    return intent


def _shares(payments: Sequence[Payment], back: int) -> Iterator[tuple[str, int, int]]:
    """Of each payment how much goes back, the newest first, and what had gone back before."""
    for payment in payments:
        share = min(back, payment.amount_minor - payment.refunded_minor)
        if share > 0:
            yield payment.stripe_payment_intent_id, share, payment.refunded_minor
            back -= share


@dataclass(frozen=True, slots=True)
class _Ended:
    """*unrefunded* is how much (minor units) the provider refused to give back.

    *late* is the invoice that a debit on its way may still pay.
    """

    subscription: SubscriptionFacts | None
    late: InvoiceFacts | None
    refunds: tuple[RefundFacts, ...]
    unrefunded: int


def unrefunded(intent: Intent) -> int:
    """How much of what was due a finished withdrawal did not give back, in minor units."""
    return int(intent.payload.get("unrefunded", 0))


async def _send(provider: PaymentWriter, intent: Intent) -> _Ended:
    """It ends first; a refund that is refused then is for the operator, and undoes nothing.

    What was bought once ends by what is given back: where nothing is, it was refused.
    """
    ended = late = None
    if intent.payload["subscription"] is not None:
        ended = await _end(provider, intent)
        late = await _late(provider, ended)
    given: list[RefundFacts] = []
    missing = 0
    for place, (_, share, _) in enumerate(intent.payload["refunds"]):
        try:
            given += await _give_back(provider, intent, place)
        except ProviderUnavailable:
            raise
        except PortalError:
            if ended is None:
                raise
            fields = {"intent": intent.id, "refund": place}
            log.exception("what was withdrawn from has to be refunded", extra={"fields": fields})
            missing += share
    return _Ended(ended, late, tuple(given), missing)


async def _late(provider: PaymentWriter, ended: SubscriptionFacts) -> InvoiceFacts | None:
    """What was not paid yet is not among what goes back, and must not be kept when it arrives."""
    if ended.latest_invoice_id is None:
        return None
    invoice = await provider.invoice(ended.latest_invoice_id)
    is_open = invoice.status is InvoiceStatus.OPEN
    return invoice if is_open and await is_on_its_way(provider, invoice) else None


async def _end(provider: PaymentWriter, intent: Intent) -> SubscriptionFacts:
    ended = await provider.subscription(intent.payload["subscription"])
    if ended.status in OVER:
        return ended
    if ended.schedule_id is not None:
        await provider.release_schedule(ended.schedule_id, key=intent.step_key(_RELEASE))
    await leave_waiting(provider, ended, key=intent.step_key(_GIVE_UP))
    return await provider.cancel_subscription(
        ended.id, prorate=False, invoice_now=False, key=intent.step_key(_END)
    )


async def _give_back(provider: PaymentWriter, intent: Intent, place: int) -> list[RefundFacts]:
    """What of it is left to give: an earlier try, or somebody else, may have given some or all."""
    payment_id, share, before = intent.payload["refunds"][place]
    payment = await provider.payment(payment_id)
    share -= payment.refunded.minor - before
    if share <= 0:
        return []
    refund = await provider.create_refund(
        payment_id,
        amount=Money(share, payment.amount.currency),
        metadata={"portal_intent": intent.id},
        key=intent.step_key(_REFUND + place),
    )
    return [refund]


async def _apply(
    session: AsyncSession, intent: Intent, answer: _Ended, *, observed_at: datetime
) -> None:
    if answer.subscription is not None:
        await project_subscription(session, answer.subscription, observed_at=observed_at)
    if answer.late is not None:
        await note_late(session, intent.about, [answer.late])
    for facts in answer.refunds:
        row, _ = await project_refund(session, facts, observed_at=observed_at)
        if row is not None:
            await settle_refunded(session, row)
    if answer.unrefunded:
        intent.payload = {**intent.payload, "unrefunded": answer.unrefunded}
    noted = await exit_repository.cancellation_of(session, intent.id)
    if noted is not None:
        noted.confirmed_at = wall_now()


WITHDRAW: Final = Write(kind="canceling.withdraw", send=_send, apply=_apply)
