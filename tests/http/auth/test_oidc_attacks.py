"""Answers of another service that are forged, replayed or somebody else's: all refused.

research/quality.md §1.3; ASVS 5.0.0 10.1, 10.2, 10.5. The provider is a real one over HTTP, whose
own answers a test can change (`tests/oidc_server.py`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from portal_app.identity.models import Identity
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.http.auth.oidc_client import ADA, back, came, left, offer, refused, who
from tests.http.auth.sign_in_client import browser
from tests.oidc_server import KEYS, Claims, OidcServer, oidc_server
from tests.rows import all_of

ADAS: Claims = {"sub": "ada", "email": ADA, "email_verified": True}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is refused here is refused before anything is written."""
    return sqlite_url


@pytest.fixture
def op(monkeypatch: pytest.MonkeyPatch) -> Iterator[OidcServer]:
    with oidc_server() as provider:
        offer(monkeypatch, "op", issuer=provider.issuer, trust_email="true")
        yield provider


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
    await refused(await back(client, re.sub("&state=.*", state, url)), client, db)


async def test_a_code_of_another_browser(app: FastAPI, db: Database, op: OidcServer) -> None:
    """Injected whole it has no state here; under our own state the verifier is another's."""
    thief, victim = browser(app), browser(app)
    stolen = op.approve(await left(victim), **ADAS)
    await refused(await back(thief, stolen), thief, db)
    own = op.approve(await left(thief), sub="thief")
    code = re.search("code=([^&]+)", stolen)
    assert code is not None
    await refused(await back(thief, re.sub("code=[^&]+", code[0], own)), thief, db)


async def test_nobody_is_signed_in_as_the_attacker(
    app: FastAPI, db: Database, op: OidcServer
) -> None:
    """Login CSRF: the attacker's answer opened in the victim's browser."""
    attacker, victim = browser(app), browser(app)
    url = op.approve(await left(attacker), sub="mallory", email="mallory@example.com")
    await left(victim)
    await refused(await back(victim, url), victim, db)


async def test_an_answer_counts_once_and_for_ten_minutes(
    app: FastAPI, db: Database, op: OidcServer, clocks: Clocks
) -> None:
    late = browser(app)
    url = op.approve(await left(late), **ADAS)
    clocks.wall.advance(timedelta(minutes=10))
    await refused(await back(late, url), late, db)
    client = browser(app)
    url = op.approve(await left(client), **ADAS)
    code = re.search("code=([^&]+)", url)
    assert code is not None
    kept = op.codes[code[1]]
    assert (await back(client, url)).status_code == 303
    op.codes[code[1]] = kept  # even if the provider let the code be used twice
    again = await back(client, url)
    assert again.status_code == 400
    assert "set-cookie" not in again.headers


def changed(**over: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **over}


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize(
    "forge",
    [
        changed(nonce="another"),
        without("nonce"),
        changed(iss="https://evil.test"),
        without("iss"),
        changed(aud="another"),
        changed(aud="another", azp="portal"),
        changed(aud=["another", "portal"], azp="another"),
        changed(exp=int(time.time()) - 3600),
        without("exp"),
        changed(iat=int(time.time()) + 3600),
        changed(at_hash="wrong"),
        without("sub"),
        changed(sub=""),
        changed(sub=7),
    ],
)
async def test_claims_that_are_not_what_they_have_to_be(
    app: FastAPI, db: Database, op: OidcServer, forge: Callable[[Claims], Claims]
) -> None:
    client = browser(app)
    op.forge = forge
    await refused(await came(client, op, **ADAS), client, db)


@pytest.mark.parametrize("sign", [OidcServer.unsigned, OidcServer.signed_with_public_key])
async def test_signatures_that_anybody_can_make(
    app: FastAPI, db: Database, op: OidcServer, sign: Callable[[OidcServer, Claims], str]
) -> None:
    """`none`, and HMAC with the public key, although the provider says that it may use them."""
    client = browser(app)
    op.sign = sign
    await refused(await came(client, op, **ADAS), client, db)


async def test_a_signature_of_another_key(app: FastAPI, db: Database, op: OidcServer) -> None:
    client, other = browser(app), OidcServer(key=KEYS[1])
    op.sign = lambda _, claims: other.signed(claims)
    await refused(await came(client, op, **ADAS), client, db)


async def test_two_issuers_are_not_mixed_up(
    app: FastAPI, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 9700 §4.4: an answer of one at the other's address; RFC 9207: its `iss` names another."""
    client = browser(app)
    with oidc_server() as evil:
        offer(monkeypatch, "evil", issuer=evil.issuer)
        url = op.approve(await left(client), **ADAS)
        await refused(await back(client, url.replace("/oidc/op/", "/oidc/evil/")), client, db)
        url = op.approve(await left(client), **ADAS)
        await refused(await back(client, f"{url}&iss={evil.issuer}"), client, db)
        assert evil.codes == {}
    op.metadata = {"authorization_response_iss_parameter_supported": True}
    providers_anew(monkeypatch, op)
    await refused(await came(client, op, **ADAS), client, db)
    url = op.approve(await left(client), **ADAS)
    assert (await back(client, f"{url}&iss={op.issuer}")).status_code == 303


async def test_a_discovery_document_of_another_issuer(
    app: FastAPI, db: Database, op: OidcServer
) -> None:
    client = browser(app)
    op.metadata = {"issuer": "https://evil.test"}
    await refused(await client.get("/auth/oidc/op"), client, db)


async def test_a_provider_that_is_away_or_says_no(
    app: FastAPI, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(app)
    no = re.sub(
        "code=[^&]+", "error=access_denied&error_description=<b>", op.approve(await left(client))
    )
    answer = await back(client, no)
    await refused(answer, client, db)
    assert "<b>" not in answer.text
    offer(monkeypatch, "gone", issuer="http://127.0.0.1:9")
    away = await client.get("/auth/oidc/gone")
    assert away.status_code == 503
    await refused(away, client, db)
    await refused(await client.get("/auth/oidc/unknown"), client, db)


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "/\\evil.test", "/auth/logout", "/login/"]
)
async def test_the_way_on_stays_here(app: FastAPI, op: OidcServer, target: str) -> None:
    client = browser(app)
    answer = await back(client, op.approve(await left(client, "op", target), **ADAS))
    assert answer.headers["location"] == "/orders/"


def providers_anew(monkeypatch: pytest.MonkeyPatch, op: OidcServer) -> None:
    """Another label is another client, which reads the discovery document again."""
    offer(monkeypatch, "op", issuer=op.issuer, trust_email="true", label="Anew")


async def test_whops_answer_to_another_departure(
    app: FastAPI, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its keys are not known, but what it says of the nonce came over TLS like all the rest."""
    offer(monkeypatch, "whop", preset="whop", issuer=op.issuer, trust_email="true")
    for nonce in ("another", None):
        op.forge = lambda claims, nonce=nonce: {**claims, "nonce": nonce}
        client = browser(app)
        await refused(await came(client, op, "whop", **ADAS), client, db)
    op.forge = lambda claims: claims
    client = browser(app)
    assert (await came(client, op, "whop", **ADAS)).status_code == 303
    assert await who(client) == ADA
