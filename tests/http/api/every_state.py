"""A company with memberships in every state, several products and plans, and a neighbour's too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Company, Plan
from portal_app.identity.models import Person
from portal_app.memberships.rules import StripeFacts, is_canceling, is_paused, status_of
from tests.factories import (
    NOW,
    PERIOD_END,
    HeldMembership,
    make_member,
    make_membership,
    make_one_time,
    make_person,
    make_plan,
    make_product,
)
from tests.http.api.conftest import World

PAUSED: dict[str, Any] = {"pause_behavior": "void", "paused_at": NOW}
ENDING: dict[str, Any] = {"cancel_at_period_end": True, "canceled_at": NOW}
OVER: dict[str, Any] = {"stripe_status": "canceled", "canceled_at": NOW, "ended_at": NOW}
TRIAL: dict[str, Any] = {"stripe_status": "trialing", "trial_end_at": PERIOD_END}
RECURRING: tuple[dict[str, Any], ...] = (
    {},
    TRIAL,
    PAUSED,
    {**TRIAL, **PAUSED},
    ENDING,
    {"cancel_at": PERIOD_END + timedelta(days=3)},
    {"cancel_at": NOW - timedelta(hours=1)},  # over, but Stripe has not said so yet
    {**ENDING, **PAUSED},
    {**TRIAL, **ENDING},
    {**ENDING, "current_period_end": None},
    {"stripe_status": "past_due"},
    {"stripe_status": "past_due", **ENDING},
    {"stripe_status": "past_due", **PAUSED},
    {"stripe_status": "paused", "paused_at": NOW},
    {"stripe_status": "incomplete"},
    {"stripe_status": "incomplete", **ENDING},
    {"stripe_status": "incomplete_expired", "ended_at": NOW},
    {"stripe_status": "unpaid"},
    {"stripe_status": "something_new"},
    {"stripe_status": "something_new", **ENDING},
    OVER,
)
ONE_TIME: tuple[dict[str, Any], ...] = (
    {},
    {"cancel_at": NOW + timedelta(days=300)},
    {"cancel_at": NOW - timedelta(hours=1)},
    {"ended_at": NOW},
    {"ended_at": NOW, "canceled_at": NOW},
)


@dataclass
class EveryState:
    """*held* is newest first; *person* holds the even ones, nobody the odd ones."""

    world: World = field(repr=False)
    person: Person
    plans: list[Plan] = field(repr=False)
    held: list[HeldMembership] = field(repr=False)
    handed_on: HeldMembership = field(repr=False)

    def ids(self, *wanted: bool) -> list[str]:
        """Ids of those for which *wanted* holds."""
        pairs = zip(self.held, wanted, strict=True)
        return [held.membership.id for held, chosen in pairs if chosen]


async def build_every_state(session: AsyncSession, world: World) -> EveryState:
    company = await session.get_one(Company, world.company_id)
    person = await make_person(session, "eve@example.com", name="Eve Moss")
    products = [await make_product(session, company) for _ in range(2)]
    plans = [await make_plan(session, product) for product in (*products, products[0])]
    plans.append(await make_plan(session, products[1], amount_minor=9900, interval=None))
    held = [world.own]
    for number, facts in enumerate((*RECURRING, *ONE_TIME)):
        make, plan = make_membership, plans[number % 3]
        if number >= len(RECURRING):
            make, plan = make_one_time, plans[3]
        holder = None if number % 2 else person
        # Two of each moment, so that ids have to tell them apart.
        created = NOW - timedelta(days=1000 - number // 2)
        held.append(await make(session, holder, plan=plan, **{**facts, "created_at": created}))
    newest = sorted(held, key=lambda one: (one.membership.created_at, one.membership.id))[::-1]
    return EveryState(world, person, plans, newest, await _hand_on(session, held[1]))


async def _hand_on(session: AsyncSession, held: HeldMembership) -> HeldMembership:
    """Somebody held the membership before."""
    before = await make_person(session, "before@example.com", name="Former Holder")
    member = await make_member(
        session,
        held.membership,
        before,
        customer=held.customer,
        from_at=NOW - timedelta(days=900),
        until_at=NOW - timedelta(days=800),
    )
    return held._replace(member=member)


def facts_of(held: HeldMembership) -> StripeFacts:
    return StripeFacts.of(held.membership)


def belongs_to(status: str, held: HeldMembership) -> bool:
    """Whether the filter *status* finds it, worked out from the rules (whop-api §1.1)."""
    facts = facts_of(held)
    own, ending, paused = str(status_of(facts)), is_canceling(facts), is_paused(facts)
    buckets = {
        "canceling": facts.recurring and ending,
        "paused": paused and facts.recurring,
        "expiring": own == "completed" and ending,
        "one_time": own == "completed" and not ending,
        "unclaimed": held.member.person_id is None,
        "banned": False,
    }
    if status in buckets:
        return buckets[status]
    shown_apart = ending and status in {"active", "trialing", "past_due", "unresolved", "drafted"}
    return own == status and not shown_apart
