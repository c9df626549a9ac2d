"""`/i18n.js` and `/locale`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from portal_app.ui.i18n_routes import language_router

ORIGIN = "https://portal.test"


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    skeletons = {"/orders/": "list"}
    app.include_router(language_router(origin=ORIGIN, mode="test", skeletons=skeletons))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        yield client


async def test_first_visit_follows_the_browser_and_is_remembered(web: httpx.AsyncClient) -> None:
    reply = await web.get("/i18n.js", headers={"Accept-Language": "de-AT,en;q=0.3"})
    assert '"lang":"de"' in reply.text
    assert '"Orders":"Bestellungen"' in reply.text
    assert reply.headers["content-type"].startswith("text/javascript")
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("portal_lang=de;")
    assert "Secure" in cookie
    # Pages read it in the browser.
    assert "HttpOnly" not in cookie


async def test_choice_wins_over_the_browser(web: httpx.AsyncClient) -> None:
    headers = {"Accept-Language": "de", "Cookie": "portal_lang=en"}
    reply = await web.get("/i18n.js", headers=headers)
    assert '"lang":"en"' in reply.text
    assert "Bestellungen" not in reply.text
    assert "set-cookie" not in reply.headers


async def test_script_carries_what_only_the_server_knows(web: httpx.AsyncClient) -> None:
    text = (await web.get("/i18n.js")).text
    assert '"mode":"test"' in text
    assert '["/orders/","list"]' in text


async def test_a_page_that_speaks_two_languages_gets_the_other_ones_words(
    web: httpx.AsyncClient,
) -> None:
    assert '"others":["de"]' in (await web.get("/i18n.js")).text
    added = (await web.get("/i18n.js?add=de")).text
    assert added.startswith('(globalThis.__portal_messages??={})["de"]={')
    assert '"Cancel membership":"' in added
    assert (await web.get("/i18n.js?add=<x>")).text.endswith('["en"]={};')


async def test_unchanged_script_is_not_sent_again(web: httpx.AsyncClient) -> None:
    etag = (await web.get("/i18n.js")).headers["etag"]
    again = await web.get("/i18n.js", headers={"If-None-Match": etag, "Cookie": "portal_lang=en"})
    assert (again.status_code, again.content) == (304, b"")
    other = await web.get("/i18n.js", headers={"If-None-Match": etag, "Cookie": "portal_lang=de"})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("form", "referrer", "target"),
    [
        ({"next": "/orders/"}, "", "/orders/"),
        ({}, f"{ORIGIN}/account/?a=1", "/account/?a=1"),
        ({}, "https://evil.example/x", "/"),
        ({}, f"{ORIGIN}.evil.example/x", "/"),
        ({"next": "//evil.example"}, "", "/"),
        ({"next": "https://evil.example"}, "", "/"),
        ({"next": "/\\evil.example"}, "", "/"),
        ({"next": "/\t/evil.example"}, "", "/"),
    ],
)
async def test_choosing_comes_back_to_the_page(
    web: httpx.AsyncClient, form: dict[str, str], referrer: str, target: str
) -> None:
    headers = {"Referer": referrer} if referrer else {}
    reply = await web.post("/locale", data={"locale": "de", **form}, headers=headers)
    assert reply.status_code == 303
    assert reply.headers["location"] == target
    assert reply.headers["set-cookie"].startswith("portal_lang=de;")


async def test_unknown_language_is_not_stored(web: httpx.AsyncClient) -> None:
    reply = await web.post("/locale", data={"locale": "xx"})
    assert reply.status_code == 303
    assert "set-cookie" not in reply.headers


async def test_a_form_without_or_with_too_much_is_refused_in_a_sentence(
    web: httpx.AsyncClient,
) -> None:
    assert (await web.post("/locale")).status_code == 303
    huge = await web.post("/locale", data={"locale": "x" * 20_000})
    assert (huge.status_code, huge.text) == (413, "That form is too large.")

    async def endless() -> AsyncIterator[bytes]:
        yield b"locale=de"

    unknown = await web.post("/locale", content=endless())
    assert unknown.status_code == 411


async def test_a_choice_is_told_with_the_cookies_that_came_with_it() -> None:
    told: list[tuple[str, str]] = []

    async def keep(cookies: str, locale: str) -> None:
        told.append((cookies, locale))

    app = FastAPI()
    app.include_router(language_router(origin=ORIGIN, mode="test", skeletons={}, keep=keep))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as web:
        for locale in ("de", "xx"):
            await web.post("/locale", data={"locale": locale}, headers={"Cookie": "a=1"})
    assert told == [("a=1", "de")]
