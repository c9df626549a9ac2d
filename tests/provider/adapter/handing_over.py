"""Ada offers the first of her memberships to Ben, at the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from portal_app.identity.actor import Actor
from portal_app.identity.models import StepUp
from portal_app.identity.stepup import Approval
from portal_app.ingest.inbox import insert
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import inbox_queue
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.memberships.models import Member, Membership, MembershipSubscription
from portal_app.memberships.service import CANCEL, HeldMembership
from portal_app.transfers.links import token_of
from portal_app.transfers.models import Transfer
from portal_app.transfers.service import (
    END_OLD,
    KEEP_OLD,
    MOVE,
    NEW_CUSTOMER,
    Wish,
    accept,
    offer,
    recipient_page,
    sender_page,
    shown_to_sender,
    signed,
)
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.charging_shop import Shop

BEN = "ben@example.com"
WRITES = by_kind(MOVE, END_OLD, KEEP_OLD, NEW_CUSTOMER, CANCEL)


async def confirm(db: Database, actor: Actor, approval: Approval) -> None:
    """As the page of the step-up does when the right code was typed."""
    now = wall_now()
    async with db.unit_of_work() as session:
        session.add(
            StepUp(
                person_id=actor.person_id,
                session_id=actor.session_id,
                purpose=approval.purpose.value,
                digest=approval.digest,
                facts=dict(approval.facts),
                back="/",
                address=actor.email,
                asked_at=now,
                code_sent_at=now,
                confirmed_at=now,
            )
        )


@dataclass
class Handover:
    """What is in Ada's hands, and everything one needs to move it into Ben's."""

    shop: Shop
    member_id: str

    @property
    def db(self) -> Database:
        return self.shop.db

    async def wish(self, recipient: object = BEN, note: object = "Enjoy it") -> Wish:
        async with self.db.reading() as session:
            page = await sender_page(session, self.shop.ada, self.member_id, business_now())
        return Wish(recipient=recipient, note=note, shown=shown_to_sender(page.subject))

    async def offered(self, recipient: object = BEN, **over: Any) -> Transfer:
        wish = over.get("wish") or await self.wish(recipient)
        async with self.db.reading() as session:
            asked = await signed(session, self.shop.ada, self.member_id, wish)
        await confirm(self.db, self.shop.ada, asked.approval)
        return await offer(self.db, self.shop.writer, self.shop.ada, self.member_id, wish)

    async def accept(self, actor: Actor, transfer: Transfer, **over: Any) -> None:
        async with self.db.reading() as session:
            page = await recipient_page(session, actor, token_of(transfer.id))
        given = {"shown": page.offer.shown, "method_id": page.chosen, "consent": "Accept", **over}
        await accept(self.shop.desk, actor, token_of(transfer.id), **given)

    async def finish(self) -> int:
        """What the jobs loop does with intents, as if every lease had run out."""
        async with self.db.unit_of_work() as session:
            await session.execute(update(Intent).values(leased_until=None))
        queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(self.shop.desk, WRITES))
        return await drain(queue)

    async def hear(self) -> None:
        """All of the account's events, as webhooks bring them."""
        async for page in self.shop.writer.events():
            await insert(self.db, page.facts)
        while await drain(inbox_queue(self.shop.writer)):
            continue

    async def row(self, transfer: Transfer) -> Transfer:
        found: Transfer = await one(self.db, Transfer, id=transfer.id)
        return found

    async def subject(self) -> Membership:
        """The membership, as our rows have it now."""
        member = await one(self.db, Member, id=self.member_id)
        found: Membership = await one(self.db, Membership, id=member.membership_id)
        return found

    async def subscriptions(self, membership_id: str) -> list[MembershipSubscription]:
        found = await rows(self.db, MembershipSubscription)
        mine = [link for link in found if link.membership_id == membership_id]
        return sorted(mine, key=lambda link: link.until_at is None)


async def handover_of(shop: Shop) -> Handover:
    link = await one(shop.db, MembershipSubscription, stripe_subscription_id=shop.subs[0])
    (held,) = [
        held for held in await shop.held(shop.ada) if held.row.membership.id == link.membership_id
    ]
    return Handover(shop, held.row.member.id)


def held_of(found: list[HeldMembership], membership_id: str) -> HeldMembership:
    (held,) = [one for one in found if one.row.membership.id == membership_id]
    return held
