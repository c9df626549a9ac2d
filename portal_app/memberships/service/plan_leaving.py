"""Keeping the current plan: a change that is arranged, or waits for its payment, is given up."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Plan
from portal_app.identity.actor import Actor, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.invoices.models import InvoiceStatus
from portal_app.invoices.projection import project_invoices
from portal_app.kit.clock import business_now
from portal_app.memberships import repository
from portal_app.memberships.plan_errors import NothingToWithdraw
from portal_app.memberships.plan_models import RequestedPlanChange
from portal_app.memberships.plan_repository import standing_change
from portal_app.memberships.projection import project_subscription, record_invoices
from portal_app.memberships.service.late_debits import is_on_its_way
from portal_app.memberships.service.reading import find_held
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

log = logging.getLogger(__name__)
_RELEASE: Final = 1
_VOID: Final = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """The subscription afterwards, and the invoice that need not be paid any more."""

    subscription: SubscriptionFacts
    invoice: InvoiceFacts | None = None


async def keep_plan(desk: Desk, actor: Actor, member_id: object) -> None:
    """Give up what the actor has asked for and has not happened.

    Raises MembershipNotFound, NothingToWithdraw, and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        held = await find_held(session, actor, member_id, business_now())
        membership = held.row.membership
        standing = await standing_change(session, membership.id)
        subscriptions = await repository.current_subscriptions(session, [membership.id])
        plan = await session.get(Plan, standing.to_plan_id) if standing else None
        if standing is None or plan is None or not subscriptions:
            raise NothingToWithdraw
        return asked_by(
            author_for(actor),
            kind=KEEP_PLAN.kind,
            about=membership.id,
            payload={
                "subscription": subscriptions[0],
                "change": standing.id,
                "wanted": [plan.stripe_price_id, standing.to_quantity],
            },
        )

    await desk.carry_out(KEEP_PLAN, record)


async def _send(provider: PaymentWriter, intent: Intent) -> Kept:
    """What has happened by now can't be taken back, and is answered as it is."""
    before = await provider.subscription(intent.payload["subscription"])
    later = before.scheduled
    if later is None or [later.price_id, later.quantity] != intent.payload["wanted"]:
        return Kept(before)
    invoice = None
    if later.expires_at is not None and before.latest_invoice_id is not None:
        key = intent.step_key(_VOID)
        invoice = await voided(provider, before.latest_invoice_id, key)
    elif before.schedule_id is not None:
        await provider.release_schedule(before.schedule_id, key=intent.step_key(_RELEASE))
    return Kept(await provider.subscription(before.id), invoice)


async def leave_waiting(
    provider: PaymentWriter, before: SubscriptionFacts, *, key: str
) -> tuple[InvoiceFacts, ...]:
    """What waits for its payment must not be paid for after the end was asked for.

    The invoice of a change of plan could be paid for some hours yet, and would move the end that
    the customer was told; that of a resume which the bank asks about is of a time that never came.

    A debit on its way can't be called back. Its invoice is answered as open, for whoever ends it to
    note: a cancellation isn't refused for it, and what arrives is given back.
    """
    waits = before.scheduled is not None and before.scheduled.expires_at is not None
    if before.latest_invoice_id is None or not (waits or before.status == "paused"):
        return ()
    invoice = await provider.invoice(before.latest_invoice_id)
    if invoice.status is not InvoiceStatus.OPEN:
        return ()
    try:
        return (await voided(provider, invoice.id, key),)
    except RefusedByProvider:
        if not await is_on_its_way(provider, invoice):
            fields = {"invoice": invoice.id}
            log.warning("an invoice that was given up stays open", extra={"fields": fields})
        return (invoice,)


async def voided(provider: PaymentWriter, invoice_id: str, key: str) -> InvoiceFacts:
    """The invoice of a change that is given up; as it is where it was paid in the meantime."""
    try:
        return await provider.void_invoice(invoice_id, key=key)
    except RefusedByProvider:
        found = await provider.invoice(invoice_id)
        if found.status is InvoiceStatus.OPEN:
            raise
        return found


async def _apply(
    session: AsyncSession, intent: Intent, answer: Kept, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer.subscription, observed_at=observed_at)
    if answer.invoice is not None:
        projected = await project_invoices(session, [answer.invoice], observed_at=observed_at)
        await record_invoices(session, [row for row, _ in projected if row is not None])
    given_up = await session.get(RequestedPlanChange, intent.payload["change"])
    if given_up is not None and given_up.happened_at is None and not _is_made(intent, answer):
        given_up.dropped_at = given_up.dropped_at or business_now()


def _is_made(intent: Intent, answer: Kept) -> bool:
    plan = answer.subscription.plan
    return bool([plan.price.id, plan.quantity] == intent.payload["wanted"])


KEEP_PLAN: Final[Write[Any]] = Write(kind="plans.keep", send=_send, apply=_apply)
