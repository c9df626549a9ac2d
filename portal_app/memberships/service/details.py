"""Everything about one membership, for its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment
from portal_app.invoices.repository import latest_invoices, payments_of_intent
from portal_app.invoices.repository.entries import payments_of
from portal_app.invoices.upcoming.models import UpcomingCharge
from portal_app.kit.money import Money
from portal_app.memberships import repository
from portal_app.memberships.exit_repository import awaited_of, cancellation_of
from portal_app.memberships.history_repository import latest_events
from portal_app.memberships.models import Cancellation, MembershipEvent
from portal_app.memberships.pauses import PausePlan
from portal_app.memberships.plan_models import RequestedPlanChange
from portal_app.memberships.plan_repository import standing_change
from portal_app.memberships.preview_repository import previews_of
from portal_app.memberships.service.joinable import is_joinable
from portal_app.memberships.service.last_word import LastWord, last_word, waiting_to_undo
from portal_app.memberships.service.pause_page import pause_plan
from portal_app.memberships.service.reading import HeldMembership, find_held
from portal_app.memberships.service.undoing import may_undo

INVOICES_SHOWN: Final = 5
EVENTS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipDetails:
    """One membership with its latest invoices and its history.

    *preview* is what it will be charged next, as the provider said. *pause* is what pausing would
    do, *asked* the change of plan that its holder wanted and that has not happened.
    *attempts* are the payments of these invoices, by invoice.
    *undoable* says that its arranged end can be taken back by whoever holds it, *rejoinable* that
    it can begin again after it. *word* is what was said of ending it that the provider has not
    heard, *canceled* the cancellation, if that is it. *awaited* is what goes back when it arrives.
    """

    held: HeldMembership
    invoices: Sequence[Invoice]
    payments: Sequence[Payment]
    events: Sequence[MembershipEvent]
    attempts: Mapping[str, Sequence[Payment]]
    pause: PausePlan
    preview: UpcomingCharge | None = None
    asked: RequestedPlanChange | None = None
    undoable: bool = False
    rejoinable: bool = False
    word: LastWord = field(default_factory=LastWord)
    canceled: Cancellation | None = None
    awaited: Money | None = None


async def get_membership(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> MembershipDetails:
    """Everything about one; raises as `find_held`."""
    held = await find_held(session, actor, member_id, now)
    membership = held.row.membership
    subscriptions = await repository.subscription_ids(session, membership.id)
    invoices = await latest_invoices(
        session,
        actor,
        stripe_subscription_ids=subscriptions,
        stripe_invoice_id=membership.stripe_invoice_id,
        limit=INVOICES_SHOWN,
    )
    intent = membership.stripe_payment_intent_id
    payments = await payments_of_intent(session, actor, intent) if intent and not invoices else []
    events = await latest_events(session, held.row.member, limit=EVENTS_SHOWN)
    plan_id = membership.scheduled_change.get("plan_id")
    previews = await previews_of(session, actor, [membership.id])
    word = await last_word(session, membership.id)
    taken_back = await waiting_to_undo(session, membership, word)
    # The invoice of a debit on its way is open, and among the latest.
    may_arrive = any(one.status is InvoiceStatus.OPEN for one in invoices)
    return MembershipDetails(
        held=held,
        invoices=invoices,
        payments=payments,
        events=events,
        attempts=await payments_of(session, [invoice.id for invoice in invoices]),
        pause=await pause_plan(session, held),
        preview=previews.get(membership.id),
        asked=await standing_change(session, membership.id) if plan_id else None,
        undoable=held.current
        and (taken_back is not None or await may_undo(session, membership, held.facts)),
        rejoinable=await is_joinable(session, held),
        word=word,
        awaited=await awaited_of(session, membership.id) if may_arrive else None,
        canceled=await cancellation_of(session, word.intent.id)
        if word.cancels and word.intent
        else None,
    )
