"""Changing a plan exactly as it was shown: at once when it is paid, or with the next period.

What is charged is what the preview said, for the same moment (`proration_date`); if it would be
something else by now, nothing happens. Until its invoice is paid the plan stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Interval
from portal_app.identity.actor import Actor, author_for
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now, wall_now
from portal_app.memberships.offers import OfferKind
from portal_app.memberships.plan_errors import QuoteChanged, QuoteExpired
from portal_app.memberships.plan_models import RequestedPlanChange
from portal_app.memberships.plan_repository import change_of_intent, drop_refused
from portal_app.memberships.plans import ChangeTiming
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.projection.plan_changes import is_arranged
from portal_app.memberships.service.offering import note_won_back
from portal_app.memberships.service.plan_quotes import Choice, Quote, choose
from portal_app.memberships.service.settling import Settled, apply_settled, around
from portal_app.provider.changing import LaterPlan, PlanChange
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.writing import PaymentWriter

# Keys of the calls of one intent.
_RELEASE: Final = 1
_CHANGE: Final = 2


@dataclass(frozen=True, slots=True)
class Changed:
    """The subscription afterwards; *billed* is what was invoiced at once, if anything."""

    subscription: SubscriptionFacts
    billed: Settled | None = None


async def change_plan(desk: Desk, actor: Actor, quote: Quote) -> None:
    """Carry out what was quoted to the actor. Afterwards the rows say whether it waits for payment.

    Raises QuoteExpired and QuoteChanged, as `quote_change`, and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        if wall_now() >= quote.expires_at:
            raise QuoteExpired
        choice = await choose(session, actor, quote.member_id, quote.plan_id, quote.quantity)
        if not _is_as_quoted(choice, quote):
            raise QuoteChanged
        return await _written(session, actor, choice, quote)

    at_once = quote.timing is ChangeTiming.NOW
    await desk.carry_out(CHANGE_NOW if at_once else CHANGE_LATER, record)


def _is_as_quoted(choice: Choice, quote: Quote) -> bool:
    """What was to begin with a renewal that is over by now would begin with a later one."""
    if quote.timing is ChangeTiming.AT_RENEWAL and business_now() >= quote.begins_at:
        return False
    row = choice.held.row
    now = (row.plan.id, row.membership.quantity, choice.timing, choice.subscription_id)
    shown = (quote.from_plan_id, quote.from_quantity, quote.timing, quote.subscription_id)
    return now == shown and choice.plan.stripe_price_id == quote.change.price_id


async def _written(session: AsyncSession, actor: Actor, choice: Choice, quote: Quote) -> Intent:
    """The intent, with the row that says what was asked for, and what it was to cost."""
    member, plan = choice.held.row.member, choice.plan
    at_once = quote.timing is ChangeTiming.NOW
    intent = asked_by(
        author_for(actor),
        kind=(CHANGE_NOW if at_once else CHANGE_LATER).kind,
        about=member.membership_id,
        payload={
            "subscription": quote.subscription_id,
            "from": [quote.from_price_id, quote.from_quantity, quote.period_end.isoformat()],
            "item": quote.change.item_id,
            "price": quote.change.price_id,
            "quantity": quote.quantity,
            "interval": [str(plan.interval), plan.interval_count],
            "in_trial": quote.timing is ChangeTiming.IN_TRIAL,
            "prorated_at": _written_moment(quote.change.prorated_at),
            "amounts": [quote.preview.total.minor, quote.preview.amount_due.minor],
        },
    )
    await drop_refused(session, member.membership_id, business_now())
    session.add(
        RequestedPlanChange(
            membership_id=member.membership_id,
            member_id=member.id,
            intent_id=intent.id,
            timing=quote.timing,
            from_plan_id=quote.from_plan_id,
            from_quantity=quote.from_quantity,
            to_plan_id=plan.id,
            to_quantity=quote.quantity,
            amount_minor=quote.due.minor,
            currency=quote.due.currency,
            asked_at=business_now(),
            effective_at=quote.begins_at,
        )
    )
    return intent


def _written_moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


