"""`portal creator …`: who may act for a company in the studio."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.models import Company, CreatorRole
from portal_app.catalog.service import invite_creator, remove_creator
from portal_app.identity.models import email_key
from portal_app.identity.repository import address_row
from portal_app.identity.service import checked_address
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import NotFound


async def add_creator(company_id: str, *, email: str, role: CreatorRole) -> str:
    """One sentence on what is now; NotFound for an unknown company, InvalidInput for the address.

    Repeating it changes the role.
    """
    key = email_key(checked_address(email))
    async with database().unit_of_work() as session:
        company = await _company(session, company_id)
        person_id = await _person_of(session, key)
        await invite_creator(
            session,
            company.id,
            person_id=person_id,
            address_key=key,
            role=role,
            now=wall_now(),
        )
    said = f"{key} is {role} of {company.title}"
    return said if person_id else f"{said} from the first sign-in with that address on"


async def remove_creator_of(company_id: str, *, email: str) -> str:
    """One sentence on what is now; NotFound when there is no such company or creator."""
    key = email_key(email)
    async with database().unit_of_work() as session:
        company = await _company(session, company_id)
        person_id = await _person_of(session, key)
        if not await remove_creator(session, company.id, person_id=person_id, address_key=key):
            raise NotFound(f"{key} is no creator of {company.title}.")
    return f"{key} may no longer act for {company.title}"


async def _company(session: AsyncSession, company_id: str) -> Company:
    company = await session.get(Company, company_id)
    if company is None:
        raise NotFound(f"There is no company {company_id}. `portal company list` shows them.")
    return company


async def _person_of(session: AsyncSession, address_key: str) -> str | None:
    row = await address_row(session, address_key)
    return None if row is None else row.person_id
