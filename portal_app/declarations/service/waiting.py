"""The queue of whoever sells: what no rule could decide. For now it is on the command line."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations import repository
from portal_app.declarations.errors import AlreadyResolved, DeclarationNotFound
from portal_app.declarations.models import Declaration
from portal_app.kit.clock import wall_now


async def list_waiting(
    session: AsyncSession, company_id: str | None = None
) -> Sequence[Declaration]:
    """The oldest first; of one company, or of all."""
    return await repository.waiting(session, company_id)


async def resolve(session: AsyncSession, reference: str, resolution: str) -> Declaration:
    """Say what became of it. Raises DeclarationNotFound, AlreadyResolved."""
    row = await repository.named(session, reference)
    if row is None or row.finding is None:
        raise DeclarationNotFound
    if row.resolved_at is not None:
        raise AlreadyResolved
    row.resolved_at, row.resolution = wall_now(), resolution
    return row
