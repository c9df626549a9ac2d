"""What is drafted is seen by the company's own creators: everybody else gets what nobody gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from portal_app.branding import publishing
from portal_app.branding.brand import Brand
from portal_app.identity.actor import Actor, CompanyCreator
from portal_app.kit.db import Database
from portal_app.studio.preview.look import sealed, sealed_policies
from portal_app.studio.preview.papers import MAILS, PDF
from portal_app.studio.preview.routes import router
from portal_app.studio.preview.views import OWN_CSS
from tests.conftest import Clocks
from tests.http.auth.sign_in_client import browser
from tests.http.studio.test_uploads import cookies

__all__ = ["cookies"]
DRAFT = Brand(wordmark="Draft & Co", accent="#7c3aed", css=".card{gap:4px}")
SECRETS = {"#7c3aed", "gap:4px", "desk@northwind.test"}


@pytest.fixture
async def client(
    settings: Any, clocks: Clocks, db: Database, cookies: dict[str, str]
) -> AsyncIterator[httpx.AsyncClient]:
    cleo = Actor("pers_cleo", "sess_1", "cleo@example.com", "en")
    creator = CompanyCreator(cleo, "biz_northwind", is_owner=True)
    async with db.unit_of_work() as session:
        await publishing.keep_draft(session, creator, DRAFT)
    app = FastAPI(redirect_slashes=False)
    app.include_router(router)
    async with browser(app) as client:
        yield client


async def asked(client: httpx.AsyncClient, cookie: str, paper: str, **query: str) -> httpx.Response:
    address = f"/studio/preview/{paper}"
    return await client.get(address, params=query, headers={"cookie": cookie})


@pytest.mark.parametrize("who", ["nobody", "eve", "dan"])
async def test_a_preview_of_another_company_is_like_one_of_none(
    client: httpx.AsyncClient, cookies: dict[str, str], who: str
) -> None:
    """Eve is a customer, Dan another company's creator."""
    answers = set()
    for paper in (*(f"{kind}.html" for kind in MAILS), PDF, OWN_CSS):
        for company in ("biz_northwind", "biz_unknown"):
            reply = await asked(client, cookies[who], paper, company=company)
            answers.add((reply.status_code, reply.text, reply.headers["cache-control"]))
    assert answers == {(404, "We can't find that page", "no-store")}


async def test_what_is_typed_for_one_company_dresses_no_other_ones_papers(
    client: httpx.AsyncClient, cookies: dict[str, str]
) -> None:
    typed = {
        "look": sealed("biz_northwind", DRAFT),
        "policies": sealed_policies(
            "biz_northwind", {"support": {"contact": "desk@northwind.test"}}
        ),
    }
    for who, company, secrets in (
        ("cleo", "biz_northwind", SECRETS),
        ("dan", "biz_lumen", set()),
        ("dan", "", set()),
    ):
        mail = await asked(client, cookies[who], "renewal.html", company=company, **typed)
        own = await asked(client, cookies[who], OWN_CSS, company=company)
        assert (mail.status_code, own.status_code) == (200, 200)
        assert {secret for secret in SECRETS if secret in mail.text + own.text} == secrets
