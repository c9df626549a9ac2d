"""What a provider answers and must not be believed: claims, signatures, issuers, its document.

research/quality.md §1.3; ASVS 5.0.0 10.5. The answers of our own provider, and those of
`oidc-provider-mock` changed on their way (`tests/oidc_independent.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from portal_app.identity.oidc.errors import ProviderAway
from portal_app.kit.db import Database
from tests.http.auth.oidc_client import ADA, ADAS, back, came, left, offer, refused, who
from tests.http.auth.sign_in_client import browser
from tests.oidc_server import KEYS, Claims, OidcServer, oidc_server

# These times are of when the tests were collected, which may be an hour ago.
DAY = 86_400


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is refused here is refused before anything is written."""
    return sqlite_url


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
        changed(iat=int(time.time()) + DAY),
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


async def test_forged_as_it_was_it_signs_in(app: FastAPI, db: Database, op: OidcServer) -> None:
    """The control of this file: it is not the man in the middle who is refused."""
    client = browser(app)
    op.forge = changed(sub="ada")
    assert (await came(client, op, **ADAS)).status_code == 303
    assert await who(client) == ADA


@pytest.mark.parametrize("sign", [OidcServer.unsigned, OidcServer.signed_with_public_key])
async def test_signatures_that_anybody_can_make(
    app: FastAPI, db: Database, op: OidcServer, sign: Callable[[OidcServer, Claims], str]
) -> None:
    """`none`, and HMAC with the public key, although the provider says that it may use them."""
    client = browser(app)
    op.metadata = {"id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
    op.sign = sign
    await refused(await came(client, op, **ADAS), client, db)


async def test_a_signature_of_another_key(app: FastAPI, db: Database, op: OidcServer) -> None:
    client, other = browser(app), OidcServer(key=KEYS[1])
    op.sign = lambda _provider, claims: other.signed(claims)
    await refused(await came(client, op, **ADAS), client, db)


async def test_an_answer_that_names_another_issuer_or_fails_to_name_its_own(
    app: FastAPI, db: Database, op: OidcServer, evil: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 9207; refused before the code is shown to anybody."""
    client = browser(app)
    url = op.approve(await left(client), **ADAS)
    await refused(await back(client, f"{url}&iss={evil.issuer}"), client, db)
    op.metadata = {"authorization_response_iss_parameter_supported": True}
    providers_anew(monkeypatch, op)
    await refused(await came(client, op, **ADAS), client, db)
    assert (op.asked, evil.asked) == ([], [])
    url = op.approve(await left(client), **ADAS)
    assert (await back(client, f"{url}&iss={op.issuer}")).status_code == 303


async def test_a_discovery_document_of_another_issuer(
    app: FastAPI, db: Database, op: OidcServer
) -> None:
    client = browser(app)
    op.metadata = {"issuer": "https://evil.test"}
    await refused(await client.get("/auth/oidc/op"), client, db, ProviderAway)


def providers_anew(monkeypatch: pytest.MonkeyPatch, op: OidcServer) -> None:
    """Another label is another client, which reads the discovery document again."""
    offer(monkeypatch, "op", issuer=op.issuer, trust_email="true", label="Anew")


async def test_whops_answer_to_another_departure(
    app: FastAPI, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its keys are not known, but what it says of the nonce came over TLS like all the rest."""
    with oidc_server() as op:
        await _another_departure(app, db, op, monkeypatch)


async def _another_departure(
    app: FastAPI, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, "whop", preset="whop", issuer=op.issuer, trust_email="true")
    for nonce in ("another", None):
        op.forge = lambda claims, nonce=nonce: {**claims, "nonce": nonce}
        client = browser(app)
        await refused(await came(client, op, "whop", **ADAS), client, db)
    op.forge = lambda claims: claims
    client = browser(app)
    assert (await came(client, op, "whop", **ADAS)).status_code == 303
    assert await who(client) == ADA
