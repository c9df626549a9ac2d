"""Saving a method for a customer of a company's, as its program asks for it.

The row is written down with the intent, so that whoever asked can look it up whatever happens. An
answer never says that a method is saved: the row's status does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.identity.actor import CompanyKey
from portal_app.identity.models import email_key
from portal_app.intents.errors import StillUnderWay, Waiting
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk, asked_by, open_intents
from portal_app.intents.writes import Write
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.errors import InvalidInput, NotFound
from portal_app.kit.lookup import found, locked
from portal_app.memberships import company_repository
from portal_app.memberships.service.by_company import find_as_company, replace_copies, replacement
from portal_app.payment_methods.errors import SetupNotFound, SetupOver
from portal_app.payment_methods.models import PaymentMethod, SetupIntent, SetupStatus
from portal_app.payment_methods.projection import (
    project_payment_method,
    project_setup,
    refuse_setup,
)
from portal_app.provider.answers import SetupFacts
from portal_app.provider.errors import RefusedByProvider, UnknownAtProvider
from portal_app.provider.facts import PaymentMethodFacts
from portal_app.provider.marked import MARK
from portal_app.provider.writing import PaymentWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSetup:
    """A method of ours (*method_id*, `payt_…`) to verify, or a token of the provider's to save.

    Whose it is is said by *email*, *member_id* (`mber_…`) and *currency* with a token, and by the
    method itself otherwise. *come_back_to* is ours, for a setup's id; *return_url* the company's.
    """

    come_back_to: str
    method_id: str | None = None
    token: str | None = None
    email: str | None = None
    member_id: str | None = None
    currency: str | None = None
    return_url: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of it; without a setup it was *refused* at once."""

    setup: SetupFacts | None
    method: PaymentMethodFacts | None = None
    refused: str = ""


async def _send(provider: PaymentWriter, intent: Intent) -> Saved:
    """No refusal ends the intent: it is an answer, which the row has to show."""
    asked = intent.payload
    try:
        setup = await provider.confirm_setup(
            asked["customer"],
            method_id=asked["method"],
            token=asked["token"],
            return_url=asked["return_url"],
            metadata={MARK: intent.id},
            key=intent.key,
        )
    except (RefusedByProvider, UnknownAtProvider) as refusal:
        return Saved(None, refused=refusal.code)
    return await _with_method(provider, setup)


async def _find(provider: PaymentWriter, intent: Intent) -> Saved | None:
    setup = await provider.find_setup_intent(intent.payload["customer"], intent.id)
    return await _with_method(provider, setup) if setup else None


async def _with_method(provider: PaymentWriter, setup: SetupFacts) -> Saved:
    if setup.status != "succeeded" or setup.method_id is None:
        return Saved(setup)
    return Saved(setup, await provider.payment_method(setup.method_id))


async def _apply(
    session: AsyncSession, intent: Intent, answer: Saved, *, observed_at: datetime
) -> None:
    if answer.setup is None:
        await refuse_setup(session, intent.about, answer.refused, observed_at=observed_at)
        return
    await project_setup(session, answer.setup, observed_at=observed_at, of=intent.about)
    if answer.method is not None:
        await project_payment_method(session, answer.method, observed_at=observed_at)


SAVE_METHOD: Final = Write(kind="methods.save", send=_send, apply=_apply, find=_find)


async def save_method(desk: Desk, actor: CompanyKey, wanted: WantedSetup) -> str:
    """Begin a setup; its id (`sint_…`), also when nobody knows yet what became of it.

    Raises PaymentMethodNotFound, NotFound for a customer of nobody's or another company's, and
    InvalidInput when several customers fit.
    """
    made: list[SetupIntent] = []

    async def record(session: AsyncSession) -> Intent:
        setup, intent = await _written_down(session, actor, wanted)
        made[:] = [setup]
        return intent

    try:
        await desk.carry_out(SAVE_METHOD, record)
    except Waiting:
        return made[0].id
    async with desk.database().reading() as session:
        method = await _saved_method(session, made[0].id)
    if method is not None:
        await replace_copies(desk, actor, method.id)
    return made[0].id


