"""Which payment method memberships are charged to: choosing and removing it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.intents.errors import StillUnderWay
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, open_intents
from portal_app.kit.clock import business_now
from portal_app.kit.money import Money
from portal_app.memberships.exit_repository import awaited_of
from portal_app.memberships.service.failed_methods import declined
from portal_app.memberships.service.listing import (
    running_memberships,
)
from portal_app.memberships.service.reading import (
    HeldMembership,
    find_held,
)
from portal_app.memberships.service.reassigning import (
    REASSIGN,
    is_charged_to,
    own_method,
    reassign,
    subscriptions_of,
    with_own_method,
)
from portal_app.payment_methods.errors import OtherCustomer, StillInUse
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import default_of, find_method, list_wallets


async def make_default(desk: Desk, actor: Actor, method_id: object) -> None:
    """What has no method of its own is charged to this one from now on.

    Raises PaymentMethodNotFound, and as `Desk.carry_out`, like everything here that writes.
    """

    async def record(session: AsyncSession) -> Intent:
        method, customer = await find_method(session, actor, method_id)
        return reassign(actor, customer, method=method, default=True)

    await desk.carry_out(REASSIGN, record)


async def charge_to(
    desk: Desk, actor: Actor, member_id: object, method_id: object, *, everywhere: bool
) -> None:
    """Charge a membership, or with *everywhere* all that are billed together with it, to a method.

    Raises MembershipNotFound, PaymentMethodNotFound and OtherCustomer.
    """

    async def record(session: AsyncSession) -> Intent:
        held = await find_held(session, actor, member_id, business_now())
        method, customer = await find_method(session, actor, method_id)
        if held.row.membership.customer_id != customer.id or not held.is_charged:
            raise OtherCustomer
        chosen = await with_own_method(session, actor, customer) if everywhere else [held]
        subscriptions = await subscriptions_of(session, chosen)
        return reassign(
            actor, customer, method=method, default=everywhere, subscriptions=subscriptions
        )

    await desk.carry_out(REASSIGN, record)


async def remove_method(
    desk: Desk,
    actor: Actor,
    method_id: object,
    *,
    substitute_id: str | None = None,
    cancel: bool = False,
) -> None:
    """Detach a method; what it pays for is charged to a substitute, or ends with its period.

    Never silently ends anything: raises StillInUse when it pays for something and neither was
    chosen, or when something that it pays for is overdue and would be cancelled unpaid; and
    StillUnderWay while something else is done to what would end.
    """

    async def record(session: AsyncSession) -> Intent:
        method, customer = await find_method(session, actor, method_id)
        running = await running_memberships(session, actor, business_now())
        uses = paid_by(running, method)
        substitute = await _substitute(session, actor, customer, method, substitute_id)
        if uses and substitute is None and not (cancel and all(map(_may_end, uses))):
            raise StillInUse
        ending = (
            [] if substitute else [held for held in uses if not held.facts.cancel_at_period_end]
        )
        if await open_intents(session, [held.row.membership.id for held in ending]):
            # What is being changed there, a cancellation say, would meet the end half-way.
            raise StillUnderWay
        pinned = await subscriptions_of(session, await _pinned_to(session, actor, customer, method))
        return reassign(
            actor,
            customer,
            method=substitute,
            default=substitute is not None
            and default_of(customer) == method.stripe_payment_method_id,
            subscriptions=pinned if substitute else (),
            cancel=await subscriptions_of(session, ending),
            detach=[method],
            freed=() if substitute else pinned,
        )

    await desk.carry_out(REASSIGN, record)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodChoices:
    """A membership and what could pay for it; *others* are billed together with it.

    *declined* are the ids of methods that have just failed. *awaited* is what may still arrive
    although it has ended, and is given back then.
    """

    held: HeldMembership
    methods: Sequence[PaymentMethod]
    others: Sequence[HeldMembership]
    declined: frozenset[str] = frozenset()
    awaited: Money | None = None


async def method_choices(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> MethodChoices:
    """Nothing to choose from where no method is charged. Raises MembershipNotFound."""
    held = await find_held(session, actor, member_id, now)
    if not held.is_charged:
        awaited = await awaited_of(session, held.row.membership.id)
        return MethodChoices(held=held, methods=(), others=(), awaited=awaited)
    customer_id = held.row.membership.customer_id
    wallets = await list_wallets(session, actor)
    running = await running_memberships(session, actor, now)
    methods = [
        one for wallet in wallets if wallet.customer.id == customer_id for one in wallet.methods
    ]
    return MethodChoices(
        held=held,
        methods=methods,
        declined=declined(methods, running),
        others=[
            one
            for one in running
            if one.row.membership.customer_id == customer_id
            and one.is_charged
            and one.row.member.id != held.row.member.id
        ],
    )


def paid_by(held: Iterable[HeldMembership], method: PaymentMethod) -> list[HeldMembership]:
    """Those of which the next charge would be taken from *method*."""
    return [one for one in held if one.will_be_charged and is_charged_to(one, [method])]


async def _substitute(
    session: AsyncSession,
    actor: Actor,
    customer: Customer,
    method: PaymentMethod,
    substitute_id: str | None,
) -> PaymentMethod | None:
    if not substitute_id:
        return None
    substitute, its_customer = await find_method(session, actor, substitute_id)
    if its_customer.id != customer.id or substitute.id == method.id:
        raise OtherCustomer
    return substitute


def _may_end(held: HeldMembership) -> bool:
    return held.unpaid is None


async def _pinned_to(
    session: AsyncSession, actor: Actor, customer: Customer, method: PaymentMethod
) -> list[HeldMembership]:
    """Paused and ending ones too: they may go on one day."""
    owned = await with_own_method(session, actor, customer)
    return [held for held in owned if own_method(held) == method.stripe_payment_method_id]
