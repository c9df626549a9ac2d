"""Putting a method to use that was just added: once, whoever hears first that it was saved.

The tab hears it from the browser's form, and a webhook from the provider. The row that was written
before the form was opened says what was wanted; whoever carries it out marks it as used in the
same unit of work that records the change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.intents.errors import StillUnderWay
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, Record, newest_intent, settled
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.errors import NotFound
from portal_app.kit.observed import Outcome
from portal_app.memberships.service.reading import HeldMembership, find_held
from portal_app.memberships.service.reassigning import (
    REASSIGN,
    changes_something,
    is_charged_to,
    reassign,
    subscriptions_of,
    with_own_method,
)
from portal_app.payment_methods.errors import OtherCustomer
from portal_app.payment_methods.models import MethodSetup, PaymentMethod
from portal_app.payment_methods.repository import find_by_stripe_id, same_card
from portal_app.payment_methods.service import (
    Uses,
    default_of,
    find_method,
    find_method_or_copy,
    unused_setup,
    uses_of_setup,
)
from portal_app.provider.answers import SetupFacts

# Seconds between tries to put an added method to use while something else changes.
PATIENCE: Final = (0.1, 0.2, 0.4, 0.8)


class _AlreadyUsed(Exception):
    """Somebody else was first; there is nothing left to do."""


async def method_added(
    desk: Desk, actor: Actor, method_id: object, uses: Uses | None = None, *, setup_id: str = ""
) -> None:
    """Put a method that was just added to use, and let it take the place of its own older copy.

    It becomes the default where there was none. With *setup_id* it is used for what was written
    down there, once; else for *uses*. Where another tab added the same card and has replaced this
    one already, that one is meant. Raises MembershipNotFound, PaymentMethodNotFound and
    OtherCustomer, and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        wanted = uses or Uses()
        if setup_id:
            setup = await unused_setup(session, setup_id)
            if setup is None or setup.person_id != actor.person_id:
                raise _AlreadyUsed
            wanted, setup.used_at = uses_of_setup(setup), wall_now()
        method, customer = await find_method_or_copy(session, actor, method_id)
        return await _put_to_use(session, actor, method, customer, wanted)

    try:
        await _patiently(desk, record)
    except _AlreadyUsed:
        await settled(desk.database(), await _billed_to(desk, actor, method_id))


async def _patiently(desk: Desk, record: Record) -> None:
    """Another tab's change to the same customer is a matter of moments."""
    for pause in PATIENCE:
        with suppress(StillUnderWay):
            return await desk.carry_out(REASSIGN, record)
        await asyncio.sleep(pause)
    return await desk.carry_out(REASSIGN, record)


async def _billed_to(desk: Desk, actor: Actor, method_id: object) -> str:
    async with desk.database().reading() as session:
        return (await find_method_or_copy(session, actor, method_id))[1].id


async def carry_out_setup(session: AsyncSession, facts: SetupFacts) -> Outcome:
    """Leave to the jobs loop what a setup that succeeded is to be used for, if no tab has done it.

    Raises StillUnderWay while another change of the customer's is not finished: try again later.
    """
    setup = await unused_setup(session, facts.opened_for)
    if setup is None or facts.status != "succeeded" or facts.method_id is None:
        return Outcome.UNRELATED
    actor = Actor(person_id=setup.person_id, session_id="", email="", locale="")
    intent = await _wanted(session, actor, setup, facts.method_id)
    setup.used_at = wall_now()
    if intent is not None:
        session.add(intent)
    return Outcome.WRITTEN


async def _wanted(
    session: AsyncSession, actor: Actor, setup: MethodSetup, stripe_method_id: str
) -> Intent | None:
    """None when the method is gone again, or is no longer this person's."""
    found = await find_by_stripe_id(session, actor, stripe_method_id)
    if found is None:
        return None
    method, customer = await find_method(session, actor, found.id)
    last = await newest_intent(session, customer.id)
    if last is not None and last.done_at is None and last.dead_at is None:
        raise StillUnderWay
    # Whatever was changed since the form was opened is what they want now; see `_put_to_use`.
    overtaken = last is not None and last.created_at > setup.opened_at
    uses = Uses() if overtaken else await _still_theirs(session, actor, customer, setup)
    intent = await _put_to_use(session, actor, method, customer, uses)
    intent.leased_until, intent.attempts = None, 0
    return intent if changes_something(intent) else None


async def _still_theirs(
    session: AsyncSession, actor: Actor, customer: Customer, setup: MethodSetup
) -> Uses:
    """A membership may have been handed on meanwhile."""
    uses = uses_of_setup(setup)
    kept = []
    for member_id in uses.member_ids:
        try:
            held = await _billed_here(session, actor, customer, member_id)
        except (NotFound, OtherCustomer):
            continue
        kept.append(held.row.member.id)
    return Uses(everywhere=uses.everywhere, member_ids=tuple(kept))


async def _put_to_use(
    session: AsyncSession, actor: Actor, method: PaymentMethod, customer: Customer, uses: Uses
) -> Intent:
    copies = await same_card(session, method)
    owned = await with_own_method(session, actor, customer)
    moved = owned if uses.everywhere else [held for held in owned if is_charged_to(held, copies)]
    chosen = [await _billed_here(session, actor, customer, one) for one in uses.member_ids]
    if not uses.everywhere:  # else they have a method of their own already, or follow the default
        moved = [*moved, *chosen]
    replaced = {copy.stripe_payment_method_id for copy in copies} | {None}
    return reassign(
        actor,
        customer,
        method=method,
        default=uses.everywhere or default_of(customer) in replaced,
        subscriptions=await subscriptions_of(session, _once(moved)),
        detach=copies,
    )


async def _billed_here(
    session: AsyncSession, actor: Actor, customer: Customer, member_id: str
) -> HeldMembership:
    held = await find_held(session, actor, member_id, business_now())
    if held.row.membership.customer_id != customer.id:
        raise OtherCustomer
    return held


def _once(held: Sequence[HeldMembership]) -> list[HeldMembership]:
    return list({one.row.member.id: one for one in held}.values())
