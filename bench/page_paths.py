"""Everything that a page request asks of the database, one callable each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from portal_app.identity import repository
from portal_app.identity.account import read_account
from portal_app.identity.actor import Actor
from portal_app.kit.db import Database
from portal_app.memberships.claiming import claim
from portal_app.memberships.service import (
    get_membership,
    list_memberships,
    past_memberships,
    year_ahead,
)
from tests.rows import NOW


@dataclass(frozen=True)
class Reader:
    """Somebody whose pages are read, and the address that is claimed in their name."""

    actor: Actor
    number: int
    member_id: str = ""


class _Undone(Exception):
    """Ends a unit of work without leaving anything."""


async def actor_of_a_cookie(database: Database, reader: Reader) -> Any:  # noqa: ANN401
    """On every request and event; by the hot read's own statement."""
    return await database.read_one(
        repository._SESSION_BY_TOKEN,  # noqa: SLF001 -- it has no other door that skips the cookie.
        {"token_digest": f"digest{reader.number}"},
    )


async def orders(database: Database, reader: Reader) -> Any:  # noqa: ANN401
    async with database.reading() as session:
        return await list_memberships(session, reader.actor, NOW)


async def older_orders(database: Database, reader: Reader) -> Any:  # noqa: ANN401
    async with database.reading() as session:
        return await past_memberships(session, reader.actor, NOW, (NOW, "mber_zzz"))


async def membership(database: Database, reader: Reader) -> Any:  # noqa: ANN401
    async with database.reading() as session:
        return await get_membership(session, reader.actor, reader.member_id, NOW)


async def upcoming(database: Database, reader: Reader) -> Any:  # noqa: ANN401
    async with database.reading() as session:
        return await year_ahead(session, reader.actor, NOW)


async def account(database: Database, reader: Reader) -> Any:  # noqa: ANN401
    async with database.reading() as session:
        return await read_account(session, reader.actor)


async def sign_in_form(database: Database, reader: Reader) -> Any:  # noqa: ANN401
    async with database.reading() as session:
        browser = f"browser{reader.number}"
        return await repository.newest_request(session, browser, reader.actor.email)


async def claim_on_sign_in(database: Database, reader: Reader) -> list[str]:
    """Of a customer of the crowd who waits for it; undone, so that it can be repeated."""
    got: list[str] = []
    with suppress(_Undone):
        async with database.unit_of_work() as session:
            got = await claim(
                session,
                person_id=reader.actor.person_id,
                address_key=f"copy{2 * reader.number + 1}@example.com",
                now=NOW,
            )
            await session.flush()
            raise _Undone
    return got


PATHS: Final[dict[str, Callable[[Database, Reader], Awaitable[Any]]]] = {
    "actor of a cookie": actor_of_a_cookie,
    "orders": orders,
    "older orders": older_orders,
    "membership": membership,
    "upcoming charges": upcoming,
    "account": account,
    "sign-in form": sign_in_form,
    "claim on sign-in": claim_on_sign_in,
}


async def readers(database: Database, actors: list[Actor]) -> list[Reader]:
    """Each actor with one of their memberships."""
    found = []
    for number, actor in enumerate(actors):
        async with database.reading() as session:
            held = await list_memberships(session, actor, NOW)
        found.append(Reader(actor, number, held.current[0].row.member.id))
    return found
