"""What memberships are charged to, as a company's program changes it for its customers.

A company reaches what is billed to a customer of one of its memberships, and nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.identity.actor import CompanyKey
from portal_app.intents.errors import StillUnderWay, Unconfirmed, Waiting
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.kit.clock import business_now
from portal_app.kit.errors import ProviderUnavailable
from portal_app.memberships import company_repository, repository
from portal_app.memberships.errors import (
    AmountChanged,
    MembershipNotFound,
    NotCharged,
    NothingToPay,
)
from portal_app.memberships.models import Membership
from portal_app.memberships.rules import StripeFacts, is_current
from portal_app.memberships.service.paying import retry_open_payment
from portal_app.memberships.service.reassigning import REASSIGN, reassign
from portal_app.payment_methods.errors import (
    AttachedToSubscription,
    OtherCustomer,
    PaymentMethodNotFound,
)
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.repository import same_card
from portal_app.payment_methods.service import default_of
from portal_app.provider.errors import RefusedByProvider

# Why an overdue payment may not have been made on a method that was changed nevertheless.
_NOT_PAID: Final = (
    AmountChanged,
    NothingToPay,
    ProviderUnavailable,
    RefusedByProvider,
    StillUnderWay,
    Unconfirmed,
)


async def charge_as_company(
    desk: Desk, actor: CompanyKey, membership_id: str, method_id: object
) -> None:
    """Charge a membership of the company to a method of its customer, what is overdue right away.

    Whether that was paid is what the membership's status says afterwards: a bank that declines, or
    wants to ask the customer, takes nothing back of the change.

    Raises MembershipNotFound, PaymentMethodNotFound, OtherCustomer, NotCharged, and as
    `Desk.carry_out`.
    """
    found: list[tuple[Membership, PaymentMethod]] = []

    async def record(session: AsyncSession) -> Intent:
        membership = await company_repository.of_company(session, actor.company_id, membership_id)
        if membership is None:
            raise MembershipNotFound
        method, customer = await find_as_company(session, actor, method_id)
        if membership.customer_id != customer.id:
            raise OtherCustomer
        if not _is_charged(membership):
            raise NotCharged
        subscriptions = await repository.current_subscriptions(session, [membership.id])
        found.append((membership, method))
        return reassign(actor.author, customer, method=method, subscriptions=subscriptions)

    await desk.carry_out(REASSIGN, record)
    with suppress(*_NOT_PAID):
        await retry_open_payment(desk, actor.author, *found[0])


async def remove_as_company(desk: Desk, actor: CompanyKey, method_id: object) -> None:
    """Detach a method that nothing is charged to.

    Raises PaymentMethodNotFound, AttachedToSubscription, and as `Desk.carry_out`.
    """

    async def record(session: AsyncSession) -> Intent:
        method, customer = await find_as_company(session, actor, method_id)
        if await company_repository.pays_for_any(session, method):
            raise AttachedToSubscription
        return reassign(actor.author, customer, detach=[method])

    await desk.carry_out(REASSIGN, record)


async def replace_copies(desk: Desk, actor: CompanyKey, method_id: object) -> None:
    """Let a method that was just saved take the place of its own older copies.

    While something else is being changed for the customer, or the provider is away, it is left to
    the webhook or to the jobs loop. Raises as `remove_as_company`.
    """

    async def record(session: AsyncSession) -> Intent:
        method, customer = await find_as_company(session, actor, method_id)
        intent = await replacement(session, actor, method, customer)
        if intent is None:
            raise _NothingToReplace
        return intent

    try:
        await desk.carry_out(REASSIGN, record)
    except (StillUnderWay, Waiting, _NothingToReplace):
        return


class _NothingToReplace(Exception):
    """There is no older copy, and a default already."""


async def replacement(
    session: AsyncSession, actor: CompanyKey, method: PaymentMethod, customer: Customer
) -> Intent | None:
    """What it takes; None when there is nothing to do.

    Everything that an older copy pays for moves along, whoever sells it.
    """
    copies = await same_card(session, method)
    replaced = {copy.stripe_payment_method_id for copy in copies}
    default = default_of(customer) in {*replaced, None}
    if not copies and not default:
        return None
    pinned = await company_repository.pinned_to(session, customer, replaced)
    return reassign(
        actor.author, customer, method=method, default=default, subscriptions=pinned, detach=copies
    )


async def find_as_company(
    session: AsyncSession, actor: CompanyKey, method_id: object
) -> tuple[PaymentMethod, Customer]:
    """Raises PaymentMethodNotFound for what is not on file with a customer of the company's."""
    if isinstance(method_id, str):
        found = await company_repository.method_of_company(session, actor.company_id, method_id)
        if found is not None:
            return found
    raise PaymentMethodNotFound


def _is_charged(membership: Membership) -> bool:
    facts = StripeFacts.of(membership)
    automatic = membership.collection_method == "charge_automatically"
    return facts.recurring and automatic and is_current(facts, business_now())
