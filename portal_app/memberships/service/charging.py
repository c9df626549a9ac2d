"""Which payment method memberships are charged to: choosing, replacing and removing it.

All of it is one kind of write: some memberships, and perhaps the customer's default, move to a
method; then others are detached. Nothing is taken away before what takes its place is in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.customers.projection import project_customer
from portal_app.identity.actor import Actor, Author
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now
from portal_app.memberships import repository
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.service.reading import HeldMembership, find_held, running_memberships
from portal_app.payment_methods.errors import OtherCustomer, StillInUse
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.projection import project_payment_method
from portal_app.payment_methods.repository import same_card
from portal_app.payment_methods.service import default_of, find_method, list_wallets
from portal_app.provider.facts import CustomerFacts, PaymentMethodFacts, SubscriptionFacts
from portal_app.provider.writing import PaymentWriter


@dataclass(frozen=True, slots=True)
class Reassigned:
    """What the provider answered, object by object."""

    customer: CustomerFacts | None
    subscriptions: tuple[SubscriptionFacts, ...]
    detached: tuple[PaymentMethodFacts, ...]


async def _send(provider: PaymentWriter, intent: Intent) -> Reassigned:
    """Subscriptions, then the default, then what is to go: stopping anywhere leaves all payable."""
    asked, keys = intent.payload, iter(map(intent.step_key, range(1, 1000)))
    method = asked["method"]
    subscriptions = [
        await provider.set_subscription_payment_method(one, method, key=next(keys))
        for one in asked["subscriptions"]
    ]
    customer = None
    if asked["default"]:
        customer = await provider.set_default_payment_method(
            asked["customer"], method, key=next(keys)
        )
    subscriptions += [
        await provider.cancel_at_period_end(one, key=next(keys)) for one in asked["cancel"]
    ]
    detached = [
        await provider.detach_payment_method(one, key=next(keys)) for one in asked["detach"]
    ]
    return Reassigned(customer, tuple(subscriptions), tuple(detached))


async def _apply(
    session: AsyncSession, _intent: Intent, answer: Reassigned, *, observed_at: datetime
) -> None:
    if answer.customer is not None:
        await project_customer(session, answer.customer, observed_at=observed_at)
    for subscription in answer.subscriptions:
        await project_subscription(session, subscription, observed_at=observed_at)
    for method in answer.detached:
        await project_payment_method(session, method, observed_at=observed_at)


REASSIGN: Final = Write(kind="charging.reassign", send=_send, apply=_apply)


def reassignment(
    actor: Actor | Author,
    customer: Customer,
    *,
    method: PaymentMethod | None = None,
    default: bool = False,
    subscriptions: Iterable[str] = (),
    cancel: Iterable[str] = (),
    detach: Iterable[PaymentMethod] = (),
) -> Intent:
    payload: dict[str, Any] = {
        "customer": customer.stripe_customer_id,
        "method": method.stripe_payment_method_id if method else None,
        "default": default,
        "subscriptions": list(subscriptions),
        "cancel": list(cancel),
        "detach": [one.stripe_payment_method_id for one in detach],
    }
    return asked_by(actor, kind=REASSIGN.kind, about=customer.id, payload=payload)


async def make_default(desk: Desk, actor: Actor, method_id: object) -> None:
    """What has no method of its own is charged to this one from now on.

    Raises PaymentMethodNotFound, and as `Desk.carry_out`, like everything here that writes.
    """

    async def record(session: AsyncSession) -> Intent:
        method, customer = await find_method(session, actor, method_id)
        return reassignment(actor, customer, method=method, default=True)

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
        chosen = await _with_own_method(session, actor, customer) if everywhere else [held]
        subscriptions = await _subscriptions(session, chosen)
        return reassignment(
            actor, customer, method=method, default=everywhere, subscriptions=subscriptions
        )

    await desk.carry_out(REASSIGN, record)


async def method_added(
    desk: Desk, actor: Actor, method_id: object, *, everywhere: bool = False, member_id: str = ""
) -> None:
    """Put a method that was just added to use, and let it take the place of its own older copy.

    It becomes the default where there was none. With *everywhere* all that is billed together is
    charged to it, with *member_id* that membership. Raises as `charge_to`.
    """

    async def record(session: AsyncSession) -> Intent:
        method, customer = await find_method(session, actor, method_id)
        copies = await same_card(session, method)
        owned = await _with_own_method(session, actor, customer)
        moved = owned if everywhere else [held for held in owned if _charged_to(held, copies)]
        if member_id:
            held = await find_held(session, actor, member_id, business_now())
            if held.row.membership.customer_id != customer.id:
                raise OtherCustomer
            moved = [*(one for one in moved if one.row.member.id != held.row.member.id), held]
        replaced = {copy.stripe_payment_method_id for copy in copies} | {None}
        return reassignment(
            actor,
            customer,
            method=method,
            default=everywhere or default_of(customer) in replaced,
            subscriptions=await _subscriptions(session, moved),
            detach=copies,
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
    chosen, or when something that it pays for is overdue and would be cancelled unpaid.
    """

    async def record(session: AsyncSession) -> Intent:
        method, customer = await find_method(session, actor, method_id)
        uses = await paid_by(session, actor, method)
        substitute = await _substitute(session, actor, customer, method, substitute_id)
        if uses and substitute is None and not (cancel and all(map(_may_end, uses))):
            raise StillInUse
        ending = (
            [] if substitute else [held for held in uses if not held.facts.cancel_at_period_end]
        )
        pinned = await _pinned_to(session, actor, customer, method) if substitute else []
        return reassignment(
            actor,
            customer,
            method=substitute,
            default=substitute is not None
            and default_of(customer) == method.stripe_payment_method_id,
            subscriptions=await _subscriptions(session, pinned),
            cancel=await _subscriptions(session, ending),
            detach=[method],
        )

    await desk.carry_out(REASSIGN, record)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodChoices:
    """A membership and what could pay for it; *others* are billed together with it."""

    held: HeldMembership
    methods: Sequence[PaymentMethod]
    others: Sequence[HeldMembership]


