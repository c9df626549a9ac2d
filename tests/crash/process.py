"""A process that does pieces of work on the portal of its settings, to be killed on the way.

It is forked from one that has imported everything, as that takes longer than the work. What
`portal worker` does by and by is done at once here, so that a test need not wait for leases and
pauses.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

from sqlalchemy import Table, update
from sqlmodel import SQLModel, select

from portal_app import composition
from portal_app.identity.actor import Actor
from portal_app.identity.models import EmailAddress, Person
from portal_app.ingest.inbox import insert
from portal_app.ingest.models import InboxEvent
from portal_app.intents.models import Intent
from portal_app.intents.service import desk
from portal_app.jobs.loop import drain
from portal_app.jobs.pruning import prune
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import inbox_queue, intent_queue, outbox_queue
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.memberships.models import Member
from portal_app.memberships.service import (
    cancel_membership,
    make_default,
    pause_membership,
    pause_page,
)
from portal_app.notifications.models import OutboxMessage
from portal_app.payment_methods.models import PaymentMethod
from portal_app.provider.stripe_objects import StripeObjects
from portal_app.settings import Settings, get_settings
from portal_app.transfers.links import token_of
from portal_app.transfers.models import Transfer
from portal_app.transfers.service import accept, recipient_page


async def store(db: Database, settings: Settings) -> None:
    """The account's events, as the webhook route stores them."""
    source = StripeObjects(settings.stripe_key, settings.stripe_base)
    async for page in source.events():
        await insert(db, page.facts)
    await source.close()


async def work(db: Database, settings: Settings) -> None:
    """Everything that waits, as if every lease of a dead process had run out."""
    source = StripeObjects(settings.stripe_key, settings.stripe_base)
    queues: list[Queue[SQLModel]] = [  # type: ignore[list-item]
        inbox_queue(source),
        intent_queue(),
        outbox_queue(settings),
    ]
    for model in (InboxEvent, Intent, OutboxMessage):
        table: Table = model.__table__  # type: ignore[attr-defined]
        async with db.unit_of_work() as session:
            anew = {"leased_until": None, "due_at": wall_now()}
            await session.execute(update(table).values(**anew))
    for queue in queues:
        while await drain(queue):
            continue
    await source.close()


async def choose(db: Database, _settings: Settings) -> None:
    """Ada makes her newest card the default."""
    async with db.reading() as session:
        ada = (await session.scalars(select(Person))).one()
        newest = select(PaymentMethod.id).where(PaymentMethod.brand == "mastercard")
        method_id = (await session.scalars(newest)).one()
    actor = Actor(person_id=ada.id, session_id="sess_1", email="ada@example.com", locale="en")
    await make_default(desk(), actor, method_id)


async def _held(db: Database) -> tuple[Actor, str]:
    async with db.reading() as session:
        ada = (await session.scalars(select(Person))).one()
        member_id = (await session.scalars(select(Member.id))).one()
    actor = Actor(person_id=ada.id, session_id="sess_1", email="ada@example.com", locale="en")
    return actor, member_id


async def pause(db: Database, _settings: Settings) -> None:
    """Ada pauses her membership."""
    actor, member_id = await _held(db)
    async with db.reading() as session:
        shown = (await pause_page(session, actor, member_id, business_now())).plan.told
    await pause_membership(desk(), actor, member_id, months=2, shown=shown)


async def cancel(db: Database, _settings: Settings) -> None:
    """Ada cancels it."""
    actor, member_id = await _held(db)
    given = {"shown": "at_period_end", "reason": None, "comment": None}
    await cancel_membership(desk(), actor, member_id, **given)


async def accept_transfer(db: Database, _settings: Settings) -> None:
    """Ben accepts what Ada has offered him, with the only card that he has."""
    async with db.reading() as session:
        transfer = (await session.scalars(select(Transfer))).one()
        known = select(EmailAddress).where(EmailAddress.address == "ben@example.com")
        ben = (await session.scalars(known)).one()
        actor = Actor(person_id=ben.person_id, session_id="s", email=ben.address, locale="en")
        page = await recipient_page(session, actor, token_of(transfer.id))
    await accept(
        desk(),
        actor,
        token_of(transfer.id),
        shown=page.offer.shown,
        method_id=page.chosen,
        consent="Accept",
    )


async def clean(db: Database, _settings: Settings) -> None:
    await prune(db)


WORK: dict[str, Callable[[Database, Settings], Awaitable[None]]] = {
    "store": store,
    "work": work,
    "choose": choose,
    "pause": pause,
    "cancel": cancel,
    "accept": accept_transfer,
    "clean": clean,
}


def main(environment: dict[str, str], names: tuple[str, ...]) -> None:
    """What the new process does, and nothing else: it has no setting of another one's."""
    os.environ.clear()
    os.environ |= environment
    get_settings.cache_clear()
    asyncio.run(_work(names))


async def _work(names: tuple[str, ...]) -> None:
    db = composition.install()
    try:
        for name in names:
            await WORK[name](db, get_settings())
    finally:
        await db.close()