async def _send_now(provider: PaymentWriter, intent: Intent) -> Changed:
    asked = intent.payload
    before = await provider.subscription(asked["subscription"])
    if not _stands(asked, before, "active"):
        raise QuoteChanged
    change = PlanChange(
        item_id=asked["item"],
        price_id=asked["price"],
        quantity=asked["quantity"],
        prorated_at=datetime.fromisoformat(asked["prorated_at"]),
    )
    preview = await provider.preview_change(before.id, change)
    if [preview.total.minor, preview.amount_due.minor] != asked["amounts"]:
        raise QuoteChanged
    await _release(provider, intent, before)
    after = await provider.change_plan(before.id, change, key=intent.step_key(_CHANGE))
    return await _look(provider, intent, after)


async def _look(
    provider: PaymentWriter, intent: Intent, after: SubscriptionFacts | None = None
) -> Changed:
    """What has become of it, with what was invoiced."""
    found = after or await provider.subscription(intent.payload["subscription"])
    if found.latest_invoice_id is None:
        return Changed(found)
    billed = await around(provider, await provider.invoice(found.latest_invoice_id))
    return Changed(billed.subscription, billed)


async def _send_later(provider: PaymentWriter, intent: Intent) -> Changed:
    """Where the provider was away over a renewal, a plan begins with the one after it."""
    asked = intent.payload
    before = await provider.subscription(asked["subscription"])
    if (before.plan.price.id, before.plan.quantity) == (asked["price"], asked["quantity"]):
        return Changed(before)
    if asked["in_trial"]:
        return Changed(await _change_trial(provider, intent, before))
    if not _stands(asked, before, "active", whenever=True):
        raise QuoteChanged
    interval, count = asked["interval"]
    wanted = LaterPlan(
        price_id=asked["price"],
        quantity=asked["quantity"],
        interval=Interval(interval),
        interval_count=count,
    )
    key = intent.step_key(_CHANGE)
    return Changed(await provider.schedule_change(before.id, wanted, key=key))


async def _change_trial(
    provider: PaymentWriter, intent: Intent, before: SubscriptionFacts
) -> SubscriptionFacts:
    """Charges nothing: the trial goes on, and its end bills the new plan."""
    asked = intent.payload
    if not _stands(asked, before, "trialing"):
        raise QuoteChanged
    await _release(provider, intent, before)
    change = PlanChange(
        item_id=asked["item"],
        price_id=asked["price"],
        quantity=asked["quantity"],
        prorations="none",
    )
    return await provider.change_plan(before.id, change, key=intent.step_key(_CHANGE))


def _stands(
    asked: dict[str, Any], before: SubscriptionFacts, status: str, *, whenever: bool = False
) -> bool:
    """Whether the subscription is still what was to be changed, in the same period."""
    price_id, quantity, period_end = asked["from"]
    as_it_was = (before.plan.price.id, before.plan.quantity, before.status)
    same_period = whenever or before.plan.period_end == datetime.fromisoformat(period_end)
    ends = before.cancel_at is not None or before.cancel_at_period_end
    return as_it_was == (price_id, quantity, status) and same_period and not ends


async def _release(provider: PaymentWriter, intent: Intent, before: SubscriptionFacts) -> None:
    """A schedule would not let the change wait for its payment; one with more to come is kept."""
    if before.scheduled is not None:
        raise QuoteChanged
    if before.schedule_id is not None:
        await provider.release_schedule(before.schedule_id, key=intent.step_key(_RELEASE))


async def _apply(
    session: AsyncSession, intent: Intent, answer: Changed, *, observed_at: datetime
) -> None:
    """What neither happened nor waits, after a look, was never made."""
    if answer.billed is not None:
        await apply_settled(session, intent, answer.billed, observed_at=observed_at)
    else:
        await project_subscription(session, answer.subscription, observed_at=observed_at)
    noted = await change_of_intent(session, intent.id)
    if noted is None:
        return
    if noted.happened_at is None and not await is_arranged(session, noted, answer.subscription):
        noted.dropped_at = business_now()
        return
    await note_won_back(session, noted.membership_id, OfferKind.PLAN, asked_at=intent.asked_at)


CHANGE_NOW: Final = Write(kind="plans.change_now", send=_send_now, apply=_apply, look=_look)
CHANGE_LATER: Final = Write(kind="plans.change_later", send=_send_later, apply=_apply)
