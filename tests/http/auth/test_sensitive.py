"""Every sensitive action, by every door, without a fresh confirmation of exactly it: refused.

One table; `test_sensitive_doors.py` fails for a purpose that is not in it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import reflex as rx
from fastapi import FastAPI
from reflex.constants import RouteArgType

from portal_app.identity.actor import Actor, actor_now
from portal_app.identity.acts import carry_out
from portal_app.identity.models import EmailAddress, Identity, LoginSession, Person, StepUp
from portal_app.identity.oidc.client import Found
from portal_app.identity.oidc.providers import providers
from portal_app.identity.oidc.service import add_to_account, approval_to_add, approval_to_remove
from portal_app.identity.routes import claim
from portal_app.identity.state import EmailsState
from portal_app.identity.stepup import Approval, Purpose, StepUpRequired
from portal_app.kit.clock import business_now, wall_now
from portal_app.kit.db import Database
from portal_app.transfers import state as transfer_state
from portal_app.transfers.models import Transfer
from portal_app.transfers.service import Wish, offer, offering, sender_page, shown_to_sender, signed
from portal_app.transfers.state import TransferState
from tests.conftest import Clocks
from tests.factories import make_email, make_membership
from tests.http.auth.oidc_client import ADA
from tests.http.auth.oidc_client import offer as offer_service
from tests.http.auth.sign_in_client import signed_in
from tests.http.auth.test_stepup import actor_of
from tests.rows import all_of
from tests.states.test_memberships import at

NEW, BEN = "ada@new.example", "ben@example.com"
ISSUER = "http://127.0.0.1:9"
# Of these the confirmation alone changes nothing here: Stripe is asked, or another code.
ASKS_FOR_MORE = {Purpose.TRANSFER, Purpose.ADD_EMAIL}


Act = Callable[["World"], Awaitable[object]]


@dataclass
class World:
    """Ada is signed in here and elsewhere; she has two addresses, one service, one membership."""

    db: Database
    client: httpx.AsyncClient
    actor: Actor
    member_id: str
    email: EmailAddress
    identity: Identity
    root: rx.State

    async def facts(self) -> tuple[Any, ...]:
        """All that a sensitive action changes; a row that was only written anew has moved."""
        emails = {(one.address, one.is_primary) for one in await all_of(self.db, EmailAddress)}
        services = {one.subject for one in await all_of(self.db, Identity)}
        live = {one.id for one in await all_of(self.db, LoginSession) if one.revoked_at is None}
        return emails, services, live, len(await all_of(self.db, Transfer))

    async def wish(self) -> Wish:
        async with self.db.reading() as session:
            page = await sender_page(session, self.actor, self.member_id, business_now())
        return Wish(recipient=BEN, note="", shown=shown_to_sender(page.subject))


@pytest.fixture
async def world(
    app: FastAPI, db: Database, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> World:
    async def known(*_given: object) -> None:
        return None

    # What Stripe would be asked first; the refusal comes before anything is written.
    monkeypatch.setattr(offering, "subscription_of", known)
    monkeypatch.setattr(offering, "terms_of", known)
    monkeypatch.setattr(transfer_state, "provider", lambda: None)
    offer_service(monkeypatch, "op", issuer=ISSUER)
    await signed_in(app, ADA)
    client = await signed_in(app, ADA)
    actor = await actor_of(client)
    async with db.unit_of_work() as session:
        person = await session.get_one(Person, actor.person_id)
        email = await make_email(session, person, address="ada@work.example")
        identity = Identity(
            person_id=person.id,
            provider="op",
            issuer=ISSUER,
            subject="ada",
            created_at=clocks.wall.at,
        )
        session.add(identity)
        held = await make_membership(session, person)
    clocks.wall.advance(timedelta(minutes=1))
    rx.State.setup_dynamic_args({"member_id": RouteArgType.SINGLE})
    root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    return World(db, client, actor, held.member.id, email, identity, root)


async def approval_of(world: World, purpose: Purpose) -> Approval:
    """Exactly what the table's act of *purpose* does."""
    if purpose is Purpose.TRANSFER:
        async with world.db.reading() as session:
            said = await signed(session, world.actor, world.member_id, await world.wish())
        return said.approval
    address = {"id": world.email.id, "email": world.email.address}
    return {
        Purpose.ADD_METHOD: approval_to_add(providers()["op"]),
        Purpose.REMOVE_METHOD: approval_to_remove(world.identity),
        Purpose.ADD_EMAIL: Approval(Purpose.ADD_EMAIL, {"email": NEW}),
        Purpose.PROVE_EMAIL: Approval(Purpose.PROVE_EMAIL, {"email": NEW, "account": ADA}),
        Purpose.PRIMARY_EMAIL: Approval(Purpose.PRIMARY_EMAIL, address),
        Purpose.REMOVE_EMAIL: Approval(Purpose.REMOVE_EMAIL, address),
        Purpose.END_SESSIONS: Approval(Purpose.END_SESSIONS),
    }[purpose]


