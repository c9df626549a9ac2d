"""A portal after its import, with notices on, in which things happen: for tests of notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.identity.models import Person
from portal_app.ingest.models import InboxEvent
from portal_app.ingest.turns import note_import
from portal_app.invoices.models import InvoiceStatus, Refund
from portal_app.kit.clock import wall_now
from portal_app.kit.db import Database
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.switches import switch_on
from portal_app.notifications.notices.watch import look_for_notices
from portal_app.payment_methods.models import PaymentMethod
from tests.factories import (
    NOW,
    HeldMembership,
    make_invoice,
    make_membership,
    make_payment,
    make_payment_method,
    make_person,
    make_plan,
    number,
)
from tests.rows import make_row

# What the fixtures' clocks stand at is after this.
LATER = NOW + timedelta(hours=1)


@dataclass
class NoticeWorld:
    """Ada, who speaks German, and Ben hold a membership each; Eve's customer is unclaimed."""

    db: Database
    ada: Person
    hers: HeldMembership
    his: HeldMembership
    unclaimed: HeldMembership

    async def change(self, row: Any, **values: Any) -> None:
        async with self.db.unit_of_work() as session:
            current = await session.get_one(type(row), row.id)
            for name, value in values.items():
                setattr(current, name, value)

    async def card_of(self, session: AsyncSession, customer: Customer) -> PaymentMethod:
        """What the customer is charged to."""
        own = PaymentMethod.customer_id == customer.id
        return (await session.scalars(select(PaymentMethod).where(own))).one()

    async def event(self, type_: str, object_id: str, **over: Any) -> InboxEvent:
        """An event that was worked on, about an object of Stripe's; `created` is its time."""
        created: datetime = over.pop("created", LATER)
        fields = over.pop("fields", {})
        payload = {
            "id": f"evt_{number()}",
            "type": type_,
            "created": int(created.timestamp()),
            "data": {"object": {"id": object_id, **fields}},
        }
        given = {"received_at": wall_now(), "due_at": wall_now(), "handled_at": wall_now(), **over}
        async with self.db.unit_of_work() as session:
            row = InboxEvent(stripe_event_id=payload["id"], type=type_, payload=payload, **given)
            session.add(row)
        return row

    async def paid(self, held: HeldMembership, **over: Any) -> Any:
        """A renewal was paid, and the provider told so."""
        async with self.db.unit_of_work() as session:
            invoice = await make_invoice(
                session, held.customer, stripe_subscription_id=held.stripe_subscription_id
            )
            payment = await make_payment(
                session, held.customer, invoice, **{"paid_at": LATER, **over}
            )
        await self.event("payment_intent.succeeded", payment.stripe_payment_intent_id)
        return payment

    async def failed(self, held: HeldMembership, **over: Any) -> Any:
        """A renewal could not be charged, and the provider told so."""
        given = {
            "status": InvoiceStatus.OPEN,
            "attempt_count": 1,
            "next_attempt_at": LATER + timedelta(days=3),
            "stripe_subscription_id": held.stripe_subscription_id,
        }
        async with self.db.unit_of_work() as session:
            invoice = await make_invoice(session, held.customer, **{**given, **over})
            await make_payment(session, held.customer, invoice, status="failed")
        await self.change(
            held.membership,
            stripe_status="past_due",
            latest_stripe_invoice_id=invoice.stripe_invoice_id,
        )
        await self.event("invoice.payment_failed", invoice.stripe_invoice_id)
        return invoice

    async def refunded(self, held: HeldMembership, **over: Any) -> Any:
        async with self.db.unit_of_work() as session:
            invoice = await make_invoice(
                session, held.customer, stripe_subscription_id=held.stripe_subscription_id
            )
            payment = await make_payment(session, held.customer, invoice)
            refund = await make_row(
                session,
                Refund,
                over,
                payment_id=payment.id,
                stripe_refund_id=f"re_{number()}",
                status="succeeded",
                currency=payment.currency,
                amount_minor=1000,
                created_at=LATER,
                observed_at=NOW,
            )
        await self.event("refund.created", refund.stripe_refund_id)
        return refund

    async def look(self, *, sandbox: bool = False) -> int | None:
        return await look_for_notices(self.db, sandbox=sandbox)

    async def mails(self) -> Sequence[OutboxMessage]:
        async with self.db.reading() as session:
            found = select(OutboxMessage).order_by(col(OutboxMessage.created_at))
            return (await session.scalars(found)).all()

    async def told(self) -> list[tuple[str, str]]:
        """Kind and recipient of every mail, in the order of the alphabet."""
        return sorted((mail.kind, mail.recipient) for mail in await self.mails())


async def make_notice_world(db: Database, *, on: bool = True) -> NoticeWorld:
    async with db.unit_of_work() as session:
        ada = await make_person(session, locale="de")
        ben = await make_person(session, "ben@example.com", name="Ben")
        plan = await make_plan(session)
        hers = await make_membership(session, ada, plan=plan)
        his = await make_membership(session, ben, plan=plan)
        unclaimed = await make_membership(session, None, plan=plan)
        for held in (hers, his, unclaimed):
            card = await make_payment_method(session, held.customer)
            held.customer.stripe_default_payment_method_id = card.stripe_payment_method_id
        await note_import(session, log_position=NOW)
        if on:
            await switch_on(session, NOTICES.values())
    world = NoticeWorld(db, ada, hers, his, unclaimed)
    await world.look()  # the first one is quiet
    return world
