"""What a change of plan would cost, as the provider works it out; good for a quarter of an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Plan
from portal_app.identity.actor import Actor
from portal_app.intents.service import Desk
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.money import Money
from portal_app.memberships import repository
from portal_app.memberships.limits import admit_quote
from portal_app.memberships.plan_errors import (
    NoMethodToCharge,
    PlanNotChangeable,
    PlanNotOffered,
)
from portal_app.memberships.plan_repository import standing_change
from portal_app.memberships.plans import ChangeTiming, hindrance_of, length_of, quantities_of
from portal_app.memberships.service.plan_page import targets_for, timing_for
from portal_app.memberships.service.reading import HeldMembership, find_held
from portal_app.provider.changing import PlanChange
from portal_app.provider.facts import InvoiceFacts, SubscriptionFacts

LASTS: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan and quantity that the holder may change to, and when that would begin."""

    held: HeldMembership
    subscription_id: str
    plan: Plan
    quantity: int
    timing: ChangeTiming


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What was shown, and is carried out exactly so. Kept by the server, never by a browser.

    *due* is what is charged at once; *preview* is the invoice of it, or where nothing is charged
    at once, that of the first period on the new plan. *begins_at* is business time, *expires_at*
    wall time.
    """

    member_id: str
    subscription_id: str
    from_plan_id: str
    from_quantity: int
    from_price_id: str
    plan_id: str
    timing: ChangeTiming
    change: PlanChange
    preview: InvoiceFacts
    due: Money
    begins_at: datetime
    period_end: datetime
    expires_at: datetime
    same_periods: bool = True

    @property
    def quantity(self) -> int:
        return self.change.quantity

    @property
    def is_exact(self) -> bool:
        """Whether *preview* is of the very day: Stripe previews other periods as if begun today."""
        return self.timing is not ChangeTiming.AT_RENEWAL or self.same_periods

    @property
    def renews_at(self) -> datetime:
        """The first regular charge of the new plan."""
        if self.timing is not ChangeTiming.NOW:
            return self.period_end
        billed = (line.period_end for line in self.preview.lines if line.amount.minor > 0)
        return max((end for end in billed if end is not None), default=self.period_end)


async def quote_change(
    desk: Desk, actor: Actor, member_id: object, plan_id: object, quantity: object
) -> Quote:
    """Changes nothing.

    Raises MembershipNotFound, PlanNotOffered, PlanNotChangeable, NoMethodToCharge, TooManyRequests,
    and as `PaymentWriter`.
    """
    async with desk.database().reading() as session:
        choice = await choose(session, actor, member_id, plan_id, quantity)
    await admit_quote(actor.person_id)
    before = await desk.in_time(desk.provider.subscription(choice.subscription_id))
    _check(choice, before)
    change = _change(choice, before)
    preview = await desk.in_time(desk.provider.preview_change(before.id, change))
    now = choice.held.as_of
    at_once = choice.timing is ChangeTiming.NOW
    return Quote(
        member_id=choice.held.row.member.id,
        subscription_id=before.id,
        from_plan_id=choice.held.row.plan.id,
        from_quantity=before.plan.quantity,
        from_price_id=before.plan.price.id,
        plan_id=choice.plan.id,
        timing=choice.timing,
        change=change,
        preview=preview,
        due=preview.amount_due if at_once else Money(0, choice.plan.currency),
        begins_at=before.plan.period_end if choice.timing is ChangeTiming.AT_RENEWAL else now,
        period_end=before.plan.period_end,
        expires_at=wall_now() + LASTS,
        same_periods=length_of(choice.plan) == length_of(choice.held.row.plan),
    )


async def choose(
    session: AsyncSession, actor: Actor, member_id: object, plan_id: object, quantity: object
) -> Choice:
    """What the actor wants of their membership, if it may be had; raises as `quote_change`."""
    held = await find_held(session, actor, member_id, business_now())
    membership, policy = held.row.membership, held.configuration.plan_change
    standing = await standing_change(session, membership.id)
    if standing is not None or hindrance_of(membership, policy) is not None:
        raise PlanNotChangeable
    targets = {plan.id: plan for plan, _ in await targets_for(session, held, policy)}
    plan = {held.row.plan.id: held.row.plan, **targets}.get(str(plan_id))
    least, most = quantities_of(membership, policy)
    if plan is None or type(quantity) is not int or not least <= quantity <= most:
        raise PlanNotOffered
    if (plan.id, quantity) == (held.row.plan.id, membership.quantity):
        raise PlanNotOffered
    subscriptions = await repository.current_subscriptions(session, [membership.id])
    if not subscriptions:
        raise PlanNotChangeable
    timing = timing_for(held, plan, quantity, policy)
    if timing is ChangeTiming.NOW and held.row.payment_method is None:
        raise NoMethodToCharge
    return Choice(held, subscriptions[0], plan, quantity, timing)


def _check(choice: Choice, before: SubscriptionFacts) -> None:
    """The provider's word, where our rows are behind, or can't tell (a price billed by use)."""
    known = choice.held.row
    ours = (known.plan.stripe_price_id, known.membership.quantity, known.membership.stripe_status)
    theirs = (before.plan.price.id, before.plan.quantity, before.status)
    by_use = before.plan.price.metered or before.plan.price.amount is None
    if ours != theirs or by_use or before.extras or before.scheduled or before.cancel_at:
        raise PlanNotChangeable


def _change(choice: Choice, before: SubscriptionFacts) -> PlanChange:
    at_once = choice.timing is ChangeTiming.NOW
    return PlanChange(
        item_id=before.plan.id,
        price_id=choice.plan.stripe_price_id,
        quantity=choice.quantity,
        prorations="always_invoice" if at_once else "none",
        prorated_at=choice.held.as_of.replace(microsecond=0) if at_once else None,
    )
