"""The rest of the account page: sessions elsewhere, how long this one lasts, name and export."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import SQLModel

from portal_app.identity.export import _SHARED, _references
from portal_app.identity.models import LoginSession, Person
from portal_app.identity.sessions import actor_of_event, find_actor, sealed
from portal_app.jobs.pruning import prune
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.factories import (
    make_customer,
    make_event,
    make_member,
    make_membership,
    make_person,
)
from tests.http.auth.sign_in_client import (
    browser,
    code_of,
    cookie_header,
    mails_to,
    signed_in,
)
from tests.rows import NOW, all_of

ADA, EVE = "ada@example.com", "eve@example.com"
FIREFOX = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}
SAFARI = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"}


async def lives(client: httpx.AsyncClient) -> bool:
    """Over HTTP and on a socket's next event."""
    header = cookie_header(client)
    found = [await find_actor(header), await actor_of_event(sealed(header), active=True)]
    assert len({one is None for one in found}) == 1
    return found[0] is not None


async def session_of(db: Database, client: httpx.AsyncClient) -> str:
    actor = await find_actor(cookie_header(client))
    assert actor is not None
    return actor.session_id


async def test_one_session_is_ended_and_nobody_elses(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    here, there, eve = [await signed_in(app, one) for one in (ADA, ADA, EVE)]
    foreign = await session_of(db, eve)
    answers = [
        await here.post(f"/account/sessions/{one}/end/", data={"x": "x"})
        for one in (foreign, "sess_unknown")
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    ended = await session_of(db, there)
    done = await here.post(f"/account/sessions/{ended}/end/", data={"x": "x"})
    assert done.headers["location"] == "/account/"
    assert [await lives(one) for one in (here, there, eve)] == [True, False, True]


async def test_ending_all_others_takes_a_code(app: FastAPI, db: Database, clocks: Clocks) -> None:
    here, there, eve = [await signed_in(app, one) for one in (ADA, ADA, EVE)]
    clocks.wall.advance(timedelta(minutes=1))
    asked = await here.post("/account/sessions/end-others/", data={"x": "x"})
    assert await lives(there)
    await here.post(asked.headers["location"], data={"code": await code_of(ADA)})
    assert [await lives(one) for one in (here, there, eve)] == [True, False, True]


async def test_a_browser_of_another_kind_is_told_of_and_the_first_is_not(
    app: FastAPI, clocks: Clocks
) -> None:
    await signed_in(app, ADA, **FIREFOX)
    clocks.wall.advance(timedelta(minutes=5))
    await signed_in(app, ADA, **FIREFOX)
    assert "haven't seen before" not in await mails_to(ADA)
    clocks.wall.advance(timedelta(minutes=5))
    await signed_in(app, ADA, **SAFARI)
    assert "that we haven't seen before: Safari on iOS" in await mails_to(ADA)


async def test_who_was_long_away_is_told_though_no_session_is_left(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    """A dormant account is the one whose owner would not notice somebody else in it."""
    await signed_in(app, ADA, **FIREFOX)
    clocks.wall.advance(timedelta(days=60))
    await prune(db)
    assert await all_of(db, LoginSession) == []
    await signed_in(app, ADA, **SAFARI)
    assert "that we haven't seen before: Safari on iOS" in await mails_to(ADA)


async def test_asking_how_long_a_session_lasts_does_not_make_it_last(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    async def left(client: httpx.AsyncClient) -> Any:
        return (await client.get("/auth/session")).json()

    client = await signed_in(app, ADA)
    for minutes in (30, 15):
        assert await left(client) == {"seconds": minutes * 60, "final": False}
        clocks.wall.advance(timedelta(minutes=15))
    assert await left(client) == {"seconds": 0, "final": False}
    assert await left(browser(app)) == {"seconds": 0, "final": True}
    async with db.unit_of_work() as session:
        row = await session.get_one(LoginSession, (await all_of(db, LoginSession))[0].id)
        row.expires_at = clocks.wall.now() + timedelta(minutes=2)
        row.last_seen_at = clocks.wall.now()
    assert await left(client) == {"seconds": 120, "final": True}


async def test_the_name_is_one_short_line(app: FastAPI, db: Database) -> None:
    client = await signed_in(app, ADA)
    await client.post("/account/profile/", data={"name": "  Ada\n Lovelace \x00" + "x" * 200})
    (person,) = await all_of(db, Person)
    assert person.name.startswith("Ada Lovelace x")
    assert len(person.name) == 100
    await client.post("/account/profile/", data={"other": "x"})
    assert (await all_of(db, Person))[0].name == person.name


async def test_the_export_holds_everything_of_mine_and_nothing_of_others(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    async with db.unit_of_work() as session:
        for email in (ADA, EVE):
            await make_customer(session, email=email)
    client, eve = await signed_in(app, ADA), await signed_in(app, EVE)
    answer = await client.get("/account/export.json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment;")
    said = answer.json()
    assert said["about"] == ADA
    assert [one["address"] for one in said["email_addresses"]] == [ADA]
    assert [one["email"] for one in said["customers"]] == [ADA]
    assert EVE not in answer.text
    theirs = await find_actor(cookie_header(eve))
    assert theirs is not None
    assert theirs.person_id not in answer.text
    secrets = [*client.cookies.values()]
    secrets += [one.token_digest for one in await all_of(db, LoginSession)]
    assert [one for one in secrets if one in answer.text] == []
    assert (await browser(app).get("/account/export.json")).status_code == 303


async def test_a_membership_is_in_its_holders_export_alone(
    app: FastAPI, db: Database, clocks: Clocks
) -> None:
    async with db.unit_of_work() as session:
        ada, eve = [await make_person(session, one) for one in (ADA, EVE)]
        given = await make_membership(session, ada)
        kept = await make_membership(session, ada)
        for held in (given, kept):
            await make_event(session, held.membership, "created")
        given.member.until_at = NOW
        await session.flush()
        over = {"customer": given.customer, "from_at": NOW}
        await make_member(session, given.membership, eve, **over)

    async def ids(email: str) -> tuple[list[str], list[str]]:
        said = (await (await signed_in(app, email)).get("/account/export.json")).json()
        events = [one["membership_id"] for one in said.get("membership_events", [])]
        return [one["id"] for one in said["memberships"]], events

    assert await ids(ADA) == ([kept.membership.id],) * 2
    assert await ids(EVE) == ([given.membership.id],) * 2


def test_every_table_that_hangs_on_a_person_is_in_the_export() -> None:
    """A new one is in it by its foreign key; one without stands here, with the reason."""
    without = {
        "changes",  # says only that something changed, for minutes
        "intents",  # its outcome is in the membership's history
        "login_codes",  # nobody's until used
        "oidc_attempts",
        "outbox",  # the mails themselves were sent
        "notices_sent",
        "sandbox_mails",
    }
    naming = {"person_id", "actor_id", "customer_id", "member_id", "recipient", "address"}
    about = {
        table.name
        for table in SQLModel.metadata.sorted_tables
        if naming & {column.name for column in table.columns}
    }
    connected = {
        table.name
        for table in SQLModel.metadata.sorted_tables
        if dict(_references(table)) and table.name not in _SHARED
    }
    assert about - connected - {"people"} <= without
