"""The queue of whoever sells: what no rule could decide."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.declarations import repository
from portal_app.declarations.errors import AlreadyResolved, DeclarationNotFound
from portal_app.declarations.models import Declaration
from portal_app.kit.clock import wall_now


async def list_waiting(
    session: AsyncSession, company_id: str | None = None, limit: int | None = None
) -> Sequence[Declaration]:
    """The oldest first; of one company, or of all."""
    return await repository.waiting(session, company_id, limit)


async def open_declaration(
    session: AsyncSession, company_id: str | None, reference: str
) -> Declaration:
    """One that waits, locked; with a company only that one's.

    Raises DeclarationNotFound, also for another company's, and AlreadyResolved.
    """
    row = await repository.named(session, reference)
    if row is None or row.finding is None or company_id not in {None, row.company_id}:
        raise DeclarationNotFound
    if row.resolved_at is not None:
        raise AlreadyResolved
    return row


async def resolve(
    session: AsyncSession, reference: str, resolution: str, company_id: str | None = None
) -> Declaration:
    """Say what became of it. Raises as `open_declaration`."""
    row = await open_declaration(session, company_id, reference)
    row.resolved_at, row.resolution = wall_now(), resolution
    return row
