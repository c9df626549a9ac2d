"""How a pause that was written down is made to happen at the provider, once.

It may be later than when it was asked for: what was charged in between is given back, or comes off
the charge with which it resumes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.intents.models import Intent
from portal_app.intents.writes import Write
from portal_app.invoices.models import InvoiceStatus
from portal_app.kit.clock import business_now, wall_now
from portal_app.memberships import exit_repository
from portal_app.memberships.errors import PauseChanged
from portal_app.memberships.offers import OfferKind
from portal_app.memberships.pauses import PauseKind
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.rules.standing import PAUSES_EARLY
from portal_app.memberships.service.late_debits import is_on_its_way, note_late
from portal_app.memberships.service.offering import note_won_back
from portal_app.memberships.service.plan_leaving import voided
from portal_app.memberships.service.refunding import give_back
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts
from portal_app.provider.pausing import PlannedPause
from portal_app.provider.writing import PaymentWriter

# Collection goes on so long before the renewal that is to be charged again.
_COLLECTS_BEFORE: Final = timedelta(hours=1)
_PAUSE: Final = 1
_REFUND: Final = 100
_VOID: Final = 200
_PAUSABLE: Final = frozenset({"active"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    subscription_id: str
    kind: PauseKind
    by_holder: bool
    starts_at: datetime
    resumes_at: datetime | None

    @classmethod
    def of(cls, intent: Intent) -> _Asked:
        given = intent.payload
        until = given["resumes_at"]
        return cls(
            subscription_id=given["subscription"],
            kind=PauseKind(given["kind"]),
            by_holder=given["source"] == "page",
            starts_at=datetime.fromisoformat(given["starts_at"]),
            resumes_at=datetime.fromisoformat(until) if until else None,
        )

    @property
    def pausable(self) -> frozenset[str]:
        """A company may stop collecting whatever state it is in; a holder pays first."""
        return _PAUSABLE if self.by_holder else _PAUSABLE | {"trialing", "past_due"}

    def is_late(self, sub: SubscriptionFacts) -> bool:
        """Whether it renewed although it was to be paused by then."""
        return self.by_holder and sub.plan.period_start >= self.starts_at


@dataclass(frozen=True, slots=True)
class Paused:
    """*late* are invoices which were to be voided and which a debit on its way may still pay."""

    subscription: SubscriptionFacts
    late: tuple[InvoiceFacts, ...] = ()


async def _send(provider: PaymentWriter, intent: Intent) -> Paused:
    """What is paused already, or about to be, is answered as it is."""
    asked = _Asked.of(intent)
    before = await provider.subscription(asked.subscription_id)
    if before.status == "paused" or before.pauses_at is not None:
        return Paused(before)
    if before.status not in asked.pausable or before.cancel_at is not None:
        raise PauseChanged
    if asked.resumes_at is not None and asked.resumes_at <= business_now():
        raise PauseChanged
    if asked.kind is PauseKind.COLLECTION:
        after = await _pause_collection(provider, intent, asked, before)
        return await _without_open(provider, intent, after)
    return Paused(await _pause(provider, intent, asked, before))


async def _pause(
    provider: PaymentWriter, intent: Intent, asked: _Asked, before: SubscriptionFacts
) -> SubscriptionFacts:
    able = before.flexible and before.collection_method == "charge_automatically"
    if asked.resumes_at is None or before.scheduled is not None or not able:
        raise PauseChanged
    # Before the renewal, as nobody says which of two things of one moment comes first.
    at = asked.starts_at - PAUSES_EARLY
    pause = PlannedPause(
        pauses_at=at if at > business_now() else None,
        resumes_at=asked.resumes_at,
        credited_whole=asked.is_late(before),
    )
    return await provider.schedule_pause(
        before.id, pause, schedule_id=before.schedule_id, key=intent.step_key(_PAUSE)
    )


async def _pause_collection(
    provider: PaymentWriter, intent: Intent, asked: _Asked, before: SubscriptionFacts
) -> SubscriptionFacts:
    after, until = before, asked.resumes_at
    if until is not None and asked.by_holder:
        until -= _COLLECTS_BEFORE
    if not before.pause_behavior:
        key = intent.step_key(_PAUSE)
        after = await provider.pause_collection(before.id, resumes_at=until, key=key)
    if asked.is_late(before) and before.latest_invoice_id:
        invoice = await provider.invoice(before.latest_invoice_id)
        if invoice.status is InvoiceStatus.PAID:
            await give_back(provider, intent, invoice, first=_REFUND)
    return after


async def _without_open(
    provider: PaymentWriter, intent: Intent, after: SubscriptionFacts
) -> Paused:
    """What was open when it was asked for is voided, where that was asked for too.

    A debit on its way can't be called back: its invoice stays open, and what arrives goes back.
    """
    late = []
    for place, invoice_id in enumerate(intent.payload["owed"]):
        invoice = await provider.invoice(invoice_id)
        if invoice.status is not InvoiceStatus.OPEN:
            continue
        try:
            await voided(provider, invoice_id, intent.step_key(_VOID + place))
        except RefusedByProvider:
            if not await is_on_its_way(provider, invoice):
                raise
            late.append(invoice)
    again = await provider.subscription(after.id) if intent.payload["owed"] else after
    return Paused(again, tuple(late))


async def _apply(
    session: AsyncSession, intent: Intent, answer: Paused, *, observed_at: datetime
) -> None:
    await project_subscription(session, answer.subscription, observed_at=observed_at)
    await note_late(session, intent.about, answer.late)
    noted = await exit_repository.pause_of(session, intent.id)
    if noted is not None:
        noted.confirmed_at = wall_now()
        await note_won_back(session, noted.membership_id, OfferKind.PAUSE, asked_at=intent.asked_at)


PAUSE: Final = Write(kind="pausing.pause", send=_send, apply=_apply)
