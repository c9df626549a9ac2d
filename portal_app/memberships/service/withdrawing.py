"""Undoing a contract that was withdrawn from: it ends at once, and what is due goes back.

Every step looks first at what is there already, as in `ending.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Author
from portal_app.intents.models import Intent
from portal_app.intents.service import asked_by
from portal_app.intents.writes import Write
from portal_app.invoices.models import InvoiceStatus, Payment
from portal_app.invoices.projection import project_invoices, project_refund
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.kit.money import Money
from portal_app.memberships import exit_repository, repository
from portal_app.memberships.errors import NothingToCancel
from portal_app.memberships.exits import STATUTORY
from portal_app.memberships.models import Cancellation, Membership
from portal_app.memberships.projection import (
    project_subscription,
    record_invoices,
    settle_refunded,
)
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.rules import StripeFacts, is_current
from portal_app.memberships.service.late_debits import is_on_its_way, note_late
from portal_app.memberships.service.plan_leaving import leave_waiting
from portal_app.memberships.service.refunding import give_back
from portal_app.provider.facts import InvoiceFacts, RefundFacts, SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

log = logging.getLogger(__name__)
# Keys of the calls of one intent.
_RELEASE: Final = 1
_END: Final = 2
_GIVE_UP: Final = 3
_REFUND: Final = 100
_ARRIVED: Final = 1000


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
    unpaid = await repository.open_invoices_of(session, membership_id)
    intent = asked_by(
        author,
        kind=WITHDRAW.kind,
        about=membership_id,
        payload={
            "subscription": subscription,
            "refunds": refunds,
            "open": [one.stripe_invoice_id for one in unpaid],
            "counted": [one.stripe_payment_intent_id for one in payments],
        },
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

    *invoices* are those that were not paid when it was asked for, as they are now, where a debit
    has paid them since or is on its way.
    """

    subscription: SubscriptionFacts | None
    invoices: tuple[InvoiceFacts, ...]
    refunds: tuple[RefundFacts, ...]
    unrefunded: int


def unrefunded(intent: Intent) -> int:
    """How much of what was due a finished withdrawal did not give back, in minor units."""
    return int(intent.payload.get("unrefunded", 0))


async def _send(provider: PaymentWriter, intent: Intent) -> _Ended:
    """It ends first; a refund that is refused then is for the operator, and undoes nothing.

    What was bought once ends by what is given back: where nothing is, it was refused.
    """
    ended: SubscriptionFacts | None = None
    invoices: list[InvoiceFacts] = []
    missing = 0
    if intent.payload["subscription"] is not None:
        ended = await _end(provider, intent)
        invoices, missing = await _since_paid(provider, intent, ended)
    given: list[RefundFacts] = []
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
    return _Ended(ended, tuple(invoices), tuple(given), missing)


async def _since_paid(
    provider: PaymentWriter, intent: Intent, ended: SubscriptionFacts
) -> tuple[list[InvoiceFacts], int]:
    """What was not paid yet is not among what goes back, and must not be kept when it arrives.

    It may have arrived by now, where an earlier try came no further than the end. Also how much of
    that the provider refused to give back.
    """
    # An intent of an earlier version names none, and never gave back what had arrived.
    asked = intent.payload.get("open", [])
    latest = [ended.latest_invoice_id] if ended.latest_invoice_id else []
    found: list[InvoiceFacts] = []
    missing = 0
    for place, invoice_id in enumerate(dict.fromkeys([*asked, *latest])):
        invoice = await provider.invoice(invoice_id)
        if invoice.status is InvoiceStatus.OPEN and await is_on_its_way(provider, invoice):
            found.append(invoice)
        elif invoice.status is InvoiceStatus.PAID and invoice_id in asked:
            found.append(invoice)
            try:
                await _give_back_arrived(provider, intent, invoice, place)
            except ProviderUnavailable:
                raise
            except PortalError:
                fields = {"intent": intent.id, "invoice": invoice_id}
                log.exception("what arrived late has to be refunded", extra={"fields": fields})
                missing += invoice.amount_paid.minor
    return found, missing


async def _give_back_arrived(
    provider: PaymentWriter, intent: Intent, invoice: InvoiceFacts, place: int
) -> None:
    """All of it, but for payments of which it was computed already how much goes back."""
    counted = set(intent.payload["counted"])
    since = tuple(one for one in invoice.payment_ids if one not in counted)
    arrived = replace(invoice, payment_ids=since)
    await give_back(provider, intent, arrived, first=_ARRIVED + 100 * place)


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
    if answer.invoices:
        projected = await project_invoices(session, answer.invoices, observed_at=observed_at)
        await record_invoices(session, [row for row, _ in projected if row is not None])
    await note_late(session, intent.about, answer.invoices)
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
