"""How a cancellation that was written down is made to happen at the provider, once.

It may be much later than when it was asked for, and after any of its calls the process may have
died: every step looks first at what is there already, and has a key of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.intents.errors import Undecided
from portal_app.intents.models import Intent
from portal_app.intents.writes import Write
from portal_app.invoices.models import InvoiceStatus
from portal_app.invoices.projection import project_invoices
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.errors import PortalError, ProviderUnavailable
from portal_app.memberships import exit_repository
from portal_app.memberships.exits import UNPAID
from portal_app.memberships.projection import project_subscription, record_invoices
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.service.last_word import CANCELS, ENDING, KEPT, let_it_end, sent_again
from portal_app.memberships.service.late_debits import is_on_its_way, note_late
from portal_app.memberships.service.plan_leaving import leave_waiting
from portal_app.memberships.service.refunding import give_back
from portal_app.memberships.service.undoing import forget_planned_pause
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

log = logging.getLogger(__name__)
# Keys of the calls of one intent, the same whichever of them an earlier try has made.
_RELEASE: Final = 1
_ARRANGE: Final = 2
_END: Final = 3
_GIVE_UP: Final = 4
_VOID: Final = 100
_REFUND: Final = 200


@dataclass(frozen=True, slots=True)
class Canceled:
    """How the subscription is afterwards, and its invoices that had to do with the end.

    *late* are those that a debit on its way may still pay.
    """

    subscription: SubscriptionFacts
    invoices: tuple[InvoiceFacts, ...] = ()
    late: tuple[InvoiceFacts, ...] = ()


async def _send(provider: PaymentWriter, intent: Intent) -> Canceled:
    """Decided again by how things stand at the provider.

    Raises Undecided before it would end at once what its holder could still keep, or has kept.
    First what makes sure that nothing more is charged; then what was charged too much, also when an
    earlier try has ended the subscription and came no further.
    """
    asked = intent.payload
    before = await provider.subscription(asked["subscription"])
    if before.status in OVER:
        return await _settle(provider, intent, before, before)
    at_once = await _ends_now(provider, asked, before)
    if at_once and not (asked["at_once"] or asked.get(ENDING)):
        # What is in memory may be from before it was taken back, or back again.
        if not asked.get(KEPT):
            raise Undecided
        at_once = False
    if before.schedule_id is not None:
        # A schedule would not let anything else end its subscription.
        await provider.release_schedule(before.schedule_id, key=intent.step_key(_RELEASE))
    given_up = await leave_waiting(provider, before, key=intent.step_key(_GIVE_UP))
    why = {"feedback": asked["feedback"], "comment": asked["comment"]}
    if not at_once:
        key = intent.step_key(_ARRANGE)
        after = await provider.cancel_at_period_end(before.id, **why, key=key)
        return Canceled(after, given_up, late=given_up)
    after = await provider.cancel_subscription(
        before.id, prorate=False, invoice_now=False, **why, key=intent.step_key(_END)
    )
    return await _settle(provider, intent, before, after, [one.id for one in given_up])


async def _ends_now(
    provider: PaymentWriter, asked: dict[str, Any], before: SubscriptionFacts
) -> bool:
    """Whether nothing is paid for that the customer could keep until its end."""
    if before.status == "paused" and _may_end_a_pause(asked):
        return True
    if asked.get("waits"):
        return _is_past_the_end(asked, before.plan.period_start)
    if before.status in UNPAID or _is_past_the_end(asked, before.plan.period_start):
        return True
    if not (asked["at_once"] and asked["unpaid"]):
        return bool(asked["at_once"])
    # It was to end because it was not paid, and now it is: what was paid before is kept.
    latest = before.latest_invoice_id
    paid_at = (await provider.invoice(latest)).paid_at if latest else None
    return paid_at is not None and _is_past_the_end(asked, paid_at)


def _may_end_a_pause(asked: dict[str, Any]) -> bool:
    """A pause that has begun meanwhile has no paid period running whose end would come.

    What must not end before its period does not, until that is over.
    """
    return not asked.get("waits") or _is_past_the_end(asked, business_now())


def _is_past_the_end(asked: dict[str, Any], moment: datetime) -> bool:
    """Whether what happened then came after the end that the customer was told."""
    if not asked["ends_at"]:
        return False
    told = datetime.fromisoformat(asked["ends_at"])
    return moment > told or (moment == told and not asked["at_once"])


async def _settle(
    provider: PaymentWriter,
    intent: Intent,
    before: SubscriptionFacts,
    after: SubscriptionFacts,
    given_up: Sequence[str] = (),
) -> Canceled:
    """Take back what is not paid, and give back what was charged after the end that was told.

    A refusal ends nothing: the membership is over already, and must not be called unchanged.
    """
    latest = [before.latest_invoice_id] if before.latest_invoice_id else []
    since = await _billed_late(provider, intent.payload, before)
    settled, waiting = [], []
    for place, invoice_id in enumerate(dict.fromkeys([*intent.payload["owed"], *latest, *since])):
        late = invoice_id in since
        try:
            invoice = await _settled(provider, intent, invoice_id, place, late=late)
            settled.append(invoice)
            if late or invoice_id in given_up or intent.payload["void_unpaid"]:
                waiting.append(invoice)
        except ProviderUnavailable:
            raise
        except PortalError:
            fields = {"intent": intent.id, "invoice": invoice_id}
            log.exception(
                "what was billed after the end has to be settled", extra={"fields": fields}
            )
    return Canceled(after, tuple(settled), tuple(waiting))


async def _billed_late(
    provider: PaymentWriter, asked: dict[str, Any], ended: SubscriptionFacts
) -> list[str]:
    """What was billed from the end on that was told: several periods, where it took so long."""
    if not _is_past_the_end(asked, ended.plan.period_start):
        return []
    return await provider.invoices_since(ended.id, datetime.fromisoformat(asked["ends_at"]))


async def _settled(
    provider: PaymentWriter, intent: Intent, invoice_id: str, place: int, *, late: bool
) -> InvoiceFacts:
    invoice = await provider.invoice(invoice_id)
    if invoice.status is InvoiceStatus.OPEN and (intent.payload["void_unpaid"] or late):
        try:
            return await provider.void_invoice(invoice_id, key=intent.step_key(_VOID + place))
        except RefusedByProvider:
            # It was paid between the two calls, or is being paid.
            invoice = await provider.invoice(invoice_id)
            if invoice.status is InvoiceStatus.OPEN and not await is_on_its_way(provider, invoice):
                raise
    paid = invoice.paid_at if invoice.status is InvoiceStatus.PAID else None
    if paid is not None and _is_past_the_end(intent.payload, paid):
        await give_back(provider, intent, invoice, first=_REFUND + 100 * place)
    return invoice


async def _apply(
    session: AsyncSession, intent: Intent, answer: Canceled, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer.subscription, observed_at=observed_at)
    if answer.invoices:
        projected = await project_invoices(session, answer.invoices, observed_at=observed_at)
        await record_invoices(session, [row for row, _ in projected if row is not None])
    await note_late(session, intent.about, answer.late)
    await forget_planned_pause(session, intent.about, answer.subscription)
    noted = await exit_repository.cancellation_of(session, intent.id)
    over = answer.subscription.status in OVER
    if noted is not None and not over and (again := sent_again(intent)) is not None:
        noted.intent_id = again.id
        session.add(again)
    elif noted is not None:
        ended = answer.subscription
        noted.confirmed_at = wall_now()
        noted.ends_at = ended.ended_at or ended.cancel_at or ended.plan.period_end


CANCEL: Final = Write(kind=CANCELS, send=_send, apply=_apply, decide=let_it_end)
