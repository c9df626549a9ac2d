"""What a company decides, as a draft and then version by version: its look, its policies.

A version is never changed. Going back publishes an old one again, so that the list tells who did
what and when; version 0 is how everything was before anybody decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Company, Draft, DraftKind, PublishedVersion
from portal_app.identity.actor import Author
from portal_app.identity.models import Person
from portal_app.ingest.models import EVERYBODY, Change
from portal_app.kit.clock import wall_now
from portal_app.kit.errors import Conflict, NotFound

SHOWN: Final = 20


Row = TypeVar("Row", bound=PublishedVersion)


class NoSuchVersion(NotFound):
    def __init__(self) -> None:
        super().__init__("That version isn't there.")


@dataclass(frozen=True, slots=True)
class Version:
    """A version and who published it; *author* is empty for the operator."""

    number: int
    body: Mapping[str, Any]
    restores: int | None
    author: str
    at: datetime


async def versions_of(
    session: AsyncSession, table: type[PublishedVersion], company_id: str
) -> list[Version]:
    """The newest ones first."""
    statement = (
        select(table, Person)
        .outerjoin(Person, col(Person.id) == col(table.author_id))
        .where(col(table.company_id) == company_id)
        .order_by(col(table.version).desc())
        .limit(SHOWN)
    )
    return [
        Version(row.version, row.body, row.restores, person.name if person else "", row.created_at)
        for row, person in await session.execute(statement)
    ]


async def newest_version(session: AsyncSession, table: type[Row], company_id: str) -> Row | None:
    statement = (
        select(table)
        .where(col(table.company_id) == company_id)
        .order_by(col(table.version).desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


class ChangedMeanwhile(Conflict):
    def __init__(self) -> None:
        super().__init__("Somebody else changed this meanwhile. Load the page anew first.")


async def seen(
    session: AsyncSession, table: type[PublishedVersion], kind: DraftKind, company_id: str
) -> str:
    """What somebody who reads both now has seen: the newest version, and when the draft is of."""
    newest = await newest_version(session, table, company_id)
    draft = await draft_of(session, kind, company_id)
    return f"{newest.version if newest else 0} {draft.saved_at.isoformat() if draft else ''}"


async def expect(
    session: AsyncSession, table: type[PublishedVersion], kind: DraftKind, company_id: str, was: str
) -> None:
    """Raises ChangedMeanwhile unless all is as it *was* (`seen`); until the unit of work ends."""
    await session.get_one(Company, company_id, with_for_update=True)
    if await seen(session, table, kind, company_id) != was:
        raise ChangedMeanwhile


async def publish(
    session: AsyncSession,
    table: type[PublishedVersion],
    company_id: str,
    body: Mapping[str, Any],
    author: Author,
    *,
    restores: int | None = None,
) -> int:
    """Make *body* what holds from now on; its number. Open pages hear of it."""
    await session.get_one(Company, company_id, with_for_update=True)
    newest = await newest_version(session, table, company_id)
    number = newest.version + 1 if newest else 1
    session.add(
        table(
            company_id=company_id,
            version=number,
            body=dict(body),
            author_id=author.id,
            restores=restores,
            created_at=wall_now(),
        )
    )
    session.add(Change(person_id=EVERYBODY, topic=str(table.__tablename__), at=wall_now()))
    await session.flush()
    return number


async def restore(
    session: AsyncSession,
    table: type[PublishedVersion],
    company_id: str,
    number: int,
    author: Author,
) -> int:
    """Publish an old version again; 0 is how it was before the first. Raises NoSuchVersion."""
    body: Mapping[str, Any] = {}
    if number:
        same = (col(table.company_id) == company_id) & (col(table.version) == number)
        found = (await session.scalars(select(table).where(same))).one_or_none()
        if found is None:
            raise NoSuchVersion
        body = found.body
    return await publish(session, table, company_id, body, author, restores=number)


async def draft_of(session: AsyncSession, kind: DraftKind, company_id: str) -> Draft | None:
    return await session.get(Draft, (company_id, kind.value))


async def save_draft(
    session: AsyncSession,
    kind: DraftKind,
    company_id: str,
    body: Mapping[str, Any],
    author: Author,
) -> None:
    """Keep *body* for later; nobody but the company's creators sees it."""
    draft = await draft_of(session, kind, company_id)
    if draft is None:
        draft = Draft(company_id=company_id, kind=kind.value, saved_at=wall_now())
        session.add(draft)
    draft.body, draft.author_id, draft.saved_at = dict(body), author.id, wall_now()
    await session.flush()


async def drop_draft(session: AsyncSession, kind: DraftKind, company_id: str) -> None:
    draft = await draft_of(session, kind, company_id)
    if draft is not None:
        await session.delete(draft)