async def _written_down(
    session: AsyncSession, actor: CompanyKey, wanted: WantedSetup
) -> tuple[SetupIntent, Intent]:
    method, customer, member_id = await _whose(session, actor, wanted)
    now = business_now()
    setup = SetupIntent(
        company_id=actor.company_id,
        customer_id=customer.id,
        member_id=member_id,
        status=SetupStatus.PROCESSING,
        return_url=wanted.return_url,
        details={"metadata": dict(wanted.metadata), "key_id": actor.key_id},
        created_at=now,
        updated_at=now,
        # Before the request: what it answers is newer.
        observed_at=wall_now(),
    )
    session.add(setup)
    payload = {
        "customer": customer.stripe_customer_id,
        "method": method.stripe_payment_method_id if method else None,
        "token": wanted.token,
        "return_url": wanted.come_back_to.format(id=setup.id),
    }
    return setup, asked_by(actor.author, kind=SAVE_METHOD.kind, about=setup.id, payload=payload)


async def _whose(
    session: AsyncSession, actor: CompanyKey, wanted: WantedSetup
) -> tuple[PaymentMethod | None, Customer, str]:
    method, only = None, None
    if wanted.token is None:
        method, only = await find_as_company(session, actor, wanted.method_id)
    address_key = email_key(wanted.email) if only is None and wanted.email else None
    if address_key == "":
        # It could be read as another mailbox's, so it names nobody.
        raise NotFound("We can't find that customer.")
    people = await company_repository.customers_of_company(
        session,
        actor.company_id,
        customer_id=only.id if only else None,
        address_key=address_key,
        member_id=None if only else wanted.member_id,
        currency=None if only else wanted.currency,
    )
    if not people:
        raise NotFound("We can't find that customer.")
    if len({customer.id for customer, _ in people}) > 1:
        raise InvalidInput(
            "Several customers of yours fit: send member_id or currency too.",
            code="ambiguous_customer",
        )
    customer, member_id = people[0]
    return method, customer, member_id


async def _saved_method(session: AsyncSession, setup_id: str) -> PaymentMethod | None:
    setup = await session.get_one(SetupIntent, setup_id)
    if setup.status is not SetupStatus.SUCCEEDED or setup.stripe_payment_method_id is None:
        return None
    return await found(
        session, PaymentMethod, stripe_payment_method_id=setup.stripe_payment_method_id
    )


async def replace_when_saved(session: AsyncSession, stripe_setup_id: str) -> bool:
    """What `save_method` does at the end, left to the jobs loop; whether there was anything to do.

    Raises StillUnderWay while another change is being made for the customer: come again later.
    """
    setup = await found(session, SetupIntent, stripe_setup_intent_id=stripe_setup_id)
    method = await _saved_method(session, setup.id) if setup else None
    if setup is None or method is None or method.detached_at is not None:
        return False
    customer = await session.get_one(Customer, method.customer_id)
    under_way = await open_intents(session, [customer.id])
    if any(intent.payload.get("method") == method.stripe_payment_method_id for intent in under_way):
        return False
    actor = CompanyKey(setup.company_id, str(setup.details.get("key_id", "")))
    intent = await replacement(session, actor, method, customer)
    if intent is None:
        return False
    if under_way:
        raise StillUnderWay
    intent.leased_until, intent.attempts = None, 0
    session.add(intent)
    return True


async def send_back_to(session: AsyncSession, company_id: str, setup_id: str, url: str) -> None:
    """Where the customer goes when they come back from their bank; only as long as they may.

    Raises SetupNotFound and SetupOver.
    """
    setup = await locked(session, SetupIntent, id=setup_id)
    if setup is None or setup.company_id != company_id:
        raise SetupNotFound
    if setup.status not in {SetupStatus.PROCESSING, SetupStatus.REQUIRES_ACTION}:
        raise SetupOver
    setup.return_url, setup.updated_at = url, business_now()