async def method_choices(
    session: AsyncSession, actor: Actor, member_id: object, now: datetime
) -> MethodChoices:
    """Raises MembershipNotFound, also for one that no payment method is charged for."""
    held = await find_held(session, actor, member_id, now)
    if not held.is_charged:
        raise MembershipNotFound
    customer_id = held.row.membership.customer_id
    wallets = await list_wallets(session, actor)
    running = await running_memberships(session, actor, now)
    return MethodChoices(
        held=held,
        methods=[
            one for wallet in wallets if wallet.customer.id == customer_id for one in wallet.methods
        ],
        others=[
            one
            for one in running
            if one.row.membership.customer_id == customer_id
            and one.is_charged
            and one.row.member.id != held.row.member.id
        ],
    )


async def paid_by(
    session: AsyncSession, actor: Actor, method: PaymentMethod
) -> list[HeldMembership]:
    """The actor's memberships that the next charge would take from *method*."""
    held = await running_memberships(session, actor, business_now())
    return [one for one in held if one.will_be_charged and _charged_to(one, [method])]


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


def _charged_to(held: HeldMembership, methods: Sequence[PaymentMethod]) -> bool:
    charged = held.row.payment_method
    return charged is not None and charged.id in {method.id for method in methods}


def _own_method(held: HeldMembership) -> str | None:
    membership = held.row.membership
    return membership.stripe_default_payment_method_id or membership.stripe_default_source_id


async def _with_own_method(
    session: AsyncSession, actor: Actor, customer: Customer
) -> list[HeldMembership]:
    """Memberships of the customer that don't follow its default."""
    held = await running_memberships(session, actor, business_now())
    return [
        one for one in held if one.row.membership.customer_id == customer.id and _own_method(one)
    ]


async def _pinned_to(
    session: AsyncSession, actor: Actor, customer: Customer, method: PaymentMethod
) -> list[HeldMembership]:
    """Paused and ending ones too: they may go on one day."""
    owned = await _with_own_method(session, actor, customer)
    return [held for held in owned if _own_method(held) == method.stripe_payment_method_id]


async def _subscriptions(session: AsyncSession, held: Iterable[HeldMembership]) -> list[str]:
    """Stripe's ids of what stands behind these memberships now."""
    ids = [one.row.membership.id for one in held]
    return list(await repository.current_subscriptions(session, ids)) if ids else []
