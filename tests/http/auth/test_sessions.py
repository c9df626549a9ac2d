"""What signing in and out does to sessions and accounts."""

from __future__ import annotations

from datetime import timedelta

from fastapi import FastAPI
from sqlmodel import col, select

from portal_app.customers.models import Customer
from portal_app.identity.account import keep_locale
from portal_app.identity.models import EmailAddress, Person
from portal_app.identity.sessions import actor_of_event, find_actor, sealed
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.factories import make_customer
from tests.http.auth.sign_in_client import (
    ask,
    browser,
    cookie_header,
    newest_mail,
    signed_in,
    verify,
)
from tests.rows import all_of

ADA = "ada@example.com"


async def test_signed_in_people_are_sent_on(app: FastAPI) -> None:
    client = await signed_in(app, ADA)
    page = await client.get("/login/?next=/account/")
    assert (page.status_code, page.headers["location"]) == (303, "/account/")


async def test_sign_in_rotates_the_session(app: FastAPI) -> None:
    client = await signed_in(app, ADA)
    before = cookie_header(client)
    await ask(client, ADA)
    done = await verify(client, code=(await newest_mail(ADA)).code)
    assert "clear-site-data" not in done.headers
    assert cookie_header(client) != before
    assert await find_actor(before) is None
    assert await find_actor(cookie_header(client)) is not None


async def test_another_person_in_the_same_browser_clears_what_it_kept(
    app: FastAPI, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    clocks.wall.advance(timedelta(hours=1))
    await ask(client, "eve@example.com")
    done = await verify(client, code=(await newest_mail("eve@example.com")).code)
    assert done.headers["clear-site-data"] == '"storage"'


async def test_sign_out_ends_the_session_and_clears_the_browser(app: FastAPI) -> None:
    client = await signed_in(app, ADA)
    stolen = cookie_header(client)
    out = await client.post("/auth/logout")
    assert (out.status_code, out.headers["location"]) == (303, "/login/")
    assert out.headers["clear-site-data"] == '"storage"'
    assert "portal_session" not in client.cookies
    assert await find_actor(stolen) is None
    assert (await client.get("/auth/logout")).status_code == 405


async def test_sign_out_everywhere_ends_every_session_of_this_person_only(app: FastAPI) -> None:
    here, there = await signed_in(app, ADA), await signed_in(app, ADA)
    other = await signed_in(app, "eve@example.com")
    headers = [cookie_header(client) for client in (here, there, other)]
    await here.post("/auth/logout-everywhere")
    assert [await find_actor(header) is None for header in headers] == [True, True, False]


async def test_an_ended_session_is_explained_where_one_signs_in(
    app: FastAPI, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    clocks.wall.advance(timedelta(minutes=31))
    assert "You have been signed out for your security" in (await client.get("/login/")).text
    assert "signed out" not in (await browser(app).get("/login/")).text


async def test_the_first_proof_makes_the_account_and_claims_its_customers(
    app: FastAPI, db: Database
) -> None:
    async with db.unit_of_work() as session:
        unclaimed = await make_customer(session, email="Ada@Example.com", email_key=ADA)
        tagged = await make_customer(
            session, email="ada+x@example.com", email_key="ada+x@example.com"
        )
    await signed_in(app, "ADA@example.com")
    person = (await all_of(db, Person))[0]
    address = (await all_of(db, EmailAddress))[0]
    assert (address.person_id, address.address_key, address.is_primary) == (person.id, ADA, True)
    async with db.reading() as session:
        rows = await session.execute(select(col(Customer.id), col(Customer.person_id)))
        owners = {row[0]: row[1] for row in rows}
    assert owners == {unclaimed.id: person.id, tagged.id: None}
    await signed_in(app, ADA)
    assert len(await all_of(db, Person)) == 1


async def test_the_language_follows_the_person(app: FastAPI, db: Database) -> None:
    client, stranger = await signed_in(app, ADA), browser(app)
    await keep_locale(cookie_header(client), "de")
    await keep_locale(cookie_header(stranger), "en")
    assert [person.locale for person in await all_of(db, Person)] == ["de"]


async def test_what_a_tab_keeps_names_the_session_and_opens_nothing_else(app: FastAPI) -> None:
    client = await signed_in(app, ADA)
    kept = sealed(f"{cookie_header(client)}; portal_lang=de; other=1")
    assert all(value not in kept for value in client.cookies.values())
    assert "other" not in kept
    actor = await actor_of_event(kept, active=True)
    assert actor is not None
    assert (actor.email, actor.locale) == (ADA, "de")
    assert await find_actor(kept) is None
    digest = kept.split(";")[0].split("=")[1]
    assert await find_actor(f"portal_session={digest}") is None


async def test_a_socket_cannot_bring_what_a_tab_keeps(app: FastAPI) -> None:
    client = await signed_in(app, ADA)
    assert sealed(sealed(cookie_header(client))) == ""
    assert await actor_of_event(cookie_header(client), active=True) is None
    assert await actor_of_event("", active=True) is None
