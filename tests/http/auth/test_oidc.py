"""Signing in through others, adding them to an account and taking them away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from portal_app.customers.models import Customer
from portal_app.identity.models import EmailAddress, Identity, Person, SignInRemoval
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.factories import make_customer
from tests.http.auth.oidc_client import ADA, EVE, back, came, left, offer, who
from tests.http.auth.sign_in_client import (
    browser,
    code_mail,
    code_of,
    mails_to,
    newest_mail,
    signed_in,
    verify,
)
from tests.oidc_server import OidcServer, oidc_server
from tests.rows import all_of


@pytest.fixture
def op(monkeypatch: pytest.MonkeyPatch) -> Iterator[OidcServer]:
    with oidc_server() as provider:
        yield provider


async def test_who_comes_back_is_known_by_issuer_and_subject_and_owns_their_purchases(
    app: FastAPI, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, "op", issuer=op.issuer, trust_email="true")
    async with db.unit_of_work() as session:
        await make_customer(session, email=ADA)
    for attempt in range(2):
        client = browser(app)
        answer = await came(client, op, sub="ada", email=ADA, email_verified=True)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/"), attempt
        assert await who(client) == ADA
    (person,) = await all_of(db, Person)
    assert [one.person_id for one in await all_of(db, Customer)] == [person.id]
    assert [(one.issuer, one.subject) for one in await all_of(db, Identity)] == [(op.issuer, "ada")]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("trust", "verified"), [("true", False), ("false", True), ("true", "true")]
)
async def test_an_address_that_does_not_count_takes_a_code_known_or_not(
    app: FastAPI,
    db: Database,
    clocks: Clocks,
    op: OidcServer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    known: bool,
    trust: str,
    verified: object,
) -> None:
    if known:
        await signed_in(app, ADA)
        clocks.wall.advance(timedelta(hours=1))
    offer(monkeypatch, "op", issuer=op.issuer, trust_email=trust)
    client = browser(app)
    answer = await came(client, op, sub="ada", email=ADA, email_verified=verified)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/login/?sent=1&next=/account/",
    )
    assert await who(client) == ""
    assert await all_of(db, Identity) == []
    page = await client.get(answer.headers["location"])
    assert "The code also adds Op as a way to sign in to your account." in page.text
    assert "It also adds Op as a way to sign in" in await code_mail(ADA)
    clocks.wall.advance(timedelta(minutes=1))
    await client.post("/auth/code", data={"email": ADA, "next": "/account/", "again": "1"})
    done = await verify(client, code=(await newest_mail(ADA)).code)
    assert done.headers["location"] == "/account/"
    (identity,) = await all_of(db, Identity)
    assert (identity.subject, identity.account) == ("ada", ADA)
    assert "Op (ada@example.com) can sign in" in await mails_to(ADA)
    again = browser(app)
    assert (await came(again, op, sub="ada", email="other@example.com")).status_code == 303
    assert await who(again) == ADA


async def test_a_code_that_was_asked_for_afresh_adds_nothing(
    app: FastAPI, db: Database, clocks: Clocks, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever used the browser before must not leave a service behind for the next."""
    offer(monkeypatch, "op", issuer=op.issuer)
    client = browser(app)
    await came(client, op, sub="mallory", email=ADA)
    clocks.wall.advance(timedelta(minutes=1))
    await client.post("/auth/code", data={"email": ADA, "next": "/orders/"})
    assert (await verify(client, code=(await newest_mail(ADA)).code)).status_code == 303
    assert await all_of(db, Identity) == []


@pytest.mark.parametrize("email", [None, "", "straße@example.com", "no address"])
async def test_without_a_usable_address_there_is_a_way_on(
    app: FastAPI, op: OidcServer, monkeypatch: pytest.MonkeyPatch, email: object
) -> None:
    offer(monkeypatch, "op", issuer=op.issuer, trust_email="true")
    client = browser(app)
    answer = await came(client, op, sub="ada", email=email, email_verified=True)
    assert answer.status_code == 400
    assert "did not tell us an email that we can use" in answer.text
    assert "/login/?next=/account/" in answer.text


async def test_github_is_the_number_and_its_primary_verified_address(
    app: FastAPI, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, "github", preset="github", issuer=op.issuer)
    op.answers["/api/v3/user"] = {"id": 583231, "login": "ada", "email": EVE}
    op.answers["/api/v3/user/emails"] = [
        {"email": EVE, "primary": False, "verified": True},
        {"email": ADA, "primary": True, "verified": True},
    ]
    client = browser(app)
    url = await left(client, "github")
    assert url.startswith(f"{op.issuer}/login/oauth/authorize?")
    assert "code_challenge_method=S256" in url
    assert (await back(client, op.approve(url))).headers["location"] == "/account/"
    assert await who(client) == ADA
    assert [one.subject for one in await all_of(db, Identity)] == ["583231"]
    op.answers["/api/v3/user"]["id"] = 7
    op.answers["/api/v3/user/emails"][1]["verified"] = False
    other = browser(app)
    answer = await back(other, op.approve(await left(other, "github")))
    assert "did not tell us an email" in answer.text


