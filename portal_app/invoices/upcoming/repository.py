"""Reading what will be charged."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.invoices.upcoming.models import UpcomingCharge


def charges_of(actor: Actor) -> Select[UpcomingCharge]:
    """What will be charged to the actor's own customers: the only way in for people.

    Whoever pays for a membership that is in other hands now stays unknown to its holder.
    """
    return (
        select(UpcomingCharge)
        .join(Customer, col(Customer.id) == col(UpcomingCharge.customer_id))
        .where(col(Customer.person_id) == actor.person_id)
    )
