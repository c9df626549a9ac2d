"""The one kind of write behind every choice of what memberships are charged to.

Some memberships, and perhaps the customer's default, move to a method; then others are detached.
Nothing is taken away before what takes its place is in place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.customers.projection import project_customer
from portal_app.identity.actor import Actor, Author
from portal_app.intents.models import Intent
from portal_app.intents.service import asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now
from portal_app.memberships import exit_repository, repository
from portal_app.memberships.projection import project_subscription
from portal_app.memberships.projection.happenings import OVER
from portal_app.memberships.service.late_debits import note_late
from portal_app.memberships.service.listing import running_memberships
from portal_app.memberships.service.plan_leaving import leave_waiting
from portal_app.memberships.service.reading import HeldMembership
from portal_app.memberships.service.undoing import forget_planned_pause
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.projection import project_payment_method
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.facts import (
    CustomerFacts,
    InvoiceFacts,
    PaymentMethodFacts,
    SubscriptionFacts,
)
from portal_app.provider.writing import PaymentWriter

# Keys of what goes before an end; the calls before them are counted from one.
_RELEASE: Final = 1000
_GIVE_UP: Final = 2000


@dataclass(frozen=True, slots=True)
class Reassigned:
    """What the provider answered, object by object.

    *late* are invoices by the subscription that ends, which a debit on its way may still pay.
    """

    customer: CustomerFacts | None
    subscriptions: tuple[SubscriptionFacts, ...]
    detached: tuple[PaymentMethodFacts, ...]
    late: dict[str, tuple[InvoiceFacts, ...]]


async def _send(provider: PaymentWriter, intent: Intent) -> Reassigned:
    """Subscriptions, then the default, then what is to go: stopping anywhere leaves all payable.

    What named a method that has gone is read again: who names nothing follows the default, and
    without this our rows would name the gone one until some webhook came.
    """
    asked, keys = intent.payload, iter(map(intent.step_key, range(1, 1000)))
    method = asked["method"]
    subscriptions = [
        await _unless_over(
            provider, one, provider.set_subscription_payment_method(one, method, key=next(keys))
        )
        for one in asked["subscriptions"]
    ]
    customer = None
    if asked["default"]:
        customer = await provider.set_default_payment_method(
            asked["customer"], method, key=next(keys)
        )
    late = {}
    for place, one in enumerate(asked["cancel"]):
        late[one] = await _let_end(provider, intent, one, place)
        ending = provider.cancel_at_period_end(one, key=next(keys))
        subscriptions.append(await _unless_over(provider, one, ending))
    detached = [await _detached(provider, one, key=next(keys)) for one in asked["detach"]]
    subscriptions += [await provider.subscription(one) for one in asked["freed"]]
    if detached and not asked["default"]:
        customer = await _read_customer(provider, asked["customer"])
    return Reassigned(customer, tuple(subscriptions), tuple(detached), late)


async def _let_end(
    provider: PaymentWriter, intent: Intent, subscription_id: str, place: int
) -> tuple[InvoiceFacts, ...]:
    """What is arranged for later goes: a schedule would not let its subscription end, as it ends.

    What these calls change is learnt with the subscription, and from the invoice's webhook.
    """
    before = await provider.subscription(subscription_id)
    if before.status in OVER:
        return ()
    if before.schedule_id is not None:
        await provider.release_schedule(before.schedule_id, key=intent.step_key(_RELEASE + place))
    return await leave_waiting(provider, before, key=intent.step_key(_GIVE_UP + place))


async def _unless_over(
    provider: PaymentWriter, subscription_id: str, change: Awaitable[SubscriptionFacts]
) -> SubscriptionFacts:
    """What has ended without our hearing of it needs no change, and must not stop the others'."""
    try:
        return await change
    except RefusedByProvider:
        subscription = await provider.subscription(subscription_id)
        if subscription.status not in OVER:
            raise
        return subscription


async def _detached(provider: PaymentWriter, method_id: str, *, key: str) -> PaymentMethodFacts:
    """One that is detached already is no error: an earlier attempt may have done it."""
    try:
        return await provider.detach_payment_method(method_id, key=key)
    except RefusedByProvider:
        method = await provider.payment_method(method_id)
        if method.customer_id is not None:
            raise
        return method


async def _read_customer(provider: PaymentWriter, customer_id: str) -> CustomerFacts | None:
    found = await provider.customer(customer_id)
    return found if isinstance(found, CustomerFacts) else None


async def _apply(
    session: AsyncSession, intent: Intent, answer: Reassigned, *, observed_at: datetime
) -> None:
    if answer.customer is not None:
        await project_customer(session, answer.customer, observed_at=observed_at)
    late: dict[str, Sequence[InvoiceFacts]] = {}
    for subscription in answer.subscriptions:
        await project_subscription(session, subscription, observed_at=observed_at)
        if subscription.id in intent.payload["cancel"]:
            membership_id = await exit_repository.fed_by(session, subscription.id)
            await forget_planned_pause(session, membership_id or "", subscription)
            if membership_id is not None:
                late[membership_id] = answer.late[subscription.id]
    for method in answer.detached:
        await project_payment_method(session, method, observed_at=observed_at)
    # Last: it locks invoices, as everywhere after subscriptions and methods.
    for membership_id, invoices in late.items():
        await note_late(session, membership_id, invoices)


REASSIGN: Final = Write(kind="charging.reassign", send=_send, apply=_apply)


def reassign(
    actor: Actor | Author,
    customer: Customer,
    *,
    method: PaymentMethod | None = None,
    default: bool = False,
    subscriptions: Iterable[str] = (),
    cancel: Iterable[str] = (),
    detach: Iterable[PaymentMethod] = (),
    freed: Iterable[str] = (),
) -> Intent:
    """*freed* are subscriptions that named what is detached, and go back to the default."""
    payload: dict[str, Any] = {
        "customer": customer.stripe_customer_id,
        "method": method.stripe_payment_method_id if method else None,
        "default": default,
        "subscriptions": list(subscriptions),
        "cancel": list(cancel),
        "detach": [one.stripe_payment_method_id for one in detach],
        "freed": list(freed),
    }
    return asked_by(actor, kind=REASSIGN.kind, about=customer.id, payload=payload)


def changes_something(intent: Intent) -> bool:
    """Whether a reassignment asks the provider for anything at all."""
    asked = intent.payload
    return bool(asked["default"] or asked["subscriptions"] or asked["cancel"] or asked["detach"])


def is_charged_to(held: HeldMembership, methods: Sequence[PaymentMethod]) -> bool:
    charged = held.row.payment_method
    return charged is not None and charged.id in {method.id for method in methods}


def own_method(held: HeldMembership) -> str | None:
    membership = held.row.membership
    return membership.stripe_default_payment_method_id or membership.stripe_default_source_id


async def with_own_method(
    session: AsyncSession, actor: Actor, customer: Customer
) -> list[HeldMembership]:
    """Memberships of the customer that don't follow its default."""
    held = await running_memberships(session, actor, business_now())
    return [
        one for one in held if one.row.membership.customer_id == customer.id and own_method(one)
    ]


async def subscriptions_of(session: AsyncSession, held: Iterable[HeldMembership]) -> list[str]:
    """Stripe's ids of what stands behind these memberships now."""
    ids = [one.row.membership.id for one in held]
    return list(await repository.current_subscriptions(session, ids)) if ids else []
