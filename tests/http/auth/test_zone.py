"""By which clock an account reads: its browser's until somebody chooses, and kept for mails."""

from __future__ import annotations

import httpx
from fastapi import FastAPI

from portal_app.identity.models import Person
from portal_app.identity.sessions import actor_of_event, find_actor, sealed
from portal_app.kit.db import Database
from portal_app.ui.zones import ZONE_COOKIE
from tests.conftest import Clocks
from tests.http.auth.sign_in_client import ask, browser, cookie_header, mails_to, signed_in
from tests.rows import all_of

ADA, EVE = "ada@example.com", "eve@example.com"


async def zone_of(client: httpx.AsyncClient) -> str:
    """Over HTTP and on an event of a socket."""
    header = cookie_header(client)
    actors = [await find_actor(header), await actor_of_event(sealed(header), active=True)]
    (zone,) = {actor.zone for actor in actors if actor}
    return zone


async def kept(db: Database) -> list[str]:
    return sorted(person.zone for person in await all_of(db, Person))


async def test_the_first_browser_says_it_and_no_later_one(app: FastAPI, db: Database) -> None:
    client, eve = await signed_in(app, ADA), await signed_in(app, EVE)
    assert (await zone_of(client), await kept(db)) == ("UTC", ["", ""])
    for nonsense in ("Europe/Atlantis", "../../etc/passwd"):
        client.cookies.set(ZONE_COOKIE, nonsense)
        assert await zone_of(client) == "UTC"
    client.cookies.set(ZONE_COOKIE, "Asia/Calcutta")
    assert (await zone_of(client), await kept(db)) == ("Asia/Kolkata", ["", "Asia/Kolkata"])
    client.cookies.set(ZONE_COOKIE, "America/New_York")
    assert await zone_of(client) == "Asia/Kolkata"
    assert await zone_of(eve) == "UTC"


async def test_it_is_chosen_from_the_list_for_this_account_alone(
    app: FastAPI, db: Database
) -> None:
    client, eve = await signed_in(app, ADA), await signed_in(app, EVE)
    page = await client.get("/account/zone/")
    assert '<option value="Europe/Berlin">Berlin (UTC+1)</option>' in page.text
    done = await client.post("/account/zone/", data={"zone": "Europe/Berlin"})
    assert done.headers["location"] == "/account/"
    assert (await zone_of(client), await zone_of(eve)) == ("Europe/Berlin", "UTC")
    refused = await client.post("/account/zone/", data={"zone": "Europe/Atlantis"})
    assert refused.status_code == 400
    assert "Choose a time zone of the list." in refused.text
    assert '<option value="Europe/Berlin" selected>' in refused.text
    assert await kept(db) == ["", "Europe/Berlin"]
    for answer in (
        await browser(app).get("/account/zone/"),
        await browser(app).post("/account/zone/", data={"zone": "UTC"}),
    ):
        assert answer.headers["location"] == "/login/?next=/account/zone/"


async def test_mails_tell_times_by_the_clock_of_whoever_reads_them(
    app: FastAPI, clocks: Clocks
) -> None:
    client = await signed_in(app, ADA)
    await client.post("/account/zone/", data={"zone": "Pacific/Kiritimati"})
    for address in (ADA, EVE):
        await ask(browser(app), address)
    assert clocks.wall.at.isoformat().startswith("2026-11-16T09:30")
    assert "16 Nov 2026, 23:30 UTC+14" in await mails_to(ADA)
    assert "16 Nov 2026, 09:30 UTC" in await mails_to(EVE)
