"""What the pages that cancel and take it back know, for whoever holds the membership."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.configuration import CancelPolicy
from portal_app.identity.actor import Actor
from portal_app.kit.money import Money
from portal_app.memberships import exit_repository
from portal_app.memberships.exits import Exit, plan_exit
from portal_app.memberships.models import Cancellation
from portal_app.memberships.offers import Offer, OfferKind, may_be_offered, reaches_a_charge
from portal_app.memberships.service.joinable import is_joinable
from portal_app.memberships.service.last_word import LastWord, last_word, waiting_to_undo
from portal_app.memberships.service.pause_page import pause_plan
from portal_app.memberships.service.plan_page import cheaper_plans_of
from portal_app.memberships.service.reading import HeldMembership, find_held
from portal_app.memberships.service.undoing import may_undo


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPage:
    """*cancellation* is the newest that stands, *word* what the provider has not heard of yet.

    *offer* is what can be taken instead, *undoable* says that it can be taken back. *awaited* is
    what was on its way when it ended, and goes back when it arrives. *rejoinable* says that it is
    over and can begin again.
    """

    held: HeldMembership
    policy: CancelPolicy
    exit: Exit
    cancellation: Cancellation | None
    word: LastWord
    offer: Offer | None = None
    undoable: bool = False
    awaited: Money | None = None
    rejoinable: bool = False


async def held_exit(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> tuple[HeldMembership, CancelPolicy]:
    """Raises MembershipNotFound."""
    held = await find_held(session, actor, member_id, now)
    return held, held.configuration.cancel


async def exit_page(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> ExitPage:
    """Raises MembershipNotFound."""
    held, policy = await held_exit(session, actor, member_id, now)
    membership = held.row.membership
    word = await last_word(session, membership.id)
    exit_ = plan_exit(word.facts(held.facts), policy, now)
    return ExitPage(
        held=held,
        policy=policy,
        exit=exit_,
        offer=await offer_for(session, held, policy, exit_),
        cancellation=await exit_repository.standing_cancellation(session, membership.id),
        word=word,
        undoable=held.current and await _is_undoable(session, held, word),
        rejoinable=await is_joinable(session, held),
        awaited=await exit_repository.awaited_of(session, membership.id),
    )


async def _is_undoable(session: AsyncSession, held: HeldMembership, word: LastWord) -> bool:
    if await waiting_to_undo(session, held.row.membership, word):
        return True
    return not word.busy and await may_undo(session, held.row.membership, held.facts)


async def offer_for(
    session: AsyncSession, held: HeldMembership, policy: CancelPolicy, exit_: Exit
) -> Offer | None:
    """What stands beside the button for whoever holds it: the first that the company names."""
    if not may_be_offered(exit_, held.facts):
        return None
    for kind in policy.offers:
        offer = None
        if kind == OfferKind.DISCOUNT:
            offer = await _discount(session, held, policy)
        elif kind == OfferKind.PLAN:
            offer = await _cheaper_plan(session, held)
        elif kind == OfferKind.PAUSE and (await pause_plan(session, held)).is_possible:
            offer = Offer(kind=OfferKind.PAUSE)
        if offer is not None:
            return offer
    return None


async def _cheaper_plan(session: AsyncSession, held: HeldMembership) -> Offer | None:
    """It is agreed to on the page that changes plans, which says from when on."""
    cheaper = await cheaper_plans_of(session, held)
    return Offer(kind=OfferKind.PLAN, plan=cheaper[0]) if cheaper else None


async def _discount(
    session: AsyncSession, held: HeldMembership, policy: CancelPolicy
) -> Offer | None:
    """Once for each membership, and not where a plan change is arranged that would drop it."""
    discount = policy.discounts.get(held.row.plan.id)
    if discount is None or held.row.membership.scheduled_change:
        return None
    if not reaches_a_charge(discount, held.facts, held.as_of):
        return None
    if await exit_repository.was_taken(session, held.row.membership.id, OfferKind.DISCOUNT):
        return None
    return Offer(kind=OfferKind.DISCOUNT, discount=discount)
