"""Whose a customer is, and telling that person's open pages about changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers import repository
from portal_app.customers.models import Customer
from portal_app.ingest.models import Change
from portal_app.kit.clock import wall_now


def announce(session: AsyncSession, person_id: str | None, topic: str) -> None:
    """Let the person's open pages refresh what *topic* (a domain's name) is about."""
    if person_id is not None:
        session.add(Change(person_id=person_id, topic=topic, at=wall_now()))


async def link_unclaimed(
    session: AsyncSession, *, person_id: str, address_key: str, now: datetime
) -> list[Customer]:
    """Link every unclaimed customer with this address to the person who proved it.

    A customer that is linked already never moves, whatever its address says (design.md §4).
    """
    if not address_key:
        return []  # customers without an address are nobody's to claim
    customers = list(await repository.unclaimed(session, address_key))
    for customer in customers:
        customer.person_id = person_id
        customer.claimed_at = now
    if customers:
        announce(session, person_id, "customers")
    return customers
