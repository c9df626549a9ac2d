"""The one kind of write behind the form of billing details: one customer comes to what was typed.

New tax ids before old ones go, so that stopping anywhere leaves no customer without theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.customers.projection import project_customer
from portal_app.identity.actor import Actor
from portal_app.intents.models import Intent
from portal_app.intents.service import asked_by
from portal_app.intents.writes import Write
from portal_app.invoices.details.errors import TaxIdRefused
from portal_app.invoices.details.rules import Plan
from portal_app.invoices.details.tax_id import TaxId
from portal_app.kit.errors import PortalError
from portal_app.provider.errors import RefusedByProvider
from portal_app.provider.facts import CustomerFacts, DeletedCustomer
from portal_app.provider.writing import PaymentWriter

# Keys of the calls of one intent, apart from each other however many there are of each kind.
_UPDATE: Final = 1
_ADD: Final = 100
_DROP: Final = 200
_UNDO: Final = 300
Answer: TypeAlias = CustomerFacts | DeletedCustomer


async def _send(provider: PaymentWriter, intent: Intent) -> Answer:
    """A refusal ends it all: tax ids that were added before it are taken back."""
    asked = intent.payload
    customer, made = asked["customer"], list[str]()
    try:
        await _add(provider, intent, made)
        if asked["fields"]:
            fields: Mapping[str, object] = asked["fields"]
            await provider.update_customer(customer, fields, key=intent.step_key(_UPDATE))
    except RefusedByProvider:
        for place, one in enumerate(made):
            # One that can't be taken back now is shown on the page, and can be removed there.
            with suppress(PortalError):
                await provider.delete_tax_id(customer, one, key=intent.step_key(_UNDO + place))
        raise
    for place, one in enumerate(asked["drop"]):
        await provider.delete_tax_id(customer, one, key=intent.step_key(_DROP + place))
    return await provider.customer(customer)


async def _add(provider: PaymentWriter, intent: Intent, made: list[str]) -> None:
    """What an earlier attempt, or somebody else, has added already isn't added again."""
    asked = intent.payload
    wanted = [TaxId(kind, value) for kind, value in asked["add"]]
    if not wanted:
        return
    there = [TaxId(one.kind, one.value) for one in await provider.tax_ids(asked["customer"])]
    for place, one in enumerate(wanted):
        if any(one.same(other) for other in there):
            continue
        key = intent.step_key(_ADD + place)
        try:
            created = await provider.create_tax_id(asked["customer"], one.kind, one.value, key=key)
        except RefusedByProvider as refused:
            raise TaxIdRefused(one) from refused
        made.append(created.id)


async def _apply(
    session: AsyncSession, _intent: Intent, answer: Answer, *, observed_at: datetime
) -> None:
    await project_customer(session, answer, observed_at=observed_at)


DETAILS: Final[Write[Answer]] = Write(kind="customer.details", send=_send, apply=_apply)


def change_details(actor: Actor, customer: Customer, change: Plan) -> Intent:
    """The intent that brings *customer* to what was planned."""
    payload: dict[str, Any] = {"customer": customer.stripe_customer_id, **change.payload}
    return asked_by(actor, kind=DETAILS.kind, about=customer.id, payload=payload)
