"""What a membership can change its plan to, for whoever holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.configuration import PlanChangePolicy
from portal_app.catalog.models import Plan, Product
from portal_app.catalog.repository import plans_on_sale, plans_with_products
from portal_app.identity.actor import Actor
from portal_app.intents.service import open_intents
from portal_app.invoices.repository import last_attempts
from portal_app.memberships.plan_models import RequestedPlanChange
from portal_app.memberships.plan_repository import standing_change
from portal_app.memberships.plans import (
    ChangeTiming,
    Hindrance,
    cheaper_plans,
    hindrance_of,
    targets_of,
    timing_of,
)
from portal_app.memberships.service.reading import HeldMembership, find_held

# What Stripe can make a change wait for (docs.stripe.com/billing/subscriptions/pending-updates).
_PAID_AT_ONCE: Final = frozenset({"card", "link"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """*targets* are plans with their products, the cheapest first.

    *standing* is what was asked for and has not happened, with the plan that it is to be: *wanted*.
    *waiting* says that the provider has not heard of something yet, *asks_bank* that the customer
    has to confirm a payment with their bank.
    """

    held: HeldMembership
    policy: PlanChangePolicy
    hindrance: Hindrance | None
    targets: tuple[tuple[Plan, Product], ...]
    standing: RequestedPlanChange | None
    wanted: tuple[Plan, Product] | None
    waiting: bool
    asks_bank: bool


async def plan_page(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> PlanPage:
    """Raises MembershipNotFound."""
    held = await find_held(session, actor, member_id, now)
    membership = held.row.membership
    policy = held.configuration.plan_change
    standing = await standing_change(session, membership.id)
    to = standing.to_plan_id if standing else membership.scheduled_change.get("plan_id")
    waiting = await open_intents(session, [membership.id])
    return PlanPage(
        held=held,
        policy=policy,
        hindrance=hindrance_of(membership, policy),
        targets=tuple(await targets_for(session, held, policy)),
        standing=standing,
        wanted=(await plans_with_products(session, [to])).get(to),
        waiting=bool(waiting),
        asks_bank=await _asks_bank(session, actor, held),
    )


async def _asks_bank(session: AsyncSession, actor: Actor, held: HeldMembership) -> bool:
    if held.switching is None:
        return False
    tried = await last_attempts(session, actor, [held.switching.id])
    return any(payment.asks_bank for payment in tried.values())


async def targets_for(
    session: AsyncSession, held: HeldMembership, policy: PlanChangePolicy
) -> list[tuple[Plan, Product]]:
    """Those that it may change to, whether anything stands in the way now or not."""
    if not held.facts.recurring or held.row.plan.interval is None:
        return []
    company, currency = held.row.company.id, held.row.membership.currency
    return targets_of(held.row.plan, await plans_on_sale(session, company, currency), policy)


async def changes_plan(session: AsyncSession, held: HeldMembership) -> bool:
    """Whether its page has anything to choose: another plan or quantity."""
    if not (held.facts.recurring and held.current):
        return False
    policy = held.configuration.plan_change
    return policy.offers_quantity or bool(await targets_for(session, held, policy))


async def cheaper_plans_of(session: AsyncSession, held: HeldMembership) -> list[Plan]:
    """What its holder can change to for less right now, the cheapest first; at `…/plan/`."""
    policy = held.configuration.plan_change
    if hindrance_of(held.row.membership, policy) is not None:
        return []
    return cheaper_plans(held.row.plan, await targets_for(session, held, policy))


def timing_for(
    held: HeldMembership, plan: Plan, quantity: int, policy: PlanChangePolicy
) -> ChangeTiming:
    method = held.row.payment_method
    by_debit = method is not None and method.kind not in _PAID_AT_ONCE
    return timing_of(held.row.membership, held.row.plan, plan, quantity, policy, by_debit=by_debit)