async def transfer(world: World) -> object:
    return await offer(world.db, None, world.actor, world.member_id, await world.wish())  # type: ignore[arg-type]


async def add_method(world: World) -> object:
    return await add_to_account(world.actor, providers()["op"], Found(ISSUER, "new", "", False))


def at_the_code(purpose: Purpose) -> Act:
    async def act(world: World) -> object:
        return await carry_out(world.actor, await approval_of(world, purpose), claim=claim)

    return act


def posted(path: str) -> Act:
    """To a door of the account page; returns where it leads."""

    async def door(world: World) -> object:
        filled = path.format(email=world.email.id, identity=world.identity.id)
        answer = await world.client.post(f"/account/{filled}/", data={"x": "x"})
        return answer.headers.get("location", "")

    return door


def sent(state: type[rx.State], handler: str, form: Mapping[str, str]) -> Act:
    """An event, as anybody with a session may send it; returns what it answers."""

    async def door(world: World) -> object:
        token = actor_now.set(world.actor)
        tab = await world.root.get_state(state)
        if state is TransferState:
            await fill(world, tab)
        try:
            event = getattr(state, handler)
            return " ".join([str(one) async for one in event.fn(tab, dict(form)) if one])
        finally:
            actor_now.reset(token)

    return door


async def fill(world: World, tab: Any) -> None:
    """The tab stands on the page of the membership."""
    at(world.root, world.member_id)
    await TransferState.load.fn(tab)


async def through_the_first_code(world: World) -> object:
    """A new address is proved after its addition was approved; that asks for a code of its own."""
    await confirmed(world, await approval_of(world, Purpose.ADD_EMAIL))
    return await at_the_code(Purpose.ADD_EMAIL)(world)


@dataclass(frozen=True)
class Sensitive:
    """*door* is how people come to it; *act* does it, as the code of the page does at the end."""

    door: Act
    act: Act


TABLE: Mapping[Purpose, Sensitive] = {
    Purpose.TRANSFER: Sensitive(sent(TransferState, "offer_it", {"recipient": BEN}), transfer),
    Purpose.ADD_METHOD: Sensitive(posted("sign-in/op/add"), add_method),
    Purpose.ADD_EMAIL: Sensitive(
        sent(EmailsState, "add", {"email": NEW}), at_the_code(Purpose.ADD_EMAIL)
    ),
    Purpose.PROVE_EMAIL: Sensitive(through_the_first_code, at_the_code(Purpose.PROVE_EMAIL)),
    **{
        purpose: Sensitive(posted(path), at_the_code(purpose))
        for purpose, path in {
            Purpose.REMOVE_METHOD: "sign-in/{identity}/remove",
            Purpose.PRIMARY_EMAIL: "emails/{email}/primary",
            Purpose.REMOVE_EMAIL: "emails/{email}/remove",
            Purpose.END_SESSIONS: "sessions/end-others",
        }.items()
    },
}


async def confirmed(world: World, approval: Approval, **over: Any) -> None:
    """As the page of the step-up does when the right code was typed."""
    now = wall_now()
    given = {
        "person_id": world.actor.person_id,
        "session_id": world.actor.session_id,
        "purpose": approval.purpose.value,
        "digest": approval.digest,
        "facts": dict(approval.facts),
        "back": "/",
        "address": ADA,
        "asked_at": now,
        "code_sent_at": now,
        "confirmed_at": now,
    }
    async with world.db.unit_of_work() as session:
        session.add(StepUp(**given | over))


@pytest.mark.parametrize("purpose", Purpose)
async def test_its_door_leads_to_the_confirmation_and_nothing_is_done(
    world: World, purpose: Purpose
) -> None:
    before = await world.facts()
    assert "/account/confirm/stpu_" in str(await TABLE[purpose].door(world))
    assert await world.facts() == before


@pytest.mark.parametrize("purpose", Purpose)
async def test_no_other_confirmation_opens_it(world: World, purpose: Purpose) -> None:
    """Of anything else, of the same about something else, an old one, a used one, another's."""
    before, now = await world.facts(), wall_now()
    for other in Purpose:
        if other is not purpose:
            await confirmed(world, await approval_of(world, other))
    own = await approval_of(world, purpose)
    await confirmed(world, replace(own, facts={**own.facts, "more": "x"}))
    await confirmed(world, own, confirmed_at=None)
    await confirmed(world, own, confirmed_at=now - timedelta(minutes=10))
    await confirmed(world, own, consumed_at=now)
    await confirmed(world, own, session_id="sess_elsewhere")
    with pytest.raises(StepUpRequired):
        await TABLE[purpose].act(world)
    assert await world.facts() == before


@pytest.mark.parametrize("purpose", [one for one in Purpose if one not in ASKS_FOR_MORE])
async def test_its_own_confirmation_opens_it(world: World, purpose: Purpose) -> None:
    """The control: what the others lack is all that is wrong. A transfer would need Stripe."""
    before = await world.facts()
    await confirmed(world, await approval_of(world, purpose))
    await TABLE[purpose].act(world)
    assert await world.facts() != before
