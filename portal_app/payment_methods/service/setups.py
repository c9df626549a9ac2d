"""What somebody wants a method to pay for, kept from before the form is open until it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity.actor import Actor
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.kit.ids import has_prefix
from portal_app.kit.lookup import locked
from portal_app.payment_methods.models import MethodSetup
from portal_app.payment_methods.service.wallets import Wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What a method shall pay for: all that its customer is billed for, or these holdings."""

    everywhere: bool = False
    member_ids: tuple[str, ...] = ()


async def note_setup(database: Database, actor: Actor, wallet: Wallet, uses: Uses) -> MethodSetup:
    """Write down what is wanted, before the provider is asked for a form."""
    setup = MethodSetup(
        customer_id=wallet.customer.id,
        person_id=actor.person_id,
        everywhere=uses.everywhere,
        member_ids=list(uses.member_ids),
        opened_at=wall_now(),
    )
    async with database.unit_of_work() as session:
        session.add(setup)
    return setup


async def change_uses(database: Database, actor: Actor, setup_id: str, uses: Uses) -> None:
    """Another choice while the form is open; nothing when it is done already, or not theirs."""
    async with database.unit_of_work() as session:
        setup = await unused_setup(session, setup_id)
        if setup is not None and setup.person_id == actor.person_id:
            setup.everywhere, setup.member_ids = uses.everywhere, list(uses.member_ids)


async def unused_setup(session: AsyncSession, setup_id: str) -> MethodSetup | None:
    """The row, locked, unless somebody has carried it out; None for an id of anything else."""
    if not has_prefix(setup_id, "setu"):
        return None
    setup = await locked(session, MethodSetup, id=setup_id)
    return setup if setup is not None and setup.used_at is None else None


def uses_of_setup(setup: MethodSetup) -> Uses:
    members: Sequence[object] = setup.member_ids
    return Uses(everywhere=setup.everywhere, member_ids=tuple(map(str, members)))
