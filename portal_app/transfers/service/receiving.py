"""The recipient's side: accepting, once, or declining."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.customers.projection import project_customer
from portal_app.customers.repository import by_stripe_id, customers_of
from portal_app.customers.service import announce
from portal_app.identity.actor import Actor, author_for, write_as
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.ids import random_base62
from portal_app.payment_methods.models import PaymentMethod
from portal_app.payment_methods.service import find_method
from portal_app.provider.facts import CustomerFacts
from portal_app.provider.marked import MARK
from portal_app.provider.writing import PaymentWriter
from portal_app.transfers import repository
from portal_app.transfers.errors import NoMethod, OfferOver
from portal_app.transfers.models import TransferState
from portal_app.transfers.rules import ACCEPTABLE
from portal_app.transfers.service.behind_link import (
    Offer,
    behind_link,
    must_be_open,
    refusal_for,
)
from portal_app.transfers.service.moving import MOVE
from portal_app.transfers.service.telling import Step, note, tell
from portal_app.transfers.service.terms import subscription_of


async def _send_customer(provider: PaymentWriter, intent: Intent) -> CustomerFacts:
    asked = intent.payload
    return await provider.create_customer(
        email=asked["email"], name="", metadata={MARK: intent.id}, key=intent.key
    )


async def _find_customer(provider: PaymentWriter, intent: Intent) -> CustomerFacts | None:
    return await provider.find_customer(intent.payload["email"], intent.id)


async def _apply_customer(
    session: AsyncSession, intent: Intent, answer: CustomerFacts, *, observed_at: datetime
) -> None:
    """A webhook may have brought it before, as nobody's."""
    await project_customer(session, answer, observed_at=observed_at)
    await session.flush()
    customer = await by_stripe_id(session, answer.id)
    if customer is not None and customer.person_id is None:
        customer.person_id, customer.claimed_at = intent.payload["person"], business_now()
        announce(session, customer.person_id, "customers")


NEW_CUSTOMER: Final = Write(
    kind="transfers.customer", send=_send_customer, apply=_apply_customer, find=_find_customer
)


async def customer_for(desk: Desk, actor: Actor, currency: str) -> Customer:
    """Where the actor is or could be billed in *currency*; a new customer where there is none.

    Raises as `Desk.carry_out`.
    """
    found = await _fitting(desk.database(), actor, currency)
    if found:
        return found[0]

    async def record(_session: AsyncSession) -> Intent:
        return asked_by(
            actor,
            kind=NEW_CUSTOMER.kind,
            about=actor.person_id,
            payload={"email": actor.email, "person": actor.person_id},
        )

    await desk.carry_out(NEW_CUSTOMER, record)
    return (await _fitting(desk.database(), actor, currency))[0]


async def _fitting(db: Database, actor: Actor, currency: str) -> list[Customer]:
    """Where something is billed in *currency* already comes first."""
    async with db.reading() as session:
        customers = await customers_of(session, actor)
    same = [one for one in customers if one.currency == currency]
    return [*same, *(one for one in customers if one.currency is None)]


async def place_for_card(desk: Desk, actor: Actor, token: object) -> Customer:
    """The customer to add a card to for this offer.

    Raises TransferNotFound, OfferOver, CantTransfer, NotTheRecipient and OwnAccount.
    """
    async with desk.database().reading() as session:
        offer = await behind_link(session, token)
        await _must_be_theirs(session, actor, offer)
        must_be_open(offer, offer.shown)
    return await customer_for(desk, actor, offer.terms.currency)


async def _must_be_theirs(session: AsyncSession, actor: Actor, offer: Offer) -> None:
    if refusal := await refusal_for(session, actor, offer.transfer):
        raise refusal


async def accept(
    desk: Desk, actor: Actor, token: object, *, shown: object, method_id: object, consent: str
) -> None:
    """Take the membership over, as the page said (*shown*), with *consent* as the page's words.

    Raises TransferNotFound, NotTheRecipient, OwnAccount, OfferOver, CantTransfer, OfferChanged,
    NoMethod, PaymentMethodNotFound, and as `Desk.carry_out`: Waiting means that it is accepted and
    carried out as soon as the provider answers.
    """
    async with desk.database().reading() as session:
        offer = await behind_link(session, token)
        await _must_be_theirs(session, actor, offer)
        must_be_open(offer, shown)
    # What was paid once is billed to nobody any more, but every holding has its customer.
    spare = None if offer.needs_method else await customer_for(desk, actor, offer.terms.currency)

    async def record(session: AsyncSession) -> Intent:
        write_as(session, author_for(actor))
        offer = await behind_link(session, token)
        await _must_be_theirs(session, actor, offer)
        must_be_open(offer, shown)
        method, customer = None, spare
        if customer is None:
            method, customer = await _method(session, actor, method_id, offer.terms.currency)
        taken = await repository.move(
            session,
            offer.transfer,
            TransferState.ACCEPTED,
            among=ACCEPTABLE,
            accepted_at=business_now(),
            recipient_person_id=actor.person_id,
            consent=consent,
            terms_url=offer.terms_url,
            starts_at=offer.subject.next_charge,
        )
        if not taken:
            raise OfferOver
        await tell(session, offer.transfer, Step.ACCEPTED)
        return await _intent(session, actor, offer, method, customer)

    await desk.carry_out(MOVE, record)


async def _method(
    session: AsyncSession, actor: Actor, method_id: object, currency: str
) -> tuple[PaymentMethod, Customer]:
    if not method_id:
        raise NoMethod
    method, customer = await find_method(session, actor, method_id)
    if customer.currency not in {None, currency}:
        raise NoMethod
    return method, customer


async def _intent(
    session: AsyncSession,
    actor: Actor,
    offer: Offer,
    method: PaymentMethod | None,
    customer: Customer,
) -> Intent:
    membership, due = offer.subject.row.membership, offer.subject.next_charge
    return asked_by(
        actor,
        kind=MOVE.kind,
        about=membership.id,
        payload={
            "transfer": offer.transfer.id,
            "person": actor.person_id,
            "subscription": await subscription_of(session, offer.subject),
            "customer": customer.stripe_customer_id,
            "customer_id": customer.id,
            "method": method.stripe_payment_method_id if method else None,
            "amount_minor": offer.terms.amount_minor,
            "currency": offer.terms.currency,
            "starts_at": due.isoformat() if due else None,
            "license_key": new_license_key() if membership.license_key else "",
        },
    )


def new_license_key() -> str:
    """119 bits, in groups that can be read out."""
    drawn = random_base62(20).upper()
    return "-".join(drawn[start : start + 5] for start in range(0, 20, 5))


async def decline(db: Database, actor: Actor, token: object) -> None:
    """Say no; the sender is told. Raises as `accept`."""
    async with db.unit_of_work() as session:
        offer = await behind_link(session, token)
        await _must_be_theirs(session, actor, offer)
        declined = await repository.move(
            session,
            offer.transfer,
            TransferState.DECLINED,
            among=ACCEPTABLE,
            ended_at=business_now(),
            recipient_person_id=actor.person_id,
        )
        if not declined:
            raise OfferOver
        await note(session, offer.transfer, "transfer_declined")
        await tell(session, offer.transfer, Step.DECLINED)
