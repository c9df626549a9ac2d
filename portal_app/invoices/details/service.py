"""What a person's invoices are addressed to, and changing it. The actor comes first, everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.customers.repository import customers_of
from portal_app.identity.actor import Actor
from portal_app.intents.errors import Waiting
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, open_intents
from portal_app.invoices.details.errors import CustomerNotFound
from portal_app.invoices.details.rules import Details, alike, details_of, fullest, plan
from portal_app.invoices.details.writing import DETAILS, change_details

__all__ = ["ALL", "DETAILS", "Addressed", "read_details", "save_details"]
# Stands for every customer of the person's where one could be chosen.
ALL: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """*customers* are all of the person's, the oldest first, *chosen* those the details are for.

    *differing* when those chosen are not addressed alike; *details* are then the fullest of them.
    *waiting* when a change to one of them is not made yet.
    """

    customers: Sequence[Customer]
    chosen: Sequence[Customer]
    details: Details
    differing: bool
    waiting: bool

    @property
    def statuses(self) -> dict[tuple[str, str], str]:
        """What Stripe's check of each tax id came to, by kind and value."""
        ids = [one for customer in self.chosen for one in customer.tax_ids]
        return {(one["kind"], one["value"]): one["status"] for one in ids}


async def read_details(session: AsyncSession, actor: Actor, choice: object = ALL) -> Addressed:
    """Details of one customer (`cust_…`) or of all. Raises CustomerNotFound for another's id."""
    customers = await customers_of(session, actor)
    chosen = _chosen(customers, choice)
    found = [details_of(one) for one in chosen]
    waiting = await open_intents(session, [one.id for one in chosen]) if chosen else []
    return Addressed(
        customers=customers,
        chosen=chosen,
        details=details_of(fullest(chosen)) if chosen else Details(),
        differing=any(not alike(found[0], one) for one in found[1:]),
        waiting=bool(waiting),
    )


def _chosen(customers: Sequence[Customer], choice: object) -> Sequence[Customer]:
    if choice == ALL:
        return customers
    chosen = [one for one in customers if one.id == choice]
    if not chosen:
        raise CustomerNotFound
    return chosen


async def save_details(desk: Desk, actor: Actor, choice: object, wanted: Details) -> bool:
    """Bring the chosen customers to exactly *wanted*; whether anything had to be changed.

    Whoever saves last has it all as they typed it: what another tab saved is not mixed in. Raises
    CustomerNotFound, TaxIdRefused (nothing was changed), StillUnderWay, the provider's refusal, or
    Waiting, with everything that could be done done.
    """
    async with desk.database().reading() as session:
        customers = _chosen(await customers_of(session, actor), choice)
        changing = [one.id for one in customers if plan(one, wanted)]
    waiting: Waiting | None = None
    for customer_id in changing:
        try:
            await _save(desk, actor, customer_id, wanted)
        except Waiting as unanswered:
            waiting = unanswered
    if waiting is not None:
        raise waiting
    return bool(changing)


async def _save(desk: Desk, actor: Actor, customer_id: str, wanted: Details) -> None:
    async def record(session: AsyncSession) -> Intent:
        (customer,) = _chosen(await customers_of(session, actor), customer_id)
        return change_details(actor, customer, plan(customer, wanted))

    await desk.carry_out(DETAILS, record)
