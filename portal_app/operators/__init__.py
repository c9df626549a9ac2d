"""What the operator's commands do, without the command line around it."""

from __future__ import annotations

import re

from sqlmodel import col, select

from portal_app.api.keys import ALL_SCOPES, READ_SCOPES, create_key, revoke_key
from portal_app.api.models import ApiKey
from portal_app.catalog.models import Company
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.kit.errors import Conflict, InvalidInput, NotFound

_ROUTE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
SCOPE_SETS = {"all": ALL_SCOPES, "read": READ_SCOPES}


async def create_company(*, title: str, route: str) -> str:
    """The new company's id. Raises InvalidInput for a malformed route, Conflict for a taken one."""
    if not _ROUTE.fullmatch(route):
        raise InvalidInput("A route has 1 to 40 characters of a-z, 0-9 and dashes.")
    async with database().unit_of_work() as session:
        taken = await session.execute(select(Company.id).where(Company.route == route))
        if taken.first():
            raise Conflict(f"The route “{route}” is taken.")
        first = (await session.execute(select(Company.id).limit(1))).first() is None
        company = Company(title=title, route=route, is_default=first, created_at=wall_now())
        session.add(company)
        return company.id


async def list_companies() -> list[str]:
    async with database().reading() as session:
        rows = await session.execute(select(Company).order_by(col(Company.title)))
        return [
            f"{company.id}  {company.title}{'  (default)' if company.is_default else ''}"
            for company in rows.scalars()
        ]


async def create_api_key(company_id: str, *, scopes: str, name: str) -> str:
    """The key's text, which is kept nowhere. Raises NotFound and InvalidInput."""
    chosen = SCOPE_SETS.get(scopes) or tuple(scope.strip() for scope in scopes.split(","))
    unknown = sorted(set(chosen) - set(ALL_SCOPES))
    if unknown:
        raise InvalidInput(f"Unknown scopes: {', '.join(unknown)}.")
    async with database().unit_of_work() as session:
        if await session.get(Company, company_id) is None:
            raise NotFound(f"There is no company {company_id}.")
        _, text = await create_key(
            session, company_id=company_id, name=name, scopes=chosen, now=wall_now()
        )
        return text


async def list_api_keys(company_id: str) -> list[str]:
    """A line for each key, the newest last. Its text is kept nowhere, so a hint stands for it."""
    query = select(ApiKey).where(ApiKey.company_id == company_id).order_by(col(ApiKey.created_at))
    async with database().reading() as session:
        return [_key_line(key) for key in (await session.execute(query)).scalars()]


async def revoke_api_key(company_id: str, key_id: str) -> None:
    """Raises NotFound, for another company's key too."""
    async with database().unit_of_work() as session:
        await revoke_key(session, company_id=company_id, key_id=key_id, now=wall_now())


def _key_line(key: ApiKey) -> str:
    ended = f"  revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
    return f"{key.id}  {key.hint}  {key.name or 'unnamed'}{ended}"
