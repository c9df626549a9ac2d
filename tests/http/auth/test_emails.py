"""Another address: proved by two codes, made the first, undone by the old one, taken away."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from portal_app.customers.models import Customer
from portal_app.identity import repository
from portal_app.identity.actor import Actor
from portal_app.identity.emails import ask_to_add
from portal_app.identity.errors import InvalidAddress, OwnAddressAlready
from portal_app.identity.models import EmailAddress, Identity, PrimaryChange
from portal_app.identity.sessions import find_actor
from portal_app.kit.db import Database
from portal_app.transfers.repository import changes_of_sign_in
from tests.conftest import Clocks
from tests.factories import make_customer
from tests.http.auth.sign_in_client import (
    browser,
    code_of,
    cookie_header,
    mails_to,
    signed_in,
)
from tests.rows import all_of

ADA, WORK, EVE = "ada@example.com", "ada@work.example", "eve@example.com"
SECOND = "ada@home.example"
MINUTE = timedelta(minutes=1)


async def actor_of(client: httpx.AsyncClient) -> Actor:
    actor = await find_actor(cookie_header(client))
    assert actor is not None
    return actor


async def typed(client: httpx.AsyncClient, page: str, to: str) -> httpx.Response:
    """The code that came to *to*, on *page*."""
    return await client.post(page, data={"code": await code_of(to)})


async def added(
    client: httpx.AsyncClient, clocks: Clocks, email: str = WORK, *, by: str = ADA
) -> httpx.Response:
    clocks.wall.advance(MINUTE)
    page = await ask_to_add(await actor_of(client), email)
    clocks.wall.advance(timedelta(seconds=1))
    proof = await typed(client, page, by)
    return await typed(client, proof.headers["location"], email)


async def row_of(db: Database, address: str) -> EmailAddress | None:
    return next((one for one in await all_of(db, EmailAddress) if one.address == address), None)


async def changed(
    client: httpx.AsyncClient,
    db: Database,
    clocks: Clocks,
    what: str,
    *,
    by: str = ADA,
    email: str = WORK,
) -> httpx.Response:
    """*what* (`primary` or `remove`) with the other address, by the code that comes to *by*."""
    clocks.wall.advance(MINUTE)
    row = await row_of(db, email)
    assert row is not None
    asked = await client.post(f"/account/emails/{row.id}/{what}/", data={"x": "x"})
    assert asked.headers["location"].startswith("/account/confirm/"), asked.text
    return await typed(client, asked.headers["location"], by)


async def test_a_proved_address_signs_in_and_brings_what_it_bought(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    async with db.unit_of_work() as session:
        await make_customer(session, email=WORK)
        await make_customer(session, email=EVE)
    client = await signed_in(app, ADA)
    done = await added(client, clocks)
    assert done.headers["location"].startswith("/account/?approval=")
    actor = await actor_of(client)
    customers = {one.email: one.person_id for one in await all_of(db, Customer)}
    assert customers == {WORK: actor.person_id, EVE: None}
    assert "ada@work.example belongs to your account now" in await mails_to(ADA)
    assert "the account of ada@example.com" in await mails_to(WORK)
    elsewhere = await actor_of(await signed_in(app, WORK))
    assert (elsewhere.person_id, elsewhere.email) == (actor.person_id, ADA)


async def test_the_first_code_alone_adds_nothing(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    clocks.wall.advance(MINUTE)
    proof = await typed(client, await ask_to_add(await actor_of(client), WORK), ADA)
    assert await row_of(db, WORK) is None
    clocks.wall.advance(timedelta(seconds=1))
    refused = await client.post(proof.headers["location"], data={"code": await code_of(ADA)})
    assert refused.status_code == 400
    assert await row_of(db, WORK) is None


async def test_another_accounts_address_stays_there_and_only_its_reader_learns_of_it(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    await signed_in(app, EVE)
    client = await signed_in(app, ADA)
    refused = await added(client, clocks, EVE)
    assert refused.status_code == 409
    assert "has an account of its own" in refused.text
    row = await row_of(db, EVE)
    assert row is not None
    assert row.person_id != (await actor_of(client)).person_id


async def test_of_two_who_prove_one_address_at_once_the_second_is_told(
    app: FastAPI, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither saw the other's row yet; the database lets one in."""

    async def unseen(*_given: object) -> None:
        return None

    await signed_in(app, EVE)
    client = await signed_in(app, ADA)
    with monkeypatch.context() as at_once:
        at_once.setattr(repository, "address_row", unseen)
        refused = await added(client, clocks, EVE)
    assert refused.status_code == 409
    assert "has an account of its own" in refused.text


async def test_what_can_not_be_added_is_said_before_any_mail(app: FastAPI, clocks: Clocks) -> None:
    actor = await actor_of(await signed_in(app, ADA))
    with pytest.raises(InvalidAddress):
        await ask_to_add(actor, "straße@example.com")
    with pytest.raises(OwnAddressAlready):
        await ask_to_add(actor, "ADA@example.com")


