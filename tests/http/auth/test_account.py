"""The rest of the account page: sessions elsewhere, how long this one lasts, name and export."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from portal_app.identity.models import LoginSession, Person
from portal_app.identity.sessions import actor_of_event, find_actor, sealed
from portal_app.jobs.pruning import prune
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.http.auth.sign_in_client import (
    browser,
    code_of,
    cookie_header,
    mails_to,
    signed_in,
)
from tests.rows import all_of

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
