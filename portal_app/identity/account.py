"""What a person's own account page is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.identity import repository
from portal_app.identity.actor import Actor
from portal_app.identity.errors import UnknownZone
from portal_app.identity.known_devices import knows_others
from portal_app.identity.models import EmailAddress, Identity, LoginSession, Person
from portal_app.identity.oidc.repository import identities_of
from portal_app.identity.rules import IDLE_LIFETIME
from portal_app.identity.sessions import find_actor
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.ui.zones import UTC_ZONE, known_zone

LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Account:
    """Addresses, the primary one first; live sessions, the latest first; accounts elsewhere.

    *known_elsewhere* says that another browser is known, whether its session lives or not.
    """

    name: str
    zone: str
    addresses: Sequence[EmailAddress]
    sessions: Sequence[LoginSession]
    identities: Sequence[Identity]
    known_elsewhere: bool


async def keep_locale(cookie_header: str, locale: str) -> None:
    """Remember the language that the signed-in person chose; nobody's choice is kept nowhere."""
    actor = await find_actor(cookie_header)
    if actor is not None:
        async with database().unit_of_work() as session:
            (await session.get_one(Person, actor.person_id)).locale = locale


async def keep_name(actor: Actor, typed: str) -> None:
    """How the person wants to be called: one line of at most 100 characters, or nothing."""
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in typed).split())
    async with database().unit_of_work() as session:
        (await session.get_one(Person, actor.person_id)).name = name[:LONGEST_NAME]


async def keep_zone(actor: Actor, chosen: str) -> None:
    """By which clock the person's days and times are told; raises UnknownZone."""
    zone = known_zone(chosen)
    if not zone:
        raise UnknownZone
    async with database().unit_of_work() as session:
        (await session.get_one(Person, actor.person_id)).zone = zone


async def read_account(session: AsyncSession, actor: Actor) -> Account:
    now = wall_now()
    person = await session.get_one(Person, actor.person_id)
    return Account(
        name=person.name,
        zone=person.zone or UTC_ZONE,
        addresses=await repository.addresses_of(session, actor.person_id),
        sessions=await repository.open_sessions_of(
            session, actor.person_id, now=now, seen_after=now - IDLE_LIFETIME
        ),
        identities=await identities_of(session, actor.person_id),
        known_elsewhere=await knows_others(session, actor.person_id, but_of=actor.session_id),
    )
