"""What a person has on file to pay with. The actor comes first, everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.customers.repository import customers_of
from portal_app.identity.actor import Actor
from portal_app.kit.ids import has_prefix
from portal_app.payment_methods import repository
from portal_app.payment_methods.errors import PaymentMethodNotFound
from portal_app.payment_methods.models import PaymentMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A Stripe customer of the person's with its methods, the default first, then newest first."""

    customer: Customer
    methods: tuple[PaymentMethod, ...]

    def is_default(self, method: PaymentMethod) -> bool:
        return method.stripe_payment_method_id == default_of(self.customer)


def default_of(customer: Customer) -> str | None:
    """Stripe's id of what a charge without a choice of its own uses; a source comes second."""
    return customer.stripe_default_payment_method_id or customer.stripe_default_source_id


async def list_wallets(session: AsyncSession, actor: Actor) -> list[Wallet]:
    """Every customer of the actor's, oldest first; two queries however many there are."""
    customers = await customers_of(session, actor)
    methods = await repository.methods_of(session, actor)
    return [_wallet(customer, methods) for customer in customers]


def _wallet(customer: Customer, methods: Sequence[PaymentMethod]) -> Wallet:
    own = [method for method in methods if method.customer_id == customer.id]
    default = default_of(customer)
    own.sort(key=lambda method: method.stripe_payment_method_id != default)
    return Wallet(customer=customer, methods=tuple(own))


async def substitutes(
    session: AsyncSession, actor: Actor, method: PaymentMethod
) -> list[PaymentMethod]:
    """What could take the place of *method*: the others of the same customer."""
    wallets = await list_wallets(session, actor)
    return [
        other
        for wallet in wallets
        for other in wallet.methods
        if other.customer_id == method.customer_id and other.id != method.id
    ]


async def find_method(
    session: AsyncSession, actor: Actor, method_id: object
) -> tuple[PaymentMethod, Customer]:
    """One method on file by its id (`payt_…`). Raises PaymentMethodNotFound for anything else."""
    if not (isinstance(method_id, str) and has_prefix(method_id, "payt")):
        raise PaymentMethodNotFound
    found = await repository.find_method(session, actor, method_id)
    if found is None:
        raise PaymentMethodNotFound
    return found


async def find_method_or_copy(
    session: AsyncSession, actor: Actor, method_id: object
) -> tuple[PaymentMethod, Customer]:
    """As `find_method`; for one that its own copy has replaced, the copy."""
    try:
        return await find_method(session, actor, method_id)
    except PaymentMethodNotFound:
        found = await repository.find_copy(session, actor, str(method_id))
        if found is None:
            raise
        return found
