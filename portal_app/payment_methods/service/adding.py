"""Adding a payment method: the browser saves it with the provider, which tells us what it saved.

No card number ever comes here, and nothing that the browser says about the outcome is believed.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor, ActorKind, Author, write_as
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.errors import NotFound
from portal_app.kit.ids import new_id
from portal_app.payment_methods import repository
from portal_app.payment_methods.errors import SetupFailed, SetupNotFound, SetupUnderWay
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.projection import project_payment_method
from portal_app.payment_methods.service.wallets import Wallet, list_wallets
from portal_app.provider.answers import SetupFacts
from portal_app.provider.writing import PaymentWriter

_INTENT: Final = re.compile(r"seti_\w{1,250}", re.ASCII)


async def find_wallet(session: AsyncSession, actor: Actor, customer_id: object) -> Wallet:
    """One of the actor's by its customer (`cust_…`). Raises SetupNotFound for anything else."""
    for wallet in await list_wallets(session, actor):
        if wallet.customer.id == customer_id:
            return wallet
    raise SetupNotFound


async def open_setup(provider: PaymentWriter, wallet: Wallet) -> SetupFacts:
    """What the form needs to save a method for *wallet*.

    It is no intent of ours: as long as nobody fills the form in, nothing is changed by it. Raises
    as `PaymentWriter`.
    """
    customer_id = wallet.customer.stripe_customer_id
    return await provider.create_setup_intent(customer_id, metadata={}, key=new_id("itn"))


async def finish_setup(
    database: Database, provider: PaymentWriter, actor: Actor, intent_id: object
) -> PaymentMethod:
    """The method that a setup saved, put on file at once; safe to repeat.

    Raises SetupNotFound for anything but a setup of the actor's own, SetupUnderWay and SetupFailed
    when nothing was saved, and as `PaymentWriter`.
    """
    observed_at = wall_now()
    setup = await _own_setup(database, provider, actor, intent_id)
    if setup.status == "processing":
        raise SetupUnderWay
    if setup.status != "succeeded" or setup.method_id is None:
        raise SetupFailed(setup.failure_code)
    facts = await provider.payment_method(setup.method_id)
    async with database.unit_of_work() as session:
        write_as(session, Author(ActorKind.CUSTOMER, actor.person_id))
        await project_payment_method(session, facts, observed_at=observed_at)
        method = await repository.find_by_stripe_id(session, actor, facts.id)
    if method is None:
        # It was saved, and is detached again.
        raise SetupFailed
    return method


async def _own_setup(
    database: Database, provider: PaymentWriter, actor: Actor, intent_id: object
) -> SetupFacts:
    if not (isinstance(intent_id, str) and _INTENT.fullmatch(intent_id)):
        raise SetupNotFound
    try:
        setup = await provider.setup_intent(intent_id)
    except NotFound as unknown:
        raise SetupNotFound from unknown
    async with database.reading() as session:
        customers = await repository.customers_of(session, actor)
    if setup.customer_id not in {customer.stripe_customer_id for customer in customers}:
        raise SetupNotFound
    return setup