async def test_the_old_primary_is_told_and_can_undo_it(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client, reader = await signed_in(app, ADA), browser(app)
    await added(client, clocks)
    await changed(client, db, clocks, "primary")
    assert (await actor_of(client)).email == WORK
    link = re.search(r"localhost:3000(/login/undo/[^/]+/)", await mails_to(ADA))
    assert link is not None
    assert link[1] not in await mails_to(WORK)
    for _ in range(2):
        page = await reader.get(link[1])
        assert "ada@example.com becomes your primary email again" in page.text
    assert (await actor_of(client)).email == WORK
    assert (await reader.post(link[1], data={})).status_code == 303
    assert await find_actor(cookie_header(client)) is None
    assert [(one.address, one.is_primary) for one in await all_of(db, EmailAddress)] == [
        (ADA, True)
    ]
    for page in (await reader.post(link[1], data={}), await reader.get("/login/undo/unknown/")):
        assert page.status_code == 410
        assert "Nothing was changed" in page.text
        assert 'href="/login/"' in page.text


async def test_the_undo_takes_back_every_way_in_that_came_since(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    """Whoever took the account over has changed it once more, and linked a service of theirs."""
    client, reader = await signed_in(app, ADA), browser(app)
    await added(client, clocks, SECOND)
    await added(client, clocks)
    await changed(client, db, clocks, "primary")
    link = re.search(r"localhost:3000(/login/undo/[^/]+/)", await mails_to(ADA))
    assert link is not None
    await added(client, clocks, EVE, by=WORK)
    await changed(client, db, clocks, "primary", by=WORK, email=SECOND)
    person_id = (await actor_of(client)).person_id
    async with db.unit_of_work() as session:
        session.add(
            Identity(
                person_id=person_id,
                provider="acme",
                issuer="https://acme.example",
                subject="eve",
                created_at=clocks.wall.at,
            )
        )
    assert (
        f"{SECOND} is removed from your account, with every other"
        in (await reader.get(link[1])).text
    )
    assert (await reader.post(link[1], data={})).status_code == 303
    assert await find_actor(cookie_header(client)) is None
    assert [(one.address, one.is_primary) for one in await all_of(db, EmailAddress)] == [
        (ADA, True)
    ]
    assert await all_of(db, Identity) == []
    assert all(one.undone_at is not None for one in await all_of(db, PrimaryChange))
    assert f"Mail goes to {ADA} again" in await mails_to(ADA)


async def test_a_way_in_that_was_the_first_for_a_while_goes_with_the_last_change(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    """Whoever took the account over hands it back, and takes it once more with another address."""
    client, reader = await signed_in(app, ADA), browser(app)
    await added(client, clocks, EVE)
    await added(client, clocks, SECOND)
    await changed(client, db, clocks, "primary", email=EVE)
    await changed(client, db, clocks, "primary", by=EVE, email=ADA)
    clocks.wall.advance(MINUTE)
    await changed(client, db, clocks, "primary", email=SECOND)
    last = re.findall(r"localhost:3000(/login/undo/[^/]+/)", await mails_to(ADA))[-1]
    assert re.search(r"localhost:3000(/login/undo/[^/]+/)", await mails_to(EVE)) is None
    assert (await reader.post(last, data={})).status_code == 303
    assert [one.address for one in await all_of(db, EmailAddress)] == [ADA]
    assert all(one.undone_at is not None for one in await all_of(db, PrimaryChange))


async def test_the_old_primary_can_not_be_taken_away_while_it_can_undo(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    await added(client, clocks)
    await changed(client, db, clocks, "primary")
    old = await row_of(db, ADA)
    assert old is not None
    path = f"/account/emails/{old.id}/remove/"
    refused = await client.post(path, data={"x": "x"})
    assert refused.status_code == 409
    clocks.wall.advance(timedelta(days=7))
    later = await signed_in(app, ADA)
    asked = await later.post(path, data={"x": "x"})
    assert asked.status_code == 303
    link = re.search(r"localhost:3000(/login/undo/[^/]+/)", await mails_to(ADA))
    assert link is not None
    assert (await browser(app).post(link[1], data={})).status_code == 410


async def test_a_removed_address_signs_in_no_more_and_the_primary_stays(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    await added(client, clocks)
    await changed(client, db, clocks, "remove")
    assert await row_of(db, WORK) is None
    assert "can't sign in to your account any more" in await mails_to(WORK)
    async with db.reading() as session:
        # An offer waits because of it: whoever took the account over removes what is the owner's.
        person_id = (await actor_of(client)).person_id
        assert clocks.wall.at in await changes_of_sign_in(session, person_id)
    first = await row_of(db, ADA)
    assert first is not None
    kept = await client.post(f"/account/emails/{first.id}/remove/", data={"x": "x"})
    assert kept.status_code == 409


@pytest.mark.parametrize("what", ["primary", "remove"])
async def test_somebody_elses_address_is_as_unknown_as_any(
    app: FastAPI, db: Database, clocks: Clocks, what: str
) -> None:
    client, eve = await signed_in(app, ADA), await signed_in(app, EVE)
    await added(client, clocks)
    row = await row_of(db, WORK)
    assert row is not None
    answers = [
        await eve.post(f"/account/emails/{one}/{what}/", data={"x": "x"})
        for one in (row.id, "email_unknown")
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].text == answers[1].text
