"""Confirming by signing in anew at a linked service: what counts, and every answer that must not.

ASVS 5.0.0 6.8.4, 7.5; the provider is `tests/oidc_server.py`, whose answers are forged here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from portal_app.identity.models import Identity, OidcAttempt, StepUp
from portal_app.identity.stepup import Approval, Purpose, StepUpRequired, ask_step_up
from portal_app.kit.db import Database
from tests.conftest import Clocks
from tests.http.auth.oidc_client import ADA, EVE, back, offer
from tests.http.auth.sign_in_client import browser, cookie_header, signed_in
from tests.http.auth.test_stepup import APPROVAL, BACK, FACTS, actor_of, do
from tests.oidc_server import OidcServer, oidc_server
from tests.rows import all_of

OTHER = Approval(Purpose.TRANSFER, {**FACTS, "recipient": "carl@example.com"})
HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def op(monkeypatch: pytest.MonkeyPatch) -> Iterator[OidcServer]:
    with oidc_server() as provider:
        offer(monkeypatch, "op", issuer=provider.issuer)
        yield provider


async def linked(
    db: Database, client: httpx.AsyncClient, issuer: str, subject: str, name: str = "op"
) -> None:
    async with db.unit_of_work() as session:
        session.add(
            Identity(
                person_id=(await actor_of(client)).person_id,
                provider=name,
                issuer=issuer,
                subject=subject,
                created_at=datetime.fromisoformat("2026-01-01T00:00:00Z"),
            )
        )


@pytest.fixture
async def ada(app: FastAPI, db: Database, op: OidcServer, clocks: Clocks) -> httpx.AsyncClient:
    """She and Eve both have an account at the provider, and one here."""
    client, eve = await signed_in(app, ADA), await signed_in(app, EVE)
    await linked(db, client, op.issuer, "ada")
    await linked(db, eve, op.issuer, "eve")
    clocks.wall.advance(timedelta(hours=1))
    return await signed_in(app, ADA)


async def asked(client: httpx.AsyncClient, approval: Approval = APPROVAL) -> str:
    return await ask_step_up(await actor_of(client), approval, back=BACK)


async def leaving(client: httpx.AsyncClient, page: str, name: str = "op") -> httpx.Response:
    return await client.get(f"{page}with/{name}/", headers=HERE)


async def signed_in_anew(
    client: httpx.AsyncClient, op: OidcServer, page: str, at: Any, subject: str = "ada"
) -> httpx.Response:
    """There and back as *subject*, of whom the provider says that they signed in *at*."""
    claims = {"sub": subject} | ({} if at is None else {"auth_time": at})
    return await back(
        client, op.approve((await leaving(client, page)).headers["location"], **claims)
    )


async def nothing_confirmed(db: Database, answer: httpx.Response, page: str = "") -> None:
    """A plain page that says so, with the way back to the code."""
    assert answer.status_code in {400, 404, 410}, answer.status_code
    assert "<title>Error: Confirm that it's you</title>" in unescape(answer.text)
    assert f'href="{page or "/account/"}"' in answer.text
    assert "set-cookie" not in answer.headers
    assert all(one.confirmed_at is None for one in await all_of(db, StepUp))


async def test_signing_in_anew_confirms_as_the_code_does_once(
    ada: httpx.AsyncClient, db: Database, op: OidcServer, clocks: Clocks
) -> None:
    page, before = await asked(ada), cookie_header(ada)
    assert f'href="{page}with/op/"' in (await ada.get(page)).text
    url = (await leaving(ada, page)).headers["location"]
    assert "prompt=login" in url
    assert "max_age=0" in url
    clocks.wall.advance(timedelta(minutes=9))
    now = int(clocks.wall.at.timestamp())
    done = await back(ada, op.approve(url, sub="ada", auth_time=now))
    step_up_id = page.strip("/").rpartition("/")[2]
    assert (done.status_code, done.headers["location"]) == (303, f"{BACK}?approval={step_up_id}")
    assert f'href="{page}with/op/"' not in (await ada.get(page)).text
    assert cookie_header(ada) != before
    with pytest.raises(StepUpRequired):
        await do(db, await actor_of(ada), OTHER)
    await do(db, await actor_of(ada))
    with pytest.raises(StepUpRequired):
        await do(db, await actor_of(ada))


def seconds(**since_now: float) -> Callable[[Clocks], int]:
    return lambda clocks: int((clocks.wall.at + timedelta(**since_now)).timestamp())


@pytest.mark.parametrize(
    "auth_time",
    [
        None,
        seconds(seconds=-1),
        seconds(minutes=-30),
        seconds(minutes=5),
        lambda clocks: str(seconds()(clocks)),
        True,
        2**80,
        -1,
    ],
)
async def test_a_sign_in_that_is_not_said_to_be_new(
    ada: httpx.AsyncClient, db: Database, op: OidcServer, clocks: Clocks, auth_time: Any
) -> None:
    page = await asked(ada)
    answer = await signed_in_anew(
        ada, op, page, auth_time(clocks) if callable(auth_time) else auth_time
    )
    await nothing_confirmed(db, answer, page)


@pytest.mark.parametrize("subject", ["eve", "stranger"])
async def test_an_account_that_is_anothers_or_nobodys(
    ada: httpx.AsyncClient, db: Database, op: OidcServer, clocks: Clocks, subject: str
) -> None:
    page = await asked(ada)
    answer = await signed_in_anew(ada, op, page, seconds()(clocks), subject)
    await nothing_confirmed(db, answer, page)
    assert EVE not in answer.text


async def test_it_confirms_what_one_left_for_and_nothing_else(
    ada: httpx.AsyncClient, db: Database, op: OidcServer, clocks: Clocks
) -> None:
    """The other pending one is neither confirmed nor can it be put in the way back."""
    page, other = await asked(ada), await asked(ada, OTHER)
    url = (await leaving(ada, page)).headers["location"]
    step_up_id = other.strip("/").rpartition("/")[2]
    forged = op.approve(url, sub="ada", auth_time=seconds()(clocks))
    done = await back(ada, f"{forged}&approval={step_up_id}&confirms={step_up_id}")
    assert done.status_code == 303
    assert {one.id for one in await all_of(db, StepUp) if one.confirmed_at} == {
        page.strip("/").rpartition("/")[2]
    }
    with pytest.raises(StepUpRequired):
        await do(db, await actor_of(ada), OTHER)


async def test_an_answer_counts_once_and_for_ten_minutes(
    ada: httpx.AsyncClient, db: Database, op: OidcServer, clocks: Clocks
) -> None:
    page = await asked(ada)
    late = (await leaving(ada, page)).headers["location"]
    clocks.wall.advance(timedelta(minutes=10))
    answer = await back(ada, op.approve(late, sub="ada", auth_time=seconds()(clocks)))
    assert answer.status_code == 400
    assert all(one.confirmed_at is None for one in await all_of(db, StepUp))
    first, second = [(await leaving(ada, page)).headers["location"] for _ in range(2)]
    url = op.approve(first, sub="ada", auth_time=seconds()(clocks))
    (code,) = re.findall("code=([^&]+)", url)
    kept = op.codes[code]
    assert (await back(ada, url)).status_code == 303
    await do(db, await actor_of(ada))
    op.codes[code] = kept  # even if the provider let the code be used twice
    for again in (url, op.approve(second, sub="ada", auth_time=seconds()(clocks))):
        assert (await back(ada, again)).status_code in {400, 404}
    with pytest.raises(StepUpRequired):
        await do(db, await actor_of(ada))


async def test_another_session_and_another_browser_confirm_nothing(
    app: FastAPI, ada: httpx.AsyncClient, db: Database, op: OidcServer, clocks: Clocks
) -> None:
    page = await asked(ada)
    urls = [(await leaving(ada, page)).headers["location"] for _ in range(3)]
    answers = [op.approve(one, sub="ada", auth_time=seconds()(clocks)) for one in urls]
    elsewhere = await signed_in(app, ADA)
    assert (await back(elsewhere, answers[0])).status_code == 400
    anew = {name: value for name, value in elsewhere.cookies.items() if "session" in name}
    own = {name: value for name, value in ada.cookies.items() if name not in anew}
    # The same browser, signed in anew; then signed out.
    for cookies, answer in ((own | anew, answers[1]), (own, answers[2])):
        ada.cookies.clear()
        ada.cookies.update(cookies)
        await nothing_confirmed(db, await back(ada, answer), page)


async def test_nobody_leaves_for_what_is_not_theirs_nor_past_the_page_that_names_it(
    app: FastAPI, ada: httpx.AsyncClient, db: Database, clocks: Clocks
) -> None:
    page, eve = await asked(ada), await signed_in(app, EVE)
    texts = {
        (await leaving(client, one)).text
        for client, one in (
            (eve, page),
            (await signed_in(app, ADA), page),
            (ada, "/account/confirm/stpu_unknown/"),
        )
    }
    assert len(texts) == 1
    for site in ("cross-site", "same-site", "none"):
        lured = await ada.get(f"{page}with/op/", headers={"sec-fetch-site": site})
        assert lured.headers["location"] == page
    stranger = await leaving(browser(app), page)
    assert stranger.headers["location"] == f"/login/?next={page}"
    assert await all_of(db, OidcAttempt) == []


async def test_only_a_linked_service_that_says_when_is_offered_and_never_for_a_new_address(
    ada: httpx.AsyncClient, db: Database, op: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("github", "whop", "google"):
        offer(monkeypatch, name)
        await linked(db, ada, f"https://{name}.example", f"ada-{name}", name)
    offer(monkeypatch, "unlinked", issuer=op.issuer.replace("127.0.0.1", "localhost"))
    proof = Approval(Purpose.PROVE_EMAIL, {"email": "a@b.example", "account": ADA})
    page, proving = await asked(ada), await asked(ada, proof)
    offered = re.findall("/with/([a-z]+)/", (await ada.get(page)).text)
    assert offered == ["op"]
    assert "/with/" not in (await ada.get(proving)).text
    for name in ("github", "whop", "google", "unlinked", "unknown"):
        await nothing_confirmed(db, await leaving(ada, page, name), page)
    await nothing_confirmed(db, await leaving(ada, proving), proving)
