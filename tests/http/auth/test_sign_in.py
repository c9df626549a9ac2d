"""Sign-in over HTTP: one path for every address, one use, one browser, nothing lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from fastapi import FastAPI

from portal_app.identity.models import LoginCode, LoginSession
from portal_app.identity.sessions import find_actor
from portal_app.kit.db import Database
from portal_app.settings import get_settings
from tests.conftest import Clocks
from tests.factories import make_person
from tests.http.auth.sign_in_client import (
    ask,
    browser,
    cookie_header,
    newest_mail,
    verify,
)
from tests.rows import all_of

ADA = "ada@example.com"


async def test_a_code_signs_in_and_leads_to_the_page_that_was_asked_for(app: FastAPI) -> None:
    client = browser(app)
    asked = await ask(client, ADA, "/billing/manage/mber_1/cancel/?from=mail")
    assert (asked.status_code, asked.headers["cache-control"]) == (303, "no-store")
    page = await client.get(asked.headers["location"])
    assert ADA in page.text
    code = (await newest_mail(ADA)).code
    done = await verify(client, code=f" {code[:3]} {code[3:]} ", email=ADA)
    assert done.status_code == 303
    assert done.headers["location"] == "/billing/manage/mber_1/cancel/?from=mail"
    actor = await find_actor(cookie_header(client))
    assert actor is not None
    assert actor.email == ADA


async def test_cookies_are_http_only_and_lax(app: FastAPI) -> None:
    client = browser(app)
    cookies = [(await ask(client, ADA)).headers["set-cookie"]]
    done = await verify(client, code=(await newest_mail(ADA)).code)
    cookies += done.headers.get_list("set-cookie")
    names = [line.partition("=")[0] for line in cookies]
    assert names == ["portal_browser", "portal_session", "portal_device"]
    for line in cookies:
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(line.split("; "))
        assert "Domain" not in line


async def test_on_https_cookies_are_secure_and_bound_to_the_host(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_ORIGIN", "https://billing.example.com")
    get_settings.cache_clear()
    line = (await ask(browser(app), ADA)).headers["set-cookie"]
    assert line.startswith("__Host-portal_browser=")
    assert "Secure" in line.split("; ")


async def test_known_and_unknown_addresses_are_answered_alike(app: FastAPI, db: Database) -> None:
    async with db.unit_of_work() as session:
        await make_person(session, ADA)
    known, unknown = await ask(browser(app), ADA), await ask(browser(app), "nobody@example.com")
    assert known.status_code == unknown.status_code == 303
    assert known.text == unknown.text
    assert known.headers["location"] == unknown.headers["location"]
    assert len(await all_of(db, LoginCode)) == 2


async def test_a_code_works_once(app: FastAPI, db: Database) -> None:
    client = browser(app)
    await ask(client, ADA)
    mail = await newest_mail(ADA)
    assert (await verify(client, code=mail.code)).status_code == 303
    assert (await verify(client, code=mail.code)).status_code == 410
    assert (await verify(client, token=mail.token)).status_code == 410
    assert len(await all_of(db, LoginSession)) == 1


async def test_two_posts_at_once_make_one_session(app: FastAPI, db: Database) -> None:
    client = browser(app)
    await ask(client, ADA)
    mail = await newest_mail(ADA)
    answers = await asyncio.gather(
        verify(client, code=mail.code),
        verify(client, token=mail.token),
        verify(client, code=mail.code),
    )
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410]
    assert len(await all_of(db, LoginSession)) == 1


async def test_looking_at_the_link_uses_nothing_up(app: FastAPI) -> None:
    client = browser(app)
    await ask(client, ADA, "/account/")
    mail = await newest_mail(ADA)
    for _ in range(10):
        assert (await client.head(f"/login/link/{mail.token}/")).status_code == 200
        page = await client.get(f"/login/link/{mail.token}/")
        assert page.status_code == 200
        assert "portal_session" not in page.headers.get("set-cookie", "")
    done = await verify(client, token=mail.token)
    assert (done.status_code, done.headers["location"]) == (303, "/account/")


async def test_the_link_is_bound_to_the_browser_that_asked(app: FastAPI) -> None:
    client, stranger = browser(app), browser(app)
    await ask(client, ADA)
    mail = await newest_mail(ADA)
    page = await stranger.get(f"/login/link/{mail.token}/")
    assert page.status_code == 403
    assert "Open the link in the browser where you asked for it" in page.text
    assert ADA not in page.text
    assert (await verify(stranger, token=mail.token)).status_code == 403
    assert (await verify(stranger, code=mail.code, email=ADA)).status_code == 400
    assert (await verify(client, token=mail.token)).status_code == 303


async def test_the_link_page_keeps_its_token_to_itself(app: FastAPI) -> None:
    client = browser(app)
    await ask(client, ADA)
    page = await client.get(f"/login/link/{(await newest_mail(ADA)).token}/")
    assert page.headers["referrer-policy"] == "strict-origin"
    assert page.headers["cache-control"] == "no-store"
    assert "script" not in page.headers["content-security-policy"]
    assert "<script" not in page.text


async def test_an_unknown_link_is_refused_kindly(app: FastAPI) -> None:
    page = await browser(app).get("/login/link/nonsense/")
    assert page.status_code == 404
    assert "That sign-in link does not work" in page.text


async def test_five_wrong_tries_end_a_code(app: FastAPI) -> None:
    client = browser(app)
    await ask(client, ADA)
    mail = await newest_mail(ADA)
    wrong = "000000" if mail.code != "000000" else "111111"
    statuses = [(await verify(client, code=wrong, email=ADA)).status_code for _ in range(5)]
    assert statuses == [400, 400, 400, 400, 410]
    right = await verify(client, code=mail.code, email=ADA)
    assert right.status_code == 410
    assert "wrong too often" in right.text
    assert "Send a new code" in right.text
    assert (await verify(client, token=mail.token)).status_code == 410


@pytest.mark.parametrize(("seconds", "status"), [(599, 303), (600, 410), (601, 410)])
@pytest.mark.parametrize("way", ["code", "token"])
async def test_both_ways_end_after_ten_minutes(
    app: FastAPI, clocks: Clocks, seconds: int, status: int, way: str
) -> None:
    client = browser(app)
    await ask(client, ADA)
    mail = await newest_mail(ADA)
    clocks.wall.advance(timedelta(seconds=seconds))
    answer = await verify(client, **{way: getattr(mail, way)})
    assert answer.status_code == status
    if status == 410:
        assert "That code has expired." in answer.text


async def test_business_time_does_not_age_a_code(app: FastAPI, clocks: Clocks) -> None:
    client = browser(app)
    await ask(client, ADA)
    mail = await newest_mail(ADA)
    clocks.business.advance(timedelta(days=400))
    assert (await verify(client, code=mail.code)).status_code == 303


async def test_a_new_request_ends_the_older_one(app: FastAPI, clocks: Clocks) -> None:
    client = browser(app)
    await ask(client, ADA)
    old = await newest_mail(ADA)
    clocks.wall.advance(timedelta(seconds=5))
    await ask(client, ADA)
    new = await newest_mail(ADA)
    assert (await verify(client, code=old.code, email=ADA)).status_code == 400
    replaced = await verify(client, token=old.token)
    assert replaced.status_code == 410
    assert "A newer code was sent" in replaced.text
    assert (await verify(client, code=new.code, email=ADA)).status_code == 303


async def test_send_a_new_code_waits_half_a_minute_and_keeps_the_target(
    app: FastAPI, clocks: Clocks
) -> None:
    client = browser(app)
    await ask(client, ADA, "/account/")
    early = await ask(client, ADA, "/account/", again="1")
    assert early.status_code == 429
    assert "We have just sent a code" in early.text
    clocks.wall.advance(timedelta(seconds=30))
    late = await ask(client, ADA, "/account/", again="1")
    assert late.headers["location"] == "/login/?sent=1&next=/account/"


async def test_an_expired_code_offers_a_new_one_for_the_same_page(
    app: FastAPI, clocks: Clocks
) -> None:
    client = browser(app)
    asked = await ask(client, ADA, "/account/")
    clocks.wall.advance(timedelta(minutes=10))
    page = await client.get(asked.headers["location"])
    assert "<title>Error: Enter your code</title>" in page.text
    assert 'role="alert"' in page.text
    assert 'name="next" value="/account/"' in page.text
    assert "Send a new code" in page.text
    assert 'name="code"' not in page.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/", "//evil.test/", "/\\evil.test/", "\\\\evil.test", "/\t/evil.test",
        "/%0d%0aSet-Cookie:x\r\n", "javascript:alert(1)", "orders/", "", "/auth/logout",
        "/orders//evil.test", "/a/../auth/logout", "http:evil.test", "/login/?next=/login/",
    ],
)  # fmt: skip
async def test_sign_in_leads_nowhere_else(app: FastAPI, target: str) -> None:
    client = browser(app)
    await ask(client, ADA, target)
    done = await verify(client, code=(await newest_mail(ADA)).code)
    assert done.headers["location"] == "/orders/"
    again = await client.get("/login/", params={"next": target})
    assert again.headers["location"] == "/orders/"


async def test_scripts_may_ask_for_json(app: FastAPI) -> None:
    client = browser(app, accept="application/json")
    refused = await ask(client, "nonsense")
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "invalid_email"
    assert (await ask(client, ADA, "/account/")).json() == {"sent": True}
    done = await verify(client, code=(await newest_mail(ADA)).code)
    assert done.json() == {"next": "/account/"}


async def test_the_pages_speak_german(app: FastAPI) -> None:
    client = browser(app, **{"accept-language": "de-AT,en;q=0.5"})
    page = await client.get("/login/")
    assert '<html lang="de"' in page.text
    assert "Code senden" in page.text
    assert "Geben Sie eine E-Mail-Adresse ein" in (await ask(client, "x")).text


async def test_the_pages_are_small(app: FastAPI) -> None:
    client = browser(app)
    sizes = [len((await client.get("/login/")).content)]
    asked = await ask(client, ADA)
    sizes.append(len((await client.get(asked.headers["location"])).content))
    assert max(sizes) < 5_000


async def test_login_without_its_slash_is_redirected(app: FastAPI) -> None:
    answer = await browser(app).get("/login?next=/account/")
    assert (answer.status_code, answer.headers["location"]) == (308, "/login/?next=/account/")


async def test_a_huge_form_is_refused(app: FastAPI) -> None:
    answer = await browser(app).post("/auth/code", data={"email": "x" * 20_000})
    assert answer.status_code == 413
