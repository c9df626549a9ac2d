"""Browsers that leave for another service and come back."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from portal_app.identity.models import Person
from portal_app.identity.oidc.providers import providers
from portal_app.identity.sessions import find_actor
from portal_app.kit.db import Database
from tests.http.auth.sign_in_client import ORIGIN, browser, cookie_header
from tests.oidc_server import OidcServer
from tests.rows import all_of

ADA, EVE = "ada@example.com", "eve@example.com"


def offer(monkeypatch: pytest.MonkeyPatch, name: str, **settings: str) -> None:
    """Set `PORTAL_OIDC_<NAME>_…`; the fixture `app` of these tests takes them back."""
    for key, value in {"client_id": "portal", "client_secret": "shared", **settings}.items():
        monkeypatch.setenv(f"PORTAL_OIDC_{name.upper()}_{key.upper()}", value)
    providers.cache_clear()


async def left(client: httpx.AsyncClient, name: str = "op", next_path: str = "/account/") -> str:
    """Where the browser is sent."""
    answer = await client.get(f"/auth/oidc/{name}", params={"next": next_path})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def back(client: httpx.AsyncClient, url: str) -> httpx.Response:
    assert url.startswith(f"{ORIGIN}/auth/oidc/")
    parts = urlsplit(url)
    return await client.get(f"{parts.path}?{parts.query}")


async def came(
    client: httpx.AsyncClient, op: OidcServer, name: str = "op", **claims: object
) -> httpx.Response:
    """There and back as the person of *claims*."""
    return await back(client, op.approve(await left(client, name), **claims))


async def who(client: httpx.AsyncClient) -> str:
    """The address of whoever is signed in; empty for nobody."""
    actor = await find_actor(cookie_header(client))
    return actor.email if actor else ""


async def refused(answer: httpx.Response, client: httpx.AsyncClient, db: Database) -> None:
    """A plain page with a way on; nobody is signed in, nobody new is there."""
    assert answer.status_code in {400, 404, 409, 410, 503}, answer.status_code
    assert "<title>Error: Sign in</title>" in answer.text
    assert 'href="/login/?next=' in answer.text
    assert await who(client) == ""
    assert await all_of(db, Person) == []


def stranger(app: FastAPI) -> httpx.AsyncClient:
    return browser(app)
