"""`/brand/<biz>.css`, and who gets it linked into a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from portal_app.branding.routes import router
from portal_app.branding.service import brand_link, stylesheet_href
from portal_app.identity.sessions import session_cookie, start_session
from portal_app.kit.db import Database
from tests.conftest import NOW, Clocks
from tests.factories import (
    make_company,
    make_member,
    make_membership,
    make_person,
    make_plan,
    make_product,
)

NORTHWIND = "/brand/biz_northwind.css"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Without a database, as when it is away: the looks that companies came with hold."""
    monkeypatch.setattr("portal_app.kit.db._current", [])
    app = FastAPI()
    app.include_router(router)
    with TestClient(app) as client:
        yield client


def test_its_own_version_is_kept_for_ever(client: TestClient) -> None:
    reply = client.get(str(stylesheet_href("biz_northwind")))
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/css")
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "--accent:light-dark(#0f766e," in reply.text
    assert "#f0551d" in client.get(str(stylesheet_href("biz_lumen"))).text


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789abcdef"])
def test_any_other_version_is_kept_for_a_minute(client: TestClient, query: str) -> None:
    reply = client.get(NORTHWIND + query)
    assert reply.headers["cache-control"] == "public, max-age=60"
    assert "--accent:light-dark(#0f766e," in reply.text


def test_an_unchanged_sheet_is_not_sent_again(client: TestClient) -> None:
    tag = client.get(NORTHWIND).headers["etag"]
    again = client.get(NORTHWIND, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    stale = client.get(NORTHWIND, headers={"If-None-Match": '"0123456789abcdef"'})
    assert stale.status_code == 200


@pytest.mark.parametrize("name", ["biz_nobody", "..%2Fbiz_northwind", "biz_northwind.json", ""])
def test_unknown_companies_have_none(client: TestClient, name: str) -> None:
    assert client.get(f"/brand/{name}.css").status_code == 404


class Holding(NamedTuple):
    """Ada's open and past holding, Ben's past and open one, and each one's cookies."""

    ada: str
    ben_past: str
    ada_cookie: str
    ben_cookie: str


@pytest.fixture
async def holding(settings: Any, clocks: Clocks, db: Database) -> Holding:
    async with db.unit_of_work() as session:
        company = await make_company(session, id="biz_northwind")
        plan = await make_plan(session, await make_product(session, company))
        ada = await make_person(session, "ada@example.com")
        ben = await make_person(session, "ben@example.com")
        held = await make_membership(session, ada, plan=plan)
        held.member.from_at = NOW - timedelta(days=3)
        past = await make_member(
            session,
            held.membership,
            ben,
            customer=held.customer,
            from_at=NOW - timedelta(days=9),
            until_at=NOW - timedelta(days=3),
        )
        cookies = [
            f"theme=dark; {session_cookie()}="
            + await start_session(session, person_id=person.id, user_agent="", now=NOW)
            for person in (ada, ben)
        ]
        return Holding(held.member.id, past.id, *cookies)


@pytest.mark.parametrize("tail", ["", "/", "/cancel/", "/payment-method/"])
async def test_the_holder_gets_the_link_on_every_page_of_it(holding: Holding, tail: str) -> None:
    path = f"/billing/manage/{holding.ada}{tail}"
    found = await brand_link(path, holding.ada_cookie)
    # A system's font is there already: nothing of it is fetched.
    assert found == (stylesheet_href("biz_northwind"), "")


async def test_nobody_else_does(holding: Holding, clocks: Clocks) -> None:
    path = f"/billing/manage/{holding.ada}/"
    assert await brand_link(path, "") is None
    assert await brand_link(path, "portal_session=guess") is None
    assert await brand_link(path, holding.ben_cookie) is None
    assert await brand_link(f"/billing/manage/{holding.ben_past}/", holding.ben_cookie) is None
    assert await brand_link("/billing/manage/mber_unknown/", holding.ada_cookie) is None
    assert await brand_link("/orders/", holding.ada_cookie) is None
    clocks.wall.advance(timedelta(hours=13))
    assert await brand_link(path, holding.ada_cookie) is None
