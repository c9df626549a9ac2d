"""Attacks on the way to another service and back: all refused, by a plain page with a way on.

research/quality.md §1.3; ASVS 5.0.0 10.1, 10.2. Each runs against `oidc-provider-mock`, which is
not of our making, and against `tests/oidc_server.py`, which checks the verifier (PKCE) as well.
What a provider may answer wrongly is in `test_oidc_forgeries.py`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from fastapi import FastAPI

from portal_app.identity.models import Identity, LoginSession
from portal_app.identity.oidc.errors import (
    AnswerNotProven,
    AttemptOver,
    ProviderAway,
    ProviderSaidNo,
    UnknownProvider,
)
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.http.auth.oidc_client import (
    ADA,
    ADAS,
    back,
    came,
    left,
    offer,
    refused,
    who,
)
from tests.http.auth.sign_in_client import ORIGIN, browser, signed_in
from tests.oidc_server import OidcServer
from tests.rows import all_of

ELSEWHERE = (
    "https://evil.test/",
    "//evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "https:evil.test",
    "http://localhost:3000@evil.test/",
    "javascript:alert(1)",
    "/auth/logout",
    "/login/",
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is refused here is refused before anything is written."""
    return sqlite_url


async def test_unchanged_it_signs_in(app: FastAPI, db: Database, op: OidcServer) -> None:
    """The control of this file: what the others change is all that is wrong with them."""
    client = browser(app)
    answer = await came(client, op, **ADAS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/")
    assert await who(client) == ADA
    assert [one.subject for one in await all_of(db, Identity)] == ["ada"]


@pytest.mark.parametrize("state", ["", "&state=", "&state=another"])
async def test_a_missing_or_wrong_state(
    app: FastAPI, db: Database, op: OidcServer, state: str
) -> None:
    client = browser(app)
    url = op.approve(await left(client), **ADAS)
    await refused(await back(client, re.sub("&state=.*", state, url)), client, db, AttemptOver)


@pytest.mark.parametrize("nonce", ["&nonce=of-the-attacker", ""])
async def test_a_nonce_that_was_swapped_on_the_way_there(
    app: FastAPI, db: Database, op: OidcServer, nonce: str
) -> None:
    client = browser(app)
    swapped = re.sub("&nonce=[^&]+", nonce, await left(client))
    assert swapped.count("nonce=") == len(nonce and "1")
    await refused(await back(client, op.approve(swapped, **ADAS)), client, db)


async def test_a_code_that_was_made_for_another_client(
    app: FastAPI, db: Database, op: OidcServer
) -> None:
    """The token would be for that one (`aud`), or there is none."""
    client = browser(app)
    url = re.sub("client_id=portal", "client_id=another", await left(client))
    await refused(await back(client, op.approve(url, **ADAS)), client, db)


async def test_a_code_of_another_browser(app: FastAPI, db: Database, op: OidcServer) -> None:
    """Injected whole it has no state here; under our own, verifier and nonce are another's."""
    thief, victim = browser(app), browser(app)
    stolen = op.approve(await left(victim), **ADAS)
    await refused(await back(thief, stolen), thief, db, AttemptOver)
    assert op.asked == []
    own = op.approve(await left(thief), sub="thief")
    await refused(await back(thief, code_in(stolen).join(own.split(code_in(own)))), thief, db)
    assert op.asked == [code_in(stolen)]


async def test_nobody_is_signed_in_as_the_attacker(
    app: FastAPI, db: Database, op: OidcServer
) -> None:
    """Login CSRF: the attacker's answer opened in the victim's browser."""
    attacker, victim = browser(app), browser(app)
    url = op.approve(await left(attacker), sub="mallory", email="mallory@example.com")
    await left(victim)
    await refused(await back(victim, url), victim, db, AttemptOver)


async def test_an_answer_is_over_after_ten_minutes(
    app: FastAPI, db: Database, op: OidcServer, clocks: Clocks
) -> None:
    client = browser(app)
    url = op.approve(await left(client), **ADAS)
    clocks.wall.advance(timedelta(minutes=10))
    await refused(await back(client, url), client, db, AttemptOver)


async def test_an_answer_and_its_code_count_once(
    app: FastAPI, db: Database, op: OidcServer
) -> None:
    """The same answer is not even asked about again; its code in a new one is worth nothing."""
    client = browser(app)
    url = op.approve(await left(client), **ADAS)
    assert (await back(client, url)).status_code == 303
    await client.post("/auth/logout")
    used = await back(client, url)
    assert (used.status_code, op.asked) == (AttemptOver.status, [code_in(url)])
    anew = op.approve(await left(client), **ADAS)
    again = await back(client, anew.replace(code_in(anew), code_in(url)))
    assert (again.status_code, op.asked) == (AnswerNotProven.status, [code_in(url)] * 2)
    for answer in (used, again):
        assert "session" not in answer.headers.get("set-cookie", "")
    assert await who(client) == ""
    assert len(await all_of(db, LoginSession)) == 1


@pytest.mark.parametrize("verified", [True, False])
async def test_an_address_of_an_account_links_nothing_by_itself(
    app: FastAPI, db: Database, op: OidcServer, clocks: Clocks, *, verified: bool
) -> None:
    """Whether the provider calls it verified or not: a code goes to the address, and says why."""
    await signed_in(app, ADA)
    thief = browser(app)
    answer = await came(thief, op, sub="thief", email=ADA.upper(), email_verified=verified)
    assert answer.headers["location"] == "/login/?sent=1&next=/account/"
    page = await thief.get(answer.headers["location"])
    assert "The code also adds Op as a way to sign in to your account." in page.text
    guessed = await thief.post("/auth/verify", data={"code": "000000", "email": ADA})
    assert guessed.status_code == 400
    assert (await who(thief), await all_of(db, Identity)) == ("", [])


async def test_two_issuers_are_not_mixed_up(
    app: FastAPI, db: Database, op: OidcServer, evil: OidcServer
) -> None:
    """RFC 9700 §4.4: an answer of one at the other's address, whichever they had left for.

    The other is never shown the code.
    """
    client = browser(app)
    url = op.approve(await left(client), **ADAS)
    there = url.replace("/oidc/op/", "/oidc/evil/")
    await refused(await back(client, there), client, db, AttemptOver)
    query = urlsplit(await left(client, "evil")).query.replace("oidc%2Fevil", "oidc%2Fop")
    honest = urlsplit(await left(client))
    lured = op.approve(honest._replace(query=query).geturl(), **ADAS)
    assert lured.startswith(f"{ORIGIN}/auth/oidc/op/callback?")
    await refused(await back(client, lured), client, db, AttemptOver)
    assert (op.asked, evil.asked) == ([], [])


async def test_a_provider_that_is_away_or_says_no(
    app: FastAPI, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(app)
    no = re.sub(
        "code=[^&]+", "error=access_denied&error_description=<b>", op.approve(await left(client))
    )
    answer = await back(client, no)
    await refused(answer, client, db, ProviderSaidNo)
    assert "<b>" not in answer.text
    offer(monkeypatch, "gone", issuer="http://127.0.0.1:9")
    away = await client.get("/auth/oidc/gone")
    await refused(away, client, db, ProviderAway)
    await refused(await client.get("/auth/oidc/unknown"), client, db, UnknownProvider)


async def test_the_way_on_stays_here(app: FastAPI, db: Database, op: OidcServer) -> None:
    """After a refusal as after a sign-in; nor does the way back name another."""
    for number, target in enumerate(ELSEWHERE):
        client, more = browser(app, ip=f"192.0.2.{number}"), urlencode({"next": target})
        url = op.approve(await left(client, "op", target), **ADAS)
        lost = re.sub("code=[^&]+", "code=wrong", url)
        if number == 0:
            await refused(await back(client, f"{lost}&{more}"), client, db)
            url = op.approve(await left(client, "op", target), **ADAS)
        answer = await back(client, f"{url}&{more}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/orders/"), target


def code_in(url: str) -> str:
    (code,) = re.findall("code=([^&]+)", url)
    return str(code)
