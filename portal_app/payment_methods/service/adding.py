"""Adding a payment method: the browser saves it with the provider, which tells us what it saved.

No card number ever comes here, and nothing that the browser says about the outcome is believed.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.repository import customers_of
from portal_app.identity.actor import Actor, ActorKind, Author, write_as
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.errors import NotFound
from portal_app.payment_methods import repository
from portal_app.payment_methods.errors import (
    SetupFailed,
    SetupLeft,
    SetupNotFound,
    SetupUnderWay,
)
from portal_app.payment_methods.models import MethodSetup, PaymentMethod
from portal_app.payment_methods.projection import project_payment_method
from portal_app.payment_methods.service.wallets import Wallet, list_wallets
from portal_app.provider.answers import HostedPage, SetupFacts
from portal_app.provider.marked import OPENED_FOR
from portal_app.provider.writing import PaymentWriter

_INTENT: Final = re.compile(r"seti_\w{1,250}", re.ASCII)
_PAGE: Final = re.compile(r"cs_\w{1,250}", re.ASCII)
# What Checkout is told where nothing was billed yet: it only decides which kinds are offered.
_ANY_CURRENCY: Final = "USD"


async def find_wallet(session: AsyncSession, actor: Actor, customer_id: object) -> Wallet:
    """One of the actor's by its customer (`cust_…`). Raises SetupNotFound for anything else."""
    for wallet in await list_wallets(session, actor):
        if wallet.customer.id == customer_id:
            return wallet
    raise SetupNotFound


async def open_setup(provider: PaymentWriter, wallet: Wallet, noted: MethodSetup) -> SetupFacts:
    """What the form needs to save a method for *wallet*.

    As long as nobody fills the form in, nothing is changed by it. Raises as `PaymentWriter`.
    """
    return await provider.create_setup_intent(
        wallet.customer.stripe_customer_id, metadata={OPENED_FOR: noted.id}, key=noted.id
    )


async def open_page(
    provider: PaymentWriter, wallet: Wallet, noted: MethodSetup, *, back_to: str
) -> HostedPage:
    """The provider's own page that saves a method for *wallet* and comes back to *back_to*.

    To `back_to&session_id=…` when it is done, and to `back_to&left=1` when it was given up. Raises
    as `PaymentWriter`.
    """
    return await provider.create_setup_page(
        wallet.customer.stripe_customer_id,
        currency=wallet.customer.currency or _ANY_CURRENCY,
        done_at=f"{back_to}&session_id={{CHECKOUT_SESSION_ID}}",
        left_to=f"{back_to}&left=1",
        metadata={OPENED_FOR: noted.id},
        key=noted.id,
    )


async def finish_setup(
    database: Database, provider: PaymentWriter, actor: Actor, setup_id: object
) -> tuple[PaymentMethod, str]:
    """The method that a setup (`seti_…`) or a hosted page (`cs_…`) saved, put on file at once.

    With it the id of the row that says what it shall pay for, if there is one. Safe to repeat.
    Raises SetupNotFound for anything but a setup of the actor's own, SetupUnderWay, SetupLeft and
    SetupFailed when nothing was saved, and as `PaymentWriter`.
    """
    observed_at = wall_now()
    setup = await _own_setup(database, provider, actor, setup_id)
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
    return method, setup.opened_for


async def _own_setup(
    database: Database, provider: PaymentWriter, actor: Actor, setup_id: object
) -> SetupFacts:
    customer_id, setup = await _asked(provider, setup_id)
    async with database.reading() as session:
        customers = await customers_of(session, actor)
    if customer_id not in {customer.stripe_customer_id for customer in customers}:
        raise SetupNotFound
    if setup is None:
        raise SetupLeft
    return setup


async def _asked(provider: PaymentWriter, setup_id: object) -> tuple[str | None, SetupFacts | None]:
    """Whose it is and what came of it. Raises SetupNotFound."""
    try:
        if isinstance(setup_id, str) and _INTENT.fullmatch(setup_id):
            setup = await provider.setup_intent(setup_id)
            return setup.customer_id, setup
        if isinstance(setup_id, str) and _PAGE.fullmatch(setup_id):
            page = await provider.setup_of_page(setup_id)
            return page.customer_id, page.setup
    except NotFound as unknown:
        raise SetupNotFound from unknown
    raise SetupNotFound
