"""For which companies somebody may act: asked of the database on every event, on the hot path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Executable, bindparam, select
from sqlmodel import col

from portal_app.catalog.models import Company, Creator, CreatorRole
from portal_app.identity.actor import Actor, CompanyCreator
from portal_app.kit.db import database

_PLACES: Final[Executable] = (
    select(
        col(Creator.company_id).label("company_id"),
        col(Company.title).label("title"),
        col(Creator.role).label("role"),
    )
    .join(Company, col(Company.id) == col(Creator.company_id))
    .where(col(Creator.person_id) == bindparam("person_id"))
    .order_by(col(Company.title), col(Company.id))
)


@dataclass(frozen=True, slots=True)
class Place:
    """A company that somebody acts for."""

    company_id: str
    title: str
    is_owner: bool


async def places_of(actor: Actor) -> list[Place]:
    """All of them, by name; none for a customer who is nothing else."""
    rows = await database().read_all(_PLACES, {"person_id": actor.person_id})
    return [Place(row[0], row[1], CreatorRole(row[2]) is CreatorRole.OWNER) for row in rows]


async def creator_at(actor: Actor, company_id: str) -> CompanyCreator | None:
    """*actor* at that company, or at their first one when *company_id* is empty."""
    for place in await places_of(actor):
        if company_id in {"", place.company_id}:
            return CompanyCreator(actor, place.company_id, place.is_owner)
    return None


class CompanyCreators:
    """What the event guard asks."""

    async def at(self, actor: Actor, company_id: str) -> CompanyCreator | None:
        return await creator_at(actor, company_id)

    async def any_of(self, actor: Actor) -> bool:
        return bool(await places_of(actor))
