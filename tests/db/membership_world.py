"""Two people with a membership each, and the ways to read them that tests use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from portal_app.identity.actor import Actor
from portal_app.kit.db import Database
from portal_app.memberships.service.details import MembershipDetails, get_membership
from portal_app.memberships.service.listing import MembershipList, list_memberships
from tests.factories import (
    NOW,
    HeldMembership,
    actor_of,
    make_event,
    make_invoice,
    make_membership,
    make_payment_method,
    make_person,
)


@dataclass(frozen=True, slots=True)
class World:
    """Ada and Ben, with a membership each; everything Ben has must stay out of Ada's sight."""

    ada: Actor
    ben: Actor
    hers: HeldMembership
    his: HeldMembership


async def make_world(db: Database) -> World:
    async with db.unit_of_work() as session:
        ada = await make_person(session)
        ben = await make_person(session, "ben@example.com", name="Ben")
        hers = await make_membership(session, ada)
        his = await make_membership(session, ben)
        for held in (hers, his):
            await make_invoice(
                session, held.customer, stripe_subscription_id=held.stripe_subscription_id
            )
            await make_payment_method(session, held.customer)
            await make_event(session, held.membership, "created")
    return World(actor_of(ada), actor_of(ben, "ben@example.com"), hers, his)


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """The SQL that runs inside; BEGIN and the like are not statements."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if sql.startswith("SELECT"):
            seen.append(sql)

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine.sync_engine, "before_cursor_execute", note)


async def listed(db: Database, actor: Actor) -> MembershipList:
    async with db.reading() as session:
        return await list_memberships(session, actor, NOW)


async def opened(db: Database, actor: Actor, given_id: object) -> MembershipDetails:
    async with db.reading() as session:
        return await get_membership(session, actor, given_id, NOW)