async def test_whop_is_asked_who_it_was(
    app: FastAPI, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, "whop", preset="whop", issuer=op.issuer)
    client = browser(app)
    answer = await came(client, op, "whop", sub="user_1", email=ADA, email_verified=True)
    assert answer.headers["location"].startswith("/login/?sent=1")
    assert (await verify(client, code=(await newest_mail(ADA)).code)).status_code == 303
    assert [one.subject for one in await all_of(db, Identity)] == ["user_1"]


async def approved(client: httpx.AsyncClient, db: Database, path: str) -> httpx.Response:
    """Post to *path*, then the code that it asks for."""
    asked = await client.post(path, data={"x": "x"})
    assert asked.headers["location"].startswith("/account/confirm/")
    return await client.post(asked.headers["location"], data={"code": await code_of(ADA)})


async def test_adding_and_removing_takes_a_code_each(
    app: FastAPI, db: Database, clocks: Clocks, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, "op", issuer=op.issuer)
    client = await signed_in(app, ADA)
    clocks.wall.advance(timedelta(seconds=1))
    confirmed = await approved(client, db, "/account/sign-in/op/add/")
    page = await client.get(confirmed.headers["location"])
    link = re.search(r'href="(/auth/oidc/op\?approval=[^"]+)"', page.text)
    assert link is not None
    leaving = await client.get(link[1])
    done = await back(client, op.approve(leaving.headers["location"], sub="ada", email=EVE))
    assert done.headers["location"].startswith("/account/?approval=")
    (identity,) = await all_of(db, Identity)
    again = browser(app)
    await came(again, op, sub="ada")
    assert await who(again) == ADA
    clocks.wall.advance(timedelta(minutes=1))
    removed = await approved(client, db, f"/account/sign-in/{identity.id}/remove/")
    assert removed.headers["location"].startswith("/account/?approval=")
    assert await all_of(db, Identity) == []
    (noted,) = await all_of(db, SignInRemoval)
    assert noted.removed_at == clocks.wall.at
    assert "can't sign in to your account any more" in await mails_to(ADA)
    assert len(await all_of(db, EmailAddress)) == 1


async def test_adding_without_a_confirmed_approval_is_refused(
    app: FastAPI, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, "op", issuer=op.issuer)
    client = await signed_in(app, ADA)
    leaving = await client.get("/auth/oidc/op?approval=stpu_made_up")
    answer = await back(client, op.approve(leaving.headers["location"], sub="ada", email=ADA))
    assert answer.status_code == 403
    assert 'href="/account/"' in answer.text
    assert await all_of(db, Identity) == []


async def test_somebody_elses_service_is_neither_added_nor_removed(
    app: FastAPI, db: Database, clocks: Clocks, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, "op", issuer=op.issuer, trust_email="true")
    eve = browser(app)
    await came(eve, op, sub="eve", email=EVE, email_verified=True)
    client = await signed_in(app, ADA)
    (identity,) = await all_of(db, Identity)
    unknown = await client.post("/account/sign-in/idn_unknown/remove/", data={"x": "x"})
    foreign = await client.post(f"/account/sign-in/{identity.id}/remove/", data={"x": "x"})
    assert (unknown.status_code, foreign.status_code) == (404, 404)
    assert unknown.text == foreign.text
    clocks.wall.advance(timedelta(seconds=1))
    confirmed = await approved(client, db, "/account/sign-in/op/add/")
    approval = confirmed.headers["location"].partition("?")[2]
    leaving = await client.get(f"/auth/oidc/op?{approval}")
    answer = await back(client, op.approve(leaving.headers["location"], sub="eve"))
    assert answer.status_code == 409
    assert [one.person_id for one in await all_of(db, Identity)] == [identity.person_id]


@pytest.mark.parametrize(("subject", "address"), [("ada", ADA), ("another", "")])
async def test_an_address_may_come_with_the_user_info_of_the_same_subject(
    app: FastAPI, op: OidcServer, monkeypatch: pytest.MonkeyPatch, subject: str, address: str
) -> None:
    offer(monkeypatch, "op", issuer=op.issuer, trust_email="true")
    op.metadata = {"userinfo_endpoint": f"{op.issuer}/oauth/userinfo"}
    op.userinfo = {"sub": subject, "email": ADA, "email_verified": True}
    client = browser(app)
    await came(client, op, sub="ada")
    assert await who(client) == address


async def test_the_sign_in_page_offers_them(
    app: FastAPI, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, "op", issuer=op.issuer, label="Example & Co")
    page = await browser(app).get("/login/?next=/account/")
    assert 'href="/auth/oidc/op?next=/account/">Continue with Example &amp; Co</a>' in page.text
